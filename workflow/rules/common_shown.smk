"""Inputs of the report and the studies: tables of every variant, rejects, numbers.

Inputs: CONFIG and the functions of common.smk and common_experiments.smk.
Outputs: region_tables(), rejects(), report_inputs() and others that rules call.
"""

import sys
import time
from pathlib import Path

from seesay.reporting import sections
from seesay.reporting.last_lines import last_lines

BEGUN = time.time()


def region_tables():
    """The shards of the table `regions`; ready-made fragments have no boxes."""
    if CONFIG.fragments:
        return []
    return shards_of("regions", CONFIG.variant(shown("fc7"), "regions"))


def heard_regions():
    """The shards of the table `regions` of the experiment shown under "Listen and look"."""
    if CONFIG.fragments:
        return []
    return shards_of("regions", CONFIG.variant(HEARD, "regions"))


# The settings by which the experiment whose finds are shown hears.
HEARD_LOGMEL = CONFIG.section_of(HEARD, "logmel")


def heard_logmel():
    """The shards of its log-Mel vectors."""
    return shards_of("logmel", CONFIG.variant(HEARD, "logmel"))


def boxed():
    """The experiments whose fragments have these boxes."""
    variant = CONFIG.variant(shown("fc7"), "regions")
    named = sorted(EXPERIMENTS)  # independent of their order
    return [name for name in named if CONFIG.variant(name, "regions") == variant]


def legacy_numbers():
    """The numbers of the authors' evaluation, if the config asks for them."""
    return [at("legacy/metrics.tsv")] if CONFIG.evaluation.legacy else []


# Only composed scenes have known places of things.
GROUNDED = CONFIG.scenes is not None and CONFIG.fragments is None


def grounding_tables():
    """The tables `grounding` of every system, for composed scenes."""
    if not GROUNDED:
        return []
    return of_measured("grounding/{experiment}/{system}/{seed}.parquet")


# The studies that docs/results.md shows, in this order; each has a config of its name.
STUDIES = [
    "results/human_words/study.md",
    "results/flickr8k/study.md",
    "results/flickr8k_large/study.md",
    "results/flickr8k_options/study.md",
    "results/captions/study.md",
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


def experiment_fc7():
    """One shard of the features of each experiment, in their order: it tells their width."""
    return [shards_of("fc7", CONFIG.variant(name, "fc7"))[0] for name in EXPERIMENTS]


def histories():
    """The history of each training, fold by fold."""
    return expand(
        of_runs(
            "training/{experiment}/{system}/{seed}/history.parquet",
            there("model", "shuffled", "text"),
        ),
        experiment=EXPERIMENTS,
    )


def of_lexicons(name):
    """A file of each experiment that learns pseudo-words."""
    return expand(at(f"lexicon/{{experiment}}/{name}"), experiment=LEXICONS)


# The inputs of the report that are lists, which may be empty, by the name in `NEEDS` of a section.
REPORT_LISTS = {
    "more_images": lambda: of_folds("pictures/images.parquet")[1:],
    "more_spoken_captions": lambda: of_folds("matching/spoken_captions.parquet")[1:],
    "regions": region_tables,
    "fc7": lambda: shown_tables("fc7"),
    "logmel": lambda: shown_tables("logmel"),
    "experiment_fc7": experiment_fc7,
    "histories": histories,
    "rejects": rejects,
    "legacy": legacy_numbers,
    "human_words": lambda: human_tables("words"),
    "human_groups": lambda: human_tables("groups"),
    "lexicons": lambda: of_lexicons("lexicon.json"),
    "pseudo_words": lambda: of_lexicons("words.parquet"),
    "segmentation_scores": segmentation_scores,
}


def report_inputs():
    """The inputs of the report, by name, as its sections need them."""
    found = {
        name: at(path) if path else REPORT_LISTS[name]()
        for name, path in sections.inputs().items()
    }
    return found | ({"spoken_words": TOKENS} if "spoken_words" in found else {})


def flags(kind, names):
    """The options of a script for all inputs or outputs of a rule, by name, for its shell."""
    return "".join(f" --{name.replace('_', '-')} {{{kind}.{name}:q}}" for name in names)


def tell_results():
    """Print the report's path, its answer and the rejects, if this run has written it."""
    for line in last_lines(Path(CONFIG.results), EXPERIMENTS, rejects(), BEGUN):
        print(line, file=sys.stderr)
