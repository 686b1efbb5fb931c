"""training: the two-branch network and its controls.

Comes in: the pictures' splits, the spoken captions, fc7 and log-Mel shards; for the shuffled
control also the model's history, since it trains for as many epochs.
Goes out: <results>/training/{experiment}/{system}/{seed}/ with model.safetensors,
settings.json and history.parquet.
"""


rule training:
    """Train one system of one experiment with one seed; a killed job goes on where it was."""
    input:
        images=at("pictures/images.parquet"),
        spoken_captions=at("matching/spoken_captions.parquet"),
        fc7=experiment_tables("fc7"),
        logmel=word_tables,
        model_history=model_history,
        listed=listed("pictures", "speech"),
    output:
        model=at("training/{experiment}/{system}/{seed}/model.safetensors"),
        settings=at("training/{experiment}/{system}/{seed}/settings.json"),
        history=at("training/{experiment}/{system}/{seed}/history.parquet"),
    log:
        at("logs/training/{experiment}/{system}/{seed}.log"),
    benchmark:
        at("benchmarks/training/{experiment}/{system}/{seed}.tsv")
    wildcard_constraints:
        system="|".join(NETWORKS),
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(2500),
        disk_mb=1000,
        runtime=720,
        gpu=GPU,
        device="auto",
    params:
        *stamp("training"),
        chosen=chosen_code("training"),
        code=training_code,
        settings=training_settings,
        checkpoints=at("checkpoints"),
    message:
        "Training {wildcards.experiment}, {wildcards.system}, seed {wildcards.seed}"
    shell:
        'python "$SCRIPTS/training.py" --images {input.images:q}'
        " --spoken-captions {input.spoken_captions:q} --fc7 {input.fc7:q}"
        " --logmel {input.logmel:q} --model-history {input.model_history:q}"
        " --model {output.model:q} --checkpoints {params.checkpoints:q}"
        " --experiment {wildcards.experiment:q} --system {wildcards.system:q}"
        " --seed {wildcards.seed:q} --code '{params.code}' --device {resources.device}"
        " --threads 1 --settings {params.settings:q} 2>&1 | tee {log:q}"
