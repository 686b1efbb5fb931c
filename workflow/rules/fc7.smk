"""fc7: the features of every picture's best regions.

Inputs: the picture manifest of a shard (and its pictures), its regions; a file of weights if the
config names one.
Outputs: <results>/fc7/{variant}shards/{shard}.parquet, the table `fc7`; `variant` is empty, or
the folder of an experiment's own settings.
"""

# Folders of experiments with several networks, whose features are side by side.
SEVERAL = sorted(
    variant
    for variant, name in {"": None, **variants("fc7")}.items()
    if len((CONFIG.section_of(name, "fc7") if name else CONFIG.fc7).networks) > 1
)
# All other folders, by what follows: a folder may have no name.
OTHERS = f"(?!({'|'.join(SEVERAL)})shards)([0-9a-f]{{8}}/)?"
VARIANT_OF_ONE = OTHERS if SEVERAL else "([0-9a-f]{8}/)?"


rule fc7:
    """Score the regions of one shard; keep the best, the whole image and their features."""
    input:
        manifest=pictures_manifest,
        regions=regions_of_fc7,
        weights=fc7_weights,
    output:
        fc7=at("fc7/{variant}shards/{shard}.parquet"),
    log:
        at("logs/fc7/{variant}{shard}.log"),
    benchmark:
        at("benchmarks/fc7/{variant}{shard}.tsv")
    wildcard_constraints:
        variant=VARIANT_OF_ONE,
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
        *stamp("fc7"),
        *compared("fc7", variant_settings("fc7")),
        *variant_code("fc7"),
        settings=passed(variant_settings("fc7")),
        # A constant, so that a laptop and a cluster compute the same bits. The rule's own threads
        # decode and warp pictures while the network computes; give a GPU several.
        threads=1,
    message:
        "Computing features for shard {wildcards.variant}{wildcards.shard}"
    shell:
        'python "$SCRIPTS/fc7.py" --manifest {input.manifest:q} --regions {input.regions:q}'
        " --fc7 {output.fc7:q} --device {resources.device} --threads {params.threads}"
        " --workers {threads} --settings {params.settings:q} 2>&1 | tee {log:q}"


if SEVERAL:

    rule fc7_networks:
        """As the rule fc7, with the features of several networks side by side."""
        input:
            manifest=pictures_manifest,
            regions=regions_of_fc7,
            weights=fc7_weights,
        output:
            fc7=at("fc7/{variant}shards/{shard}.parquet"),
        log:
            at("logs/fc7/{variant}{shard}.log"),
        benchmark:
            at("benchmarks/fc7/{variant}{shard}.tsv")
        wildcard_constraints:
            variant=f"({'|'.join(SEVERAL)})",
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
            *stamp("fc7_networks"),
            *compared("fc7", variant_settings("fc7")),
            *variant_code("fc7", "fc7_networks"),
            settings=passed(variant_settings("fc7")),
            # A constant, so that a laptop and a cluster compute the same bits. The rule's own threads
            # decode and warp pictures while the network computes; give a GPU several.
            threads=1,
        message:
            "Computing features for shard {wildcards.variant}{wildcards.shard}"
        shell:
            'python "$SCRIPTS/fc7_networks.py" --manifest {input.manifest:q} --regions {input.regions:q}'
            " --fc7 {output.fc7:q} --device {resources.device} --threads {params.threads}"
            " --workers {threads} --settings {params.settings:q} 2>&1 | tee {log:q}"
