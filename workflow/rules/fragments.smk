"""fragments: ready-made features in place of the stages regions and fc7.

Inputs: the picture manifests, and the .mat files of the folder that the config names.
Outputs: <results>/fc7/shards/{shard}.parquet, the table `fc7`, and fragments/rejects.parquet. The
rule exists only if the config has the section fragments. It is one job, because each file holds
every shard's.
"""

if CONFIG.fragments is not None:

    rule fragments:
        """Write ready-made fragments as the features of every shard."""
        input:
            sources=fragments_sources,
            manifests=pictures_manifests,
        output:
            fc7=expand(at("fc7/shards/{shard}.parquet"), shard=SHARDS),
            rejects=at("fragments/rejects.parquet"),
        log:
            at("logs/fragments.log"),
        benchmark:
            at("benchmarks/fragments.tsv")
        conda:
            "../../envs/seesay.yaml"
        threads: 1
        resources:
            mem_mb=scaled(4000),
            disk_mb=4000,
            runtime=30,
            gpu=0,
        params:
            *stamp("fragments"),
            *compared("fragments", settings("fragments")),
            settings=passed(settings("fragments")),
        message:
            "Reading ready-made fragments"
        shell:
            'python "$SCRIPTS/fragments.py" --manifests {input.manifests:q} --fc7 {output.fc7:q}'
            " --rejects {output.rejects:q}"
            " --settings {params.settings:q} 2>&1 | tee {log:q}"
