"""regions: candidate boxes for every picture.

Inputs: the picture manifest of a shard (and its pictures); a file of weights if the config names
one.
Outputs: <results>/regions/{variant}shards/{shard}.parquet, the table `regions`, and its rejects;
`variant` is empty, or the folder of an experiment's own settings.
"""


rule regions:
    """Propose boxes for the pictures of one shard."""
    input:
        manifest=pictures_manifest,
        weights=regions_weights,
    output:
        regions=at("regions/{variant}shards/{shard}.parquet"),
        rejects=at("regions/{variant}rejects/{shard}.parquet"),
    log:
        at("logs/regions/{variant}{shard}.log"),
    benchmark:
        at("benchmarks/regions/{variant}{shard}.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=regions_memory,
        disk_mb=1000,
        runtime=60,
        gpu=proposals_gpu,
        device="auto",
    params:
        *stamp("regions"),
        *compared("regions", variant_settings("regions")),
        *variant_code("regions"),
        settings=passed(variant_settings("regions")),
    message:
        "Proposing regions for shard {wildcards.variant}{wildcards.shard}"
    shell:
        'python "$SCRIPTS/regions.py" --manifest {input.manifest:q}'
        " --regions {output.regions:q} --rejects {output.rejects:q}"
        " --device {resources.device} --settings {params.settings:q} 2>&1 | tee {log:q}"
