"""seesay: learning words from pictures and speech (Synnaeve, Versteegh, Dupoux 2014)."""

import sys

sys.path.insert(0, f"{workflow.basedir}/src")

if not workflow.overwrite_configfiles:

    configfile: f"{workflow.basedir}/config/config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/common_experiments.smk"
include: "workflow/rules/common_corpora.smk"
include: "workflow/rules/common_shown.smk"


rule all:
    """The report, and with it everything."""
    input:
        at("report.html"),
    localrule: True


include: "workflow/rules/fetch.smk"
include: "workflow/rules/scenes.smk"
include: "workflow/rules/pictures.smk"
include: "workflow/rules/fragments.smk"
include: "workflow/rules/words.smk"
include: "workflow/rules/synthesis.smk"
include: "workflow/rules/alignment.smk"
include: "workflow/rules/speech.smk"
include: "workflow/rules/matching.smk"
include: "workflow/rules/logmel.smk"
include: "workflow/rules/text.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/embedding.smk"
include: "workflow/rules/frequency.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/grounding.smk"
include: "workflow/rules/metrics.smk"
include: "workflow/rules/breakdown.smk"
include: "workflow/rules/legacy.smk"
include: "workflow/rules/listen.smk"
include: "workflow/rules/map.smk"
include: "workflow/rules/lexicon.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/study.smk"


if CONFIG.fragments is None:

    include: "workflow/rules/regions.smk"
    include: "workflow/rules/fc7.smk"
