"""logmel: 71 log-Mel frames around the middle of every spoken token.

Comes in: the token manifest of a shard (and the recordings that it lists).
Goes out: <results>/logmel/shards/{shard}.parquet, the table `logmel`, and its rejects.
"""


rule logmel:
    """Compute the log-Mel vectors of one shard's tokens."""
    input:
        manifest=speech_manifest,
    output:
        logmel=at("logmel/shards/{shard}.parquet"),
        rejects=at("logmel/rejects/{shard}.parquet"),
    log:
        at("logs/logmel/{shard}.log"),
    benchmark:
        at("benchmarks/logmel/{shard}.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(1500),
        disk_mb=2000,
        runtime=60,
        gpu=0,
    params:
        *stamp("logmel"),
        settings=settings("logmel"),
    message:
        "Computing log-Mel vectors of shard {wildcards.shard}"
    shell:
        'python "$SCRIPTS/logmel.py" --manifest {input.manifest:q}'
        " --logmel {output.logmel:q} --rejects {output.rejects:q}"
        " --settings {params.settings:q} 2>&1 | tee {log:q}"
