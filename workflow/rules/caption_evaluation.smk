"""caption_embedding, caption_evaluation: what networks that hear captions find.

Inputs: the trained models of an experiment with training.unit: caption, and what the rules
embedding and evaluation read.
Outputs: <results>/embedding/{experiment}/{system}/{seed}/ as of the rule embedding, and
moments.parquet, the table `moments`; <results>/evaluation/ as of the rule evaluation_ranks.
"""


rule caption_embedding:
    """Embed the whole corpus with every network of an experiment that hears captions."""
    input:
        models=of_each(
            "{fold}training/{experiment}/{system}/{seed}/model.safetensors", NETWORKS
        ),
        settings=of_each(
            "{fold}training/{experiment}/{system}/{seed}/settings.json", NETWORKS
        ),
        images=at("{fold}pictures/images.parquet"),
        spoken_captions=at("{fold}matching/spoken_captions.parquet"),
        spoken_words=TOKENS,
        fc7=experiment_tables("fc7"),
        frames=caption_frames,
        logmel=experiment_tables("logmel"),
        text=text_tables,
        listed=listed("pictures", "speech"),
    output:
        images=of_each(
            "{fold}embedding/{experiment}/{system}/{seed}/images.parquet", NETWORKS
        ),
        words=of_each(
            "{fold}embedding/{experiment}/{system}/{seed}/words.parquet", NETWORKS
        ),
        moments=of_each(
            "{fold}embedding/{experiment}/{system}/{seed}/moments.parquet", NETWORKS
        ),
        recipes=of_each(
            "{fold}embedding/{experiment}/{system}/{seed}/recipe.json", NETWORKS
        ),
    log:
        at("{fold}logs/embedding/{experiment}/{seed}.log"),
    benchmark:
        at("{fold}benchmarks/embedding/{experiment}/{seed}.tsv")
    wildcard_constraints:
        experiment=of_unit("caption"),
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=features_memory,
        disk_mb=2000,
        runtime=60,
        gpu=GPU,
        device="auto",
    params:
        *stamp("caption_embedding"),
        *compared_recipe(),
        *chosen_code("caption_embedding"),
        boxes=recipe_boxes,
        features=passed(recipe),
    message:
        "Embedding captions with {wildcards.fold}{wildcards.experiment}, seed {wildcards.seed}"
    shell:
        'python "$SCRIPTS/caption_embedding.py" --models {input.models:q} --images {input.images:q}'
        " --spoken-captions {input.spoken_captions:q} --spoken-words {input.spoken_words:q}"
        " --fc7 {input.fc7:q} --frames {input.frames:q} --logmel {input.logmel:q}"
        " --text {input.text:q} --image-embeddings {output.images:q}"
        " --word-embeddings {output.words:q} --moments {output.moments:q}"
        " --recipes {output.recipes:q} --features {params.features:q}"
        " --device {resources.device} --threads 1 2>&1 | tee {log:q}"


rule caption_evaluation:
    """Rank the test queries of an experiment that hears captions, as the rule evaluation_ranks."""
    input:
        images=of_each("{fold}embedding/{experiment}/{system}/{seed}/images.parquet"),
        words=of_each("{fold}embedding/{experiment}/{system}/{seed}/words.parquet"),
        moments=of_each(
            "{fold}embedding/{experiment}/{system}/{seed}/moments.parquet", NETWORKS
        ),
        spoken_captions=at("{fold}matching/spoken_captions.parquet"),
        pictures=at("{fold}pictures/images.parquet"),
        spoken_words=TOKENS,
        listed=listed("pictures", "speech"),
    output:
        ranks=of_each("{fold}evaluation/{experiment}/{system}/{seed}/ranks.parquet"),
        abx=of_each("{fold}evaluation/{experiment}/{system}/{seed}/abx.parquet"),
    log:
        at("{fold}logs/evaluation/{experiment}/{seed}.log"),
    benchmark:
        at("{fold}benchmarks/evaluation/{experiment}/{seed}.tsv")
    wildcard_constraints:
        experiment=of_unit("caption"),
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(2500),
        disk_mb=1000,
        runtime=60,
        gpu=0,
    params:
        *caption_evaluation_stamp(),
        *compared("evaluation", settings("evaluation")),
        pooling=caption_pooling,
        settings=passed(caption_evaluation),
        systems=",".join(SYSTEMS),
        # A constant, so that a laptop and a cluster compute the same bits.
        threads=1,
    message:
        "Ranking {wildcards.fold}{wildcards.experiment}, seed {wildcards.seed}"
    shell:
        'python "$SCRIPTS/caption_evaluation.py" --images {input.images:q} --words {input.words:q}'
        " --spoken-captions {input.spoken_captions:q} --pictures {input.pictures:q}"
        " --spoken-words {input.spoken_words:q}"
        " --ranks {output.ranks:q} --abx {output.abx:q} --experiment {wildcards.experiment:q}"
        " --systems {params.systems} --seed {wildcards.seed:q}"
        " --threads {params.threads} --settings {params.settings:q} 2>&1 | tee {log:q}"
