"""legacy: the test queries ranked as the authors' code did, if evaluation.legacy is true.

Inputs: a trained model, and the features of the test pictures and their words.
Outputs: <results>/legacy/ with ranks/{experiment}/{system}/{seed}.parquet, metrics.tsv and
differences.tsv, computed and laid out as in the stages evaluation and metrics, and never mixed
with theirs.
"""


rule legacy:
    """Rank with the test set's own statistics, counting only strictly better items."""
    input:
        model=at("{fold}training/{experiment}/{system}/{seed}/model.safetensors"),
        settings=at("{fold}training/{experiment}/{system}/{seed}/settings.json"),
        images=at("{fold}pictures/images.parquet"),
        spoken_captions=at("{fold}matching/spoken_captions.parquet"),
        fc7=experiment_tables("fc7"),
        logmel=word_tables,
        listed=listed("pictures", "speech"),
    output:
        ranks=at("{fold}legacy/ranks/{experiment}/{system}/{seed}.parquet"),
    log:
        at("{fold}logs/legacy/{experiment}/{system}/{seed}.log"),
    benchmark:
        at("{fold}benchmarks/legacy/{experiment}/{system}/{seed}.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=features_memory,
        disk_mb=1000,
        runtime=30,
        gpu=GPU,
        device="auto",
    params:
        *stamp("legacy", *task_modules(PAPER)),
        *chosen_code("legacy"),
    message:
        "Ranking as the authors did: {wildcards.fold}{wildcards.experiment}, {wildcards.system}, seed {wildcards.seed}"
    shell:
        'python "$SCRIPTS/legacy.py" --model {input.model:q} --images {input.images:q}'
        " --spoken-captions {input.spoken_captions:q} --fc7 {input.fc7:q}"
        " --logmel {input.logmel:q} --ranks {output.ranks:q}"
        " --experiment {wildcards.experiment:q} --system {wildcards.system:q}"
        " --seed {wildcards.seed:q} --device {resources.device} --threads 1 2>&1 | tee {log:q}"


rule legacy_metrics:
    """Compute the metrics of the legacy ranks with the code of the stage metrics."""
    input:
        ranks=expand(
            of_runs("legacy/ranks/{experiment}/{system}/{seed}.parquet", NETWORKS),
            experiment=EXPERIMENTS,
        ),
        listed=listed("pictures", "speech"),
    output:
        metrics=at("legacy/metrics.tsv"),
        differences=at("legacy/differences.tsv"),
        experiments=at("legacy/experiments.tsv"),
    log:
        at("logs/legacy_metrics.log"),
    benchmark:
        at("benchmarks/legacy_metrics.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(1500),
        disk_mb=1000,
        runtime=30,
        gpu=0,
    params:
        *stamp("metrics"),
        *compared("metrics", settings("metrics")),
        settings=passed(settings("metrics")),
        order=",".join(EXPERIMENTS),
    message:
        "Computing the legacy metrics"
    shell:
        'python "$SCRIPTS/metrics.py" --ranks {input.ranks:q} --grounding --human --abx --metrics {output.metrics:q}'
        " --differences {output.differences:q} --experiments {output.experiments:q}"
        " --settings {params.settings:q} --order {params.order:q}"
        " 2>&1 | tee {log:q}"
