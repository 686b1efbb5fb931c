"""metrics: the numbers of all systems and seeds, with chance and intervals.

Inputs: the tables `ranks`, `abx`, `grounding` and `human_ranks` of every experiment, system and
seed.
Outputs: <results>/metrics.tsv; differences.tsv: the model minus each control; experiments.tsv:
one experiment's model minus another's.
"""


rule metrics:
    """Median and mean rank and R@k, with 95 % intervals and p-values of differences."""
    input:
        ranks=of_measured("evaluation/{experiment}/{system}/{seed}/ranks.parquet"),
        grounding=[*grounding_tables(), *localisation_tables()],
        human=human_ranks(),
        abx=of_measured("evaluation/{experiment}/{system}/{seed}/abx.parquet"),
        listed=listed("pictures", "speech"),
    output:
        metrics=report(
            at("metrics.tsv"),
            category="Results",
            caption="../report/metrics.rst",
            labels={"shows": "every number", "form": "table"},
        ),
        differences=report(
            at("differences.tsv"),
            category="Results",
            caption="../report/differences.rst",
            labels={"shows": "paired differences", "form": "table"},
        ),
        experiments=report(
            at("experiments.tsv"),
            category="Results",
            caption="../report/experiments.rst",
            labels={"shows": "experiments beside each other", "form": "table"},
        ),
    log:
        at("logs/metrics.log"),
    benchmark:
        at("benchmarks/metrics.tsv")
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
        order=",".join(MEASURED),
    message:
        "Computing metrics and intervals"
    shell:
        'python "$SCRIPTS/metrics.py" --ranks {input.ranks:q} --grounding {input.grounding:q}'
        " --human {input.human:q} --abx {input.abx:q}"
        " --metrics {output.metrics:q} --differences {output.differences:q}"
        " --experiments {output.experiments:q} --settings {params.settings:q}"
        " --order {params.order:q} 2>&1 | tee {log:q}"
