"""training: the two-branch network and its controls.

Inputs: the pictures' splits, the spoken captions, fc7 and log-Mel shards; for the control text
also its one-hot words.
Outputs: <results>/training/{experiment}/{system}/{seed}/ with model.safetensors, settings.json
and history.parquet.
"""


rule training:
    """Train all systems of an experiment and seed; a killed job continues where it stopped."""
    input:
        images=at("{fold}pictures/images.parquet"),
        spoken_captions=at("{fold}matching/spoken_captions.parquet"),
        fc7=experiment_tables("fc7"),
        logmel=training_logmel,
        human_words=training_human,
        spoken_words=training_spare,
        text=text_tables,
        listed=listed("pictures", "speech"),
    output:
        models=of_each(
            "{fold}training/{experiment}/{system}/{seed}/model.safetensors", NETWORKS
        ),
        settings=of_each(
            "{fold}training/{experiment}/{system}/{seed}/settings.json", NETWORKS
        ),
        histories=of_each(
            "{fold}training/{experiment}/{system}/{seed}/history.parquet", NETWORKS
        ),
    log:
        at("{fold}logs/training/{experiment}/{seed}.log"),
    benchmark:
        at("{fold}benchmarks/training/{experiment}/{seed}.tsv")
    wildcard_constraints:
        experiment=of_unit("word"),
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=features_memory,
        disk_mb=1000,
        runtime=1440,
        gpu=GPU,
        device="auto",
    params:
        *stamp("training"),
        *compared("training", experiment_settings("training")),
        *chosen_code("training"),
        code=training_code("training"),
        settings=passed(experiment_settings("training")),
        frames=passed(frame_settings),
        checkpoints=at("{fold}checkpoints"),
    message:
        "Training {wildcards.fold}{wildcards.experiment}, seed {wildcards.seed}"
    shell:
        'python "$SCRIPTS/training.py" --images {input.images:q}'
        " --spoken-captions {input.spoken_captions:q} --fc7 {input.fc7:q}"
        " --logmel {input.logmel:q} --text {input.text:q}"
        " --human-words {input.human_words:q} --spoken-words {input.spoken_words:q} --models {output.models:q}"
        " --checkpoints {params.checkpoints:q} --experiment {wildcards.experiment:q}"
        " --seed {wildcards.seed:q} --code '{params.code}' --device {resources.device}"
        " --threads 1 --frames {params.frames:q} --settings {params.settings:q} 2>&1 | tee {log:q}"
