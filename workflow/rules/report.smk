"""report: the page that shows what was learned, a summary in plain text, four figures.

Comes in: the numbers, the histories, and the tables of every stage (of fc7 and log-Mel only
the columns that are counted).
Goes out: <results>/report.html, summary.md, report/{answer,training,where,stages}.svg, and
report/run.json, which `seesay compare` reads.
"""


rule report:
    """Write the report, its summary in plain text and four of its figures."""
    input:
        metrics=at("metrics.tsv"),
        differences=at("differences.tsv"),
        experiments=at("experiments.tsv"),
        groups=at("breakdown/groups.parquet"),
        words=at("breakdown/words.parquet"),
        legacy=legacy_numbers(),
        human_words=human_tables("words"),
        human_groups=human_tables("groups"),
        listen=at("listen/listen.json"),
        map=at("map/map.parquet"),
        lexicons=expand(at("lexicon/{experiment}/lexicon.json"), experiment=LEXICONS),
        pseudo_words=expand(
            at("lexicon/{experiment}/words.parquet"), experiment=LEXICONS
        ),
        images=at("pictures/images.parquet"),
        copies=at("pictures/copies.parquet"),
        captions=at("pictures/captions.parquet"),
        regions=region_tables(),
        fc7=shown_tables("fc7"),
        spoken_types=at("words/spoken_types.parquet"),
        replacements=at("matching/replacements.parquet"),
        spoken_captions=at("matching/spoken_captions.parquet"),
        unsayable=at("matching/unsayable.parquet"),
        steps=at("matching/quality/steps.parquet"),
        pos=at("matching/quality/pos.parquet"),
        talker_words=at("matching/quality/talker_words.parquet"),
        durations=at("matching/quality/durations.parquet"),
        recordings=at("speech/recordings.parquet"),
        spoken_words=at("speech/spoken_words.parquet"),
        rejects=rejects(),
        logmel=shown_tables("logmel"),
        histories=expand(
            at("training/{experiment}/{system}/{seed}/history.parquet"),
            experiment=EXPERIMENTS,
            system=there("model", "shuffled"),
            seed=SEEDS,
        ),
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
        *stamp("report"),
        *compared("", CONFIG.model_dump_json()),
        *compared("stages", stages()),
        settings=passed(settings("report")),
        templates=templates(),
        config=passed(CONFIG.model_dump_json()),
        stages=passed(stages()),
        codes=codes,
        benchmarks=at("benchmarks"),
    message:
        "Writing the report"
    shell:
        'python "$SCRIPTS/report.py" --metrics {input.metrics:q}'
        " --differences {input.differences:q} --experiments {input.experiments:q} --legacy {input.legacy:q}"
        " --listen {input.listen:q} --map {input.map:q}"
        " --human-words {input.human_words:q} --human-groups {input.human_groups:q}"
        " --lexicons {input.lexicons:q} --pseudo-words {input.pseudo_words:q}"
        " --groups {input.groups:q} --words {input.words:q} --images {input.images:q}"
        " --copies {input.copies:q}"
        " --captions {input.captions:q} --regions {input.regions:q} --fc7 {input.fc7:q}"
        " --spoken-types {input.spoken_types:q} --replacements {input.replacements:q}"
        " --spoken-captions {input.spoken_captions:q} --unsayable {input.unsayable:q}"
        " --steps {input.steps:q} --pos {input.pos:q} --talker-words {input.talker_words:q}"
        " --durations {input.durations:q} --recordings {input.recordings:q}"
        " --spoken-words {input.spoken_words:q} --rejects {input.rejects:q}"
        " --logmel {input.logmel:q} --histories {input.histories:q}"
        " --report {output.report:q} --summary {output.summary:q} --answer {output.answer:q}"
        " --training {output.training:q} --where {output.where:q} --stages-drawn {output.stages:q}"
        " --record {output.record:q}"
        " --config {params.config:q} --stages {params.stages:q} --codes {params.codes:q}"
        " --benchmarks {params.benchmarks:q} --settings {params.settings:q}"
        " 2>&1 | tee {log:q}"
