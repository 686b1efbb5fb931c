"""lexicon: the pseudo-words of the first seed's model, if training learns any.

Inputs: the model, its history and two systems for comparison (shuffled pairs, no training), the
log-Mel vectors of the training tokens, and the tables that name the recordings.
Outputs: <results>/lexicon/{experiment}/ with words.parquet, the table `lexicon`, lexicon.json,
its measures and some of its tokens as MP3, and rejects.
"""


rule lexicon:
    """Assign each training token to the pseudo-word that it sounds most like, and measure purity."""
    input:
        models=expand(
            at("training/{{experiment}}/{system}/{seed}/model.safetensors"),
            system=there("model", "shuffled", "untrained"),
            seed=SEEDS[0],
        ),
        settings=expand(
            at("training/{{experiment}}/{system}/{seed}/settings.json"),
            system=there("model", "shuffled", "untrained"),
            seed=SEEDS[0],
        ),
        history=at(f"training/{{experiment}}/model/{SEEDS[0]}/history.parquet"),
        images=at("pictures/images.parquet"),
        spoken_captions=at("matching/spoken_captions.parquet"),
        recordings=at("speech/recordings.parquet"),
        spoken_words=TOKENS,
        logmel=experiment_tables("logmel"),
    output:
        words=at("lexicon/{experiment}/words.parquet"),
        lexicon=at("lexicon/{experiment}/lexicon.json"),
        rejects=at("lexicon/{experiment}/rejects.parquet"),
    log:
        at("logs/lexicon/{experiment}.log"),
    benchmark:
        at("benchmarks/lexicon/{experiment}.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=features_memory,
        disk_mb=100,
        runtime=60,
        gpu=0,
    params:
        *stamp("lexicon"),
        *chosen_code("lexicon"),
        margin=CONFIG.listen.margin,
        seconds=CONFIG.listen.seconds,
        sample_rate=CONFIG.listen.sample_rate,
    message:
        "Describing the lexicon of {wildcards.experiment}"
    shell:
        'python "$SCRIPTS/lexicon.py" --models {input.models:q} --history {input.history:q}'
        " --images {input.images:q} --spoken-captions {input.spoken_captions:q}"
        " --recordings {input.recordings:q} --spoken-words {input.spoken_words:q}"
        " --logmel {input.logmel:q} --words {output.words:q} --out {output.lexicon:q}"
        " --rejects {output.rejects:q} --experiment {wildcards.experiment:q}"
        " --margin {params.margin} --seconds {params.seconds}"
        " --sample-rate {params.sample_rate} --threads 1 2>&1 | tee {log:q}"
