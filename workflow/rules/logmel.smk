"""logmel: log-Mel frames of every spoken token, 71 around its middle or those of the word.

Inputs: the token manifest of a shard (and its recordings), and the speech model whose frames
replace log-Mel frames, if the config names one.
Outputs: <results>/logmel/{variant}shards/{shard}.parquet, the table `logmel`, and its rejects;
`variant` is empty, or the folder of an experiment's own settings.
"""


rule logmel_shard:
    """Compute the log-Mel vectors of one shard's tokens."""
    input:
        manifest=speech_manifest,
        model=logmel_model,
    output:
        logmel=at("logmel/{variant}shards/{shard}.parquet"),
        rejects=at("logmel/{variant}rejects/{shard}.parquet"),
    log:
        at("logs/logmel/{variant}{shard}.log"),
    benchmark:
        at("benchmarks/logmel/{variant}{shard}.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=logmel_memory,
        disk_mb=2000,
        runtime=60,
        gpu=0,
    params:
        *stamp("logmel"),
        *compared("logmel", variant_settings("logmel")),
        *variant_code("logmel"),
        settings=passed(variant_settings("logmel")),
    message:
        "Computing log-Mel vectors of shard {wildcards.variant}{wildcards.shard}"
    shell:
        'python "$SCRIPTS/logmel.py" --manifest {input.manifest:q}'
        " --logmel {output.logmel:q} --rejects {output.rejects:q}"
        " --settings {params.settings:q} 2>&1 | tee {log:q}"
