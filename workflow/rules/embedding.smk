"""embedding: every fragment and every used token, in the space of each trained system.

Inputs: the trained models of an experiment and seed, and the features that they were trained on.
Outputs: <results>/embedding/{experiment}/{system}/{seed}/ with images.parquet and words.parquet,
the tables `image_embeddings` and `word_embeddings`, and recipe.json: how features are made.
"""


rule embedding:
    """Embed the whole corpus with every network of an experiment and seed."""
    input:
        models=of_each(
            "{fold}training/{experiment}/{system}/{seed}/model.safetensors", NETWORKS
        ),
        settings=of_each(
            "{fold}training/{experiment}/{system}/{seed}/settings.json", NETWORKS
        ),
        images=at("{fold}pictures/images.parquet"),
        spoken_captions=at("{fold}matching/spoken_captions.parquet"),
        fc7=experiment_tables("fc7"),
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
        recipes=of_each(
            "{fold}embedding/{experiment}/{system}/{seed}/recipe.json", NETWORKS
        ),
    log:
        at("{fold}logs/embedding/{experiment}/{seed}.log"),
    benchmark:
        at("{fold}benchmarks/embedding/{experiment}/{seed}.tsv")
    wildcard_constraints:
        experiment=of_unit("word"),
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=features_memory,
        disk_mb=1000,
        runtime=60,
        gpu=GPU,
        device="auto",
    params:
        *stamp("embedding"),
        *compared_recipe(),
        *chosen_code("embedding"),
        boxes=recipe_boxes,
        features=passed(recipe),
    message:
        "Embedding with {wildcards.fold}{wildcards.experiment}, seed {wildcards.seed}"
    shell:
        'python "$SCRIPTS/embedding.py" --models {input.models:q} --images {input.images:q}'
        " --spoken-captions {input.spoken_captions:q} --fc7 {input.fc7:q}"
        " --logmel {input.logmel:q} --text {input.text:q}"
        " --image-embeddings {output.images:q} --word-embeddings {output.words:q}"
        " --recipes {output.recipes:q} --features {params.features:q}"
        " --device {resources.device} --threads 1 2>&1 | tee {log:q}"
