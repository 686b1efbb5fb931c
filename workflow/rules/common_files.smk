"""Files that an experiment's jobs read: weights, models, boxes, words; and its recipe.

Inputs: CONFIG and the functions of common_settings.smk and common_experiments.smk.
Outputs: fc7_weights(), logmel_model(), words_table(), word_tables(), recipe() and others that rules call.
"""

import json
import sys
from pathlib import Path

from seesay.settings.choice import chosen


def text_tables(wildcards):
    """The words that the control text reads, as a list; empty if it is not trained."""
    return (
        [at(f"{wildcards.fold}text/{wildcards.experiment}.parquet")]
        if "text" in CONFIG.controls
        else []
    )


def fc7_weights(wildcards):
    """The file of weights of a job of the stage fc7, if any."""
    return weights_file("fc7", variant_section(wildcards, "fc7").weights)


def regions_weights(wildcards):
    """The file of weights of a job of the stage regions, if any."""
    section = variant_section(wildcards, "regions")
    reads = chosen(section, "proposals").network is not None
    return weights_file("regions", section.weights) if reads else []


def weights_file(stage, given):
    """The file of weights that a stage's settings name, as a list; empty for a word like DEFAULT."""
    if given in ("DEFAULT", "random"):
        return []
    if not Path(given).is_file():
        sys.exit(f"error: {given}: no such file; {stage}.weights names it")
    return [given]


def regions_of_fc7(wildcards):
    """The boxes that a job of the stage fc7 scores."""
    name = variant_experiment(wildcards, "fc7")
    variant = "" if name is None else CONFIG.variant(name, "regions")
    return at(f"regions/{variant}shards/{wildcards.shard}.parquet")


def logmel_model(wildcards):
    """The speech model's files for a job of the stage logmel; a missing one gives one line."""
    section = variant_section(wildcards, "logmel")
    if not all(path.is_file() for path in section.files):
        sys.exit(f"error: {section.model}: no such file; logmel.model names it")
    return [str(path) for path in section.files]


def words_table(wildcards):
    """The user's table of words, if it tags them; a missing one gives one clear line."""
    given = CONFIG.words.table
    if given is not None and not Path(given).is_file():
        sys.exit(f"error: {given}: no such file; words.tagger names it")
    return [given] if given else []


def word_tables(wildcards):
    """A network's input for words: log-Mel vectors, or one-hot types for the control text."""
    if wildcards.system == "text":
        return text_tables(wildcards)
    return experiment_tables("logmel")(wildcards)


# The stages whose tables are made here, not by others.
MADE = ("logmel",) if CONFIG.fragments else ("logmel", "regions", "fc7")


def recipe(wildcards):
    """How an experiment's features are made, as canonical JSON, and where its boxes are.

    A stage whose tables others made is null.
    """
    made = dict.fromkeys(("logmel", "regions", "fc7"))
    for stage in MADE:
        made[stage] = json.loads(settings(stage, wildcards.experiment))
    return json.dumps(made | {"boxes": recipe_boxes(wildcards)}, sort_keys=True)


def recipe_boxes(wildcards):
    """The folder of an experiment's boxes, below the results."""
    return f"regions/{CONFIG.variant(wildcards.experiment, 'regions')}shards"


def compared_recipe():
    """The recipe as params that Snakemake compares."""
    return [
        key for stage in MADE for key in compared(stage, experiment_settings(stage))
    ]


def training_code(script):
    """The code stamp of a training as one text, which names its checkpoints, by the job.

    It takes `input` so that Snakemake does not compare it: the stamp itself is compared.
    """

    def of(wildcards, input):
        return " ".join(whole_stamp(script, wildcards.experiment))

    return of
