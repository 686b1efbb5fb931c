"""study: the results of all experiments side by side, as Markdown; and docs/results.md.

Inputs: the numbers, the differences to controls and between experiments, the histories of the
models and of the control text.
Outputs: <results>/study.md; on demand docs/results.md, from the finished studies.
"""


rule study:
    """Write the tables of the config's experiments."""
    input:
        metrics=at("metrics.tsv"),
        differences=at("differences.tsv"),
        experiments=at("experiments.tsv"),
        histories=expand(
            of_runs(
                "training/{experiment}/{system}/{seed}/history.parquet",
                there("model", "text"),
            ),
            experiment=EXPERIMENTS,
        ),
        segmentation=segmentation_scores(),
        listed=listed("pictures", "speech"),
    output:
        study=at("study.md"),
    log:
        at("logs/study.log"),
    benchmark:
        at("benchmarks/study.tsv")
    localrule: True
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(500),
        disk_mb=10,
        runtime=5,
        gpu=0,
    params:
        *stamp("study"),
        *compared("", CONFIG.model_dump_json()),
        config=passed(CONFIG.model_dump_json()),
    message:
        "Writing the study's tables"
    shell:
        'python "$SCRIPTS/study.py" --metrics {input.metrics:q} --differences {input.differences:q}'
        " --experiments {input.experiments:q} --histories {input.histories:q} --segmentation {input.segmentation:q}"
        " --study {output.study:q} --config {params.config:q} 2>&1 | tee {log:q}"


rule results:
    """Put the finished studies into docs/results.md, beside those that it has already."""
    input:
        studies=studies,
    output:
        page=update("docs/results.md"),
    log:
        at("logs/results.log"),
    localrule: True
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(100),
        disk_mb=10,
        runtime=5,
        gpu=0,
    params:
        head="# Results\n\nAll numbers of the finished studies: every experiment with chance, controls and intervals."
        " A study stays as it was until its config has run again."
        " `snakemake docs/results.md --configfile config/flickr8k.yaml` writes this page from the studies that"
        " `snakemake results/NAME/study.md --configfile config/NAME.yaml` has written (human_words, flickr8k,"
        " flickr8k_large, flickr8k_options, captions). The configs give the numbers of configurations tried; all other"
        " numbers are computed. flickr8k_large has the recipe of flickr8k, so the configurations tried there count for both."
        " The studies whose intervals are “from resampling the test pictures” alone are older, and have eSpeak NG's"
        " voices alone (synthesis.engines: [espeak]). The README has the numbers of human words."
        " [tasks.md](tasks.md) describes the tasks, [experiments.md](experiments.md) the settings.",
    message:
        "Writing docs/results.md"
    shell:
        'python "$SCRIPTS/results.py" --studies {input.studies:q} --head {params.head:q} --page {output.page:q}'
        " 2>&1 | tee {log:q}"
