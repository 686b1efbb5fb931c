"""regions: candidate boxes for every picture.

Comes in: the picture manifest of a shard (and the pictures that it lists); a file of weights
where the config names one.
Goes out: <results>/regions/shards/{shard}.parquet, the table `regions`, and its rejects.
"""


rule regions:
    """Propose boxes for the pictures of one shard."""
    input:
        manifest=pictures_manifest,
        weights=weights_file("regions") if CONFIG.regions.proposals == "rpn" else [],
    output:
        regions=at("regions/shards/{shard}.parquet"),
        rejects=at("regions/rejects/{shard}.parquet"),
    log:
        at("logs/regions/{shard}.log"),
    benchmark:
        at("benchmarks/regions/{shard}.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=regions_memory,
        disk_mb=1000,
        runtime=60,
        # Of the region proposal network; the other methods use none.
        gpu=GPU if CONFIG.regions.proposals == "rpn" else 0,
        device="auto",
    params:
        *stamp("regions", f"seesay.proposals.{CONFIG.regions.proposals}"),
        settings=settings("regions"),
    message:
        "Proposing regions for shard {wildcards.shard}"
    shell:
        'python "$SCRIPTS/regions.py" --manifest {input.manifest:q}'
        " --regions {output.regions:q} --rejects {output.rejects:q}"
        " --device {resources.device} --settings {params.settings:q} 2>&1 | tee {log:q}"
