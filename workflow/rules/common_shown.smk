"""What the report and the studies show: tables of every variant, rejects, stages, code.

Comes in: CONFIG and the functions of common.smk and common_experiments.smk.
Goes out: region_tables(), stages(), codes() and others that rules call.
"""

import hashlib
import json
import re
import sys
import time
from pathlib import Path

from seesay.last_lines import last_lines

BEGUN = time.time()

# Experiments that learn pseudo-words.
LEXICONS = [
    name for name in EXPERIMENTS if CONFIG.section_of(name, "training").pseudo_words
]


def region_tables():
    """The shards of the table `regions`; ready-made fragments have no boxes."""
    if CONFIG.fragments:
        return []
    return shards_of("regions", CONFIG.variant(shown("fc7"), "regions"))


def heard_regions():
    """The shards of the table `regions` of the experiment whose finds are shown."""
    if CONFIG.fragments:
        return []
    return shards_of("regions", CONFIG.variant(HEARD, "regions"))


def boxed():
    """The experiments whose fragments have these boxes."""
    variant = CONFIG.variant(shown("fc7"), "regions")
    named = sorted(EXPERIMENTS)  # whatever their order
    return [name for name in named if CONFIG.variant(name, "regions") == variant]


def region_rejects():
    """The rejects of the stage that makes the fragments."""
    if CONFIG.fragments:
        return [at("fragments/rejects.parquet")]
    return [
        path
        for variant in sorted(variants("regions"))
        for path in shards_of("regions", variant, "rejects")
    ]


def logmel_rejects():
    """The rejects of the stage logmel, of every experiment's settings."""
    return [
        path
        for variant in sorted(variants("logmel"))
        for path in shards_of("logmel", variant, "rejects")
    ]


def alignment_rejects():
    """The rejects of the alignment, where there is one."""
    return [] if CONFIG.alignment is None else [at("alignment/rejects.parquet")]


def rejects():
    """What every stage refused."""
    return [
        at("pictures/rejects.parquet"),
        *region_rejects(),
        at("words/rejects.parquet"),
        *alignment_rejects(),
        at("speech/rejects.parquet"),
        at("matching/rejects.parquet"),
        *logmel_rejects(),
        at("listen/rejects.parquet"),
        *expand(at("lexicon/{experiment}/rejects.parquet"), experiment=LEXICONS),
    ]


def legacy_numbers():
    """The numbers of the authors' evaluation, where the config asks for them."""
    return [at("legacy/metrics.tsv")] if CONFIG.evaluation.legacy else []


# Only of composed scenes is it known where everything is.
GROUNDED = CONFIG.scenes is not None and CONFIG.fragments is None


def grounding_tables():
    """The tables `grounding` of every system, where the truth is known."""
    if not GROUNDED:
        return []
    return expand(
        at("grounding/{experiment}/{system}/{seed}.parquet"),
        experiment=EXPERIMENTS,
        system=SYSTEMS,
        seed=SEEDS,
    )


# The studies that docs/results.md shows, in this order; each has a config of its name.
STUDIES = [
    "results/flickr8k/study.md",
    "results/flickr8k_large/study.md",
    "results/flickr8k_options/study.md",
]


def studies(wildcards):
    """The studies that are finished, and that of this config, which may not be yet."""
    there = [path for path in STUDIES if Path(path).exists() or path == at("study.md")]
    if not there:
        sys.exit(
            f"error: docs/results.md shows {', '.join(STUDIES)}, and none of them is there;"
            " give --configfile config/flickr8k.yaml"
        )
    return there


# What each stage reads, for the drawing.
STAGES = {
    "fetch": [],
    "scenes": [],
    "pictures": ["scenes"],
    "regions": ["pictures"],
    "fc7": ["pictures", "regions"],
    "fragments": ["pictures"],
    "words": ["pictures"],
    "synthesis": ["words"],
    "alignment": [],
    "speech": ["synthesis", "alignment"],
    "spoken_types": ["speech"],
    "matching": ["pictures", "words", "spoken_types", "speech"],
    "matching_quality": ["matching"],
    "logmel": ["speech"],
    "text": ["matching", "logmel"],
    "training": ["pictures", "matching", "fc7", "fragments", "logmel", "text"],
    "embedding": ["training", "fc7", "fragments", "logmel", "matching", "text"],
    "evaluation": ["embedding", "frequency", "pictures", "matching"],
    "frequency": ["pictures", "matching", "fc7", "fragments", "logmel"],
    "grounding": ["embedding", "frequency", "regions", "scenes", "matching"],
    "metrics": ["evaluation", "grounding"],
    "breakdown": ["evaluation", "regions", "matching"],
    "legacy": ["training", "pictures", "fc7", "logmel", "matching", "text"],
    "legacy_metrics": ["legacy"],
    "listen": [
        "embedding",
        "pictures",
        "regions",
        "words",
        "matching",
        "speech",
        "logmel",
    ],
    "map": ["embedding", "pictures", "matching"],
    "lexicon": ["training", "pictures", "matching", "speech", "logmel"],
    "report": [
        "metrics",
        "breakdown",
        "legacy_metrics",
        "training",
        "matching_quality",
        "listen",
        "map",
        "lexicon",
    ],
    "study": ["metrics", "training"],
}


# The files of rules in this folder, in the order of the stages.
RULE_FILES = [
    *("fetch", "scenes", "pictures", "fragments", "words", "synthesis", "alignment"),
    *("speech", "matching", "logmel", "text", "training", "embedding", "frequency"),
    *("evaluation", "grounding", "metrics", "breakdown", "legacy", "listen", "map"),
    *("lexicon", "report", "study"),
    *([] if CONFIG.fragments else ["regions", "fc7"]),
]


def stages():
    """The stages of this config, as JSON: of optional ones and alternatives, those at work."""
    optional = ("scenes", "synthesis", "alignment", "fragments")
    unused = {name for name in optional if getattr(CONFIG, name) is None}
    # No part of a run.
    unused |= {"fetch", "study"}
    if CONFIG.fragments:
        unused |= {"regions", "fc7"}
    if not GROUNDED:
        unused.add("grounding")
    if not LEXICONS:
        unused.add("lexicon")
    if "text" not in CONFIG.controls:
        unused.add("text")
    if not CONFIG.evaluation.legacy:
        unused |= {"legacy", "legacy_metrics"}
    used = {
        stage: [read for read in reads if read not in unused]
        for stage, reads in STAGES.items()
        if stage not in unused
    }
    return json.dumps(used)


def codes(wildcards, input):
    """A hash of each stage's code stamp, as JSON, taken from the rules themselves.

    It takes `input` so that Snakemake does not compare it: a stage whose code has changed and
    whose tables have not is no reason to write the report again.
    """
    entry = re.compile(r"[\w./]+:[0-9a-f]{12}|[\w.-]+==\S+")
    found = {}
    # By their names here, not by those that a workflow gives them that imports this one.
    for name in json.loads(stages()):
        params = getattr(rules, name).rule.params
        parts = [p for p in params if isinstance(p, str) and entry.fullmatch(p)]
        if parts:
            text = "\n".join(parts)
            found[name] = hashlib.sha256(text.encode()).hexdigest()[:12]
    return json.dumps(found, sort_keys=True)


def templates():
    """A digest of the page's templates and style, which the code stamp does not see."""
    folder = Path(HOME, "src", "seesay", "templates")
    texts = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:12]


def tell_results():
    """Name the report, its answer and what was left out, where this run has written it."""
    for line in last_lines(Path(CONFIG.results), EXPERIMENTS, rejects(), BEGUN):
        print(line, file=sys.stderr)
