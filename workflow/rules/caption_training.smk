"""caption_frames, caption_training: networks that hear whole captions (training.unit: caption).

Inputs: the token manifest of a shard (and its recordings); the pictures' splits, the spoken
captions and words, fc7 shards, and for the control text its one-hot words.
Outputs: <results>/caption_frames/{variant}shards/{shard}.parquet, the table `caption_frames`, and
its rejects; <results>/training/{experiment}/{system}/{seed}/, as of the rule training.
"""


rule caption_frames:
    """Compute the log-Mel frames of one shard's whole recordings."""
    input:
        manifest=speech_manifest,
        model=logmel_model,
    output:
        frames=at("caption_frames/{variant}shards/{shard}.parquet"),
        rejects=at("caption_frames/{variant}rejects/{shard}.parquet"),
    log:
        at("logs/caption_frames/{variant}{shard}.log"),
    benchmark:
        at("benchmarks/caption_frames/{variant}{shard}.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=logmel_memory,
        disk_mb=2000,
        runtime=60,
        gpu=0,
    params:
        *stamp("caption_frames"),
        *compared("logmel", variant_settings("logmel")),
        *variant_code("logmel", "caption_frames"),
        settings=passed(variant_settings("logmel")),
    message:
        "Computing frames of whole recordings, shard {wildcards.variant}{wildcards.shard}"
    shell:
        'python "$SCRIPTS/caption_frames.py" --manifest {input.manifest:q}'
        " --frames {output.frames:q} --rejects {output.rejects:q}"
        " --settings {params.settings:q} 2>&1 | tee {log:q}"


rule caption_training:
    """Train all systems of an experiment that hears captions, with a seed, as the rule training."""
    input:
        images=at("{fold}pictures/images.parquet"),
        spoken_captions=at("{fold}matching/spoken_captions.parquet"),
        spoken_words=TOKENS,
        fc7=experiment_tables("fc7"),
        frames=caption_frames,
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
        experiment=of_unit("caption"),
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
        *stamp("caption_training"),
        *compared("training", experiment_settings("training")),
        *chosen_code("caption_training"),
        code=training_code("caption_training"),
        settings=passed(experiment_settings("training")),
        checkpoints=at("{fold}checkpoints"),
    message:
        "Training {wildcards.fold}{wildcards.experiment} on whole captions, seed {wildcards.seed}"
    shell:
        'python "$SCRIPTS/caption_training.py" --images {input.images:q}'
        " --spoken-captions {input.spoken_captions:q} --spoken-words {input.spoken_words:q}"
        " --fc7 {input.fc7:q} --frames {input.frames:q} --text {input.text:q}"
        " --models {output.models:q} --checkpoints {params.checkpoints:q}"
        " --experiment {wildcards.experiment:q} --seed {wildcards.seed:q} --code '{params.code}'"
        " --device {resources.device} --threads 1 --settings {params.settings:q} 2>&1 | tee {log:q}"
