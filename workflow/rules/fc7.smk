"""fc7: the features of every picture's best regions.

Comes in: the picture manifest of a shard (and the pictures that it lists), its regions; a file
of weights where the config names one.
Goes out: <results>/fc7/shards/{shard}.parquet, the table `fc7`.
"""


rule fc7:
    """Score the regions of one shard; keep the best, the whole image and their features."""
    input:
        manifest=pictures_manifest,
        regions=at("regions/shards/{shard}.parquet"),
        weights=weights_file("fc7"),
    output:
        fc7=at("fc7/shards/{shard}.parquet"),
    log:
        at("logs/fc7/{shard}.log"),
    benchmark:
        at("benchmarks/fc7/{shard}.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=fc7_memory,
        disk_mb=2000,
        runtime=120,
        gpu=GPU,
        device="auto",
    params:
        *stamp("fc7", image_network()),
        settings=settings("fc7"),
        # A constant: a laptop and a cluster compute the same bits. The rule's own threads decode
        # and warp pictures while the network computes; give a GPU several.
        threads=1,
    message:
        "Computing features for shard {wildcards.shard}"
    shell:
        'python "$SCRIPTS/fc7.py" --manifest {input.manifest:q} --regions {input.regions:q}'
        " --fc7 {output.fc7:q} --device {resources.device} --threads {params.threads}"
        " --workers {threads} --settings {params.settings:q} 2>&1 | tee {log:q}"
