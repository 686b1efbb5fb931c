"""report: the page of the results, a summary in plain text, four figures.

Inputs: the numbers, the histories, and the tables of every stage (for fc7 and log-Mel, only the
columns that are counted).
Outputs: <results>/report.html, summary.md, report/{answer,training,where,stages}.svg, and
report/run.json, which `seesay compare` reads.
"""

from seesay.reporting import sections


rule report:
    """Write the report, its summary in plain text and four of its figures."""
    input:
        **report_inputs(),
    output:
        report=report(
            at("report.html"),
            category="Report",
            caption="../report/report.rst",
            labels={"shows": "everything", "form": "page"},
        ),
        summary=report(
            at("summary.md"),
            category="Report",
            caption="../report/summary.rst",
            labels={"shows": "the answer", "form": "text"},
        ),
        answer=report(
            at("report/answer.svg"),
            category="Results",
            caption="../report/answer.rst",
            labels={"shows": "R@10 and median rank by task", "form": "figure"},
        ),
        training=report(
            at("report/training.svg"),
            category="Training",
            caption="../report/training.rst",
            labels={"shows": "cosines, loss, dead and tied", "form": "figure"},
        ),
        where=report(
            at("report/where.svg"),
            category="Results",
            caption="../report/where.rst",
            labels={
                "shows": "R@10 by kind of query, learning curve",
                "form": "figure",
            },
        ),
        stages=report(
            at("report/stages.svg"),
            category="Report",
            caption="../report/stages.rst",
            labels={"shows": "the stages", "form": "figure"},
        ),
        record=at("report/run.json"),
    log:
        at("logs/report.log"),
    benchmark:
        at("benchmarks/report.tsv")
    localrule: True
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(2000),
        disk_mb=1000,
        runtime=20,
        gpu=0,
    params:
        *stamp("report", *sections.modules()),
        *compared("", CONFIG.model_dump_json()),
        *compared("stages", stages()),
        settings=passed(settings("report")),
        templates=sections.digest(),
        config=passed(CONFIG.model_dump_json()),
        stages=passed(stages()),
        codes=codes,
        benchmarks=at("benchmarks"),
    message:
        "Writing the report"
    shell:
        'python "$SCRIPTS/report.py"'
        + flags("input", sections.inputs())
        + " --report {output.report:q} --summary {output.summary:q} --answer {output.answer:q}"
        " --training {output.training:q} --where {output.where:q} --stages-drawn {output.stages:q}"
        " --record {output.record:q}"
        " --config {params.config:q} --stages {params.stages:q} --codes {params.codes:q}"
        " --benchmarks {params.benchmarks:q} --settings {params.settings:q}"
        " 2>&1 | tee {log:q}"
