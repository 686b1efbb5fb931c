"""embedding: every fragment and every used token, in the space of one trained system.

Comes in: a trained model, and the features that it was made for.
Goes out: <results>/embedding/{experiment}/{system}/{seed}/ with images.parquet and words.parquet,
the tables `image_embeddings` and `word_embeddings`, and recipe.json: how features are made.
"""


rule embedding:
    """Embed the whole corpus with one system."""
    input:
        model=at("training/{experiment}/{system}/{seed}/model.safetensors"),
        settings=at("training/{experiment}/{system}/{seed}/settings.json"),
        images=at("pictures/images.parquet"),
        spoken_captions=at("matching/spoken_captions.parquet"),
        fc7=experiment_tables("fc7"),
        logmel=word_tables,
        listed=listed("pictures", "speech"),
    output:
        images=at("embedding/{experiment}/{system}/{seed}/images.parquet"),
        words=at("embedding/{experiment}/{system}/{seed}/words.parquet"),
        recipe=at("embedding/{experiment}/{system}/{seed}/recipe.json"),
    log:
        at("logs/embedding/{experiment}/{system}/{seed}.log"),
    benchmark:
        at("benchmarks/embedding/{experiment}/{system}/{seed}.tsv")
    wildcard_constraints:
        system="|".join(NETWORKS),
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(2000),
        disk_mb=1000,
        runtime=60,
        gpu=GPU,
        device="auto",
    params:
        *stamp("embedding"),
        chosen=chosen_code("embedding"),
        features=recipe,
    message:
        "Embedding with {wildcards.experiment}, {wildcards.system}, seed {wildcards.seed}"
    shell:
        'python "$SCRIPTS/embedding.py" --model {input.model:q} --images {input.images:q}'
        " --spoken-captions {input.spoken_captions:q} --fc7 {input.fc7:q}"
        " --logmel {input.logmel:q} --image-embeddings {output.images:q}"
        " --word-embeddings {output.words:q} --recipe {output.recipe:q}"
        " --features {params.features:q} --device {resources.device}"
        " --threads 1 2>&1 | tee {log:q}"
