"""What an experiment's settings make of the shared stages: variants, modules, memory, weights.

Comes in: CONFIG and the functions of common.smk.
Goes out: variant_settings(), chosen_code(), experiment_tables() and others that rules call.
"""

import functools
import json
import sys
from pathlib import Path

from seesay import memory


@functools.cache
def variants(stage):
    """An experiment for each folder that a stage makes: "" for the config's own settings."""
    return {CONFIG.variant(name, stage): name for name in reversed(EXPERIMENTS)}


def variant_experiment(wildcards, stage):
    """An experiment with the settings that a job's folder stands for; None for the config's own."""
    if not wildcards.variant:
        return None
    if wildcards.variant not in variants(stage):
        sys.exit(
            f"error: {at(f'{stage}/{wildcards.variant}')}: no experiment of this config has the"
            " settings of this folder"
        )
    return variants(stage)[wildcards.variant]


def variant_section(wildcards, stage):
    """The settings of a stage that a job's folder stands for."""
    name = variant_experiment(wildcards, stage)
    return getattr(CONFIG, stage) if name is None else CONFIG.section_of(name, stage)


def variant_settings(stage):
    """These settings as canonical JSON, by the job."""

    def of(wildcards):
        return settings(stage, variant_experiment(wildcards, stage))

    return of


def variant_code(stage, module):
    """What the stamp holds besides, for the module that a job's settings choose."""

    def of(wildcards):
        return chosen_stamp(stage, module(variant_section(wildcards, stage)))

    return of


@functools.cache
def chosen_stamp(script, *modules):
    """The entries of the code stamp that modules imported by name add or change, as one text."""
    return " ".join(sorted(set(stamp(script, *modules)) - set(stamp(script))))


def proposals_module(section):
    """The module that proposes boxes."""
    return f"seesay.proposals.{section.proposals}"


def network_module(section):
    """The module of an image network."""
    return (
        "seesay.detector"
        if section.network == "fasterrcnn"
        else f"seesay.fc7_networks.{section.network}"
    )


def training_modules(stage, experiment):
    """The modules that an experiment's training settings choose, for a stage that uses them."""
    chosen = CONFIG.section_of(experiment, "training")
    # The control that reads has the encoder mlp.
    encoders = sorted({chosen.speech_encoder, "mlp"})
    modules = [f"seesay.speech_encoders.{encoder}" for encoder in encoders]
    if stage == "training" and chosen.batch_pictures > 1:
        modules += ["seesay.batches", f"seesay.batch_losses.{chosen.loss}"]
        terms = ("lexicon_term", "word_term", "semantic_term")
        modules += [f"seesay.batch_losses.{t}" for t in terms if getattr(chosen, t)]
    if stage == "training" and chosen.criterion == "r10":
        modules.append("seesay.criterion")
    if stage == "training" and chosen.pseudo_words:
        modules.append("seesay.pseudo_words")
    return modules


def chosen_code(stage):
    """What the stamp holds besides, for the modules that an experiment chooses."""

    def of(wildcards):
        return chosen_stamp(stage, *training_modules(stage, wildcards.experiment))

    return of


def shards_of(stage, variant, kind="shards"):
    """The shards of a stage's table in one of its folders."""
    return expand(at(f"{stage}/{variant}{kind}/{{shard}}.parquet"), shard=SHARDS)


def experiment_tables(stage):
    """The shards of a stage's table as the experiment of a job has them."""

    def of(wildcards):
        return shards_of(stage, CONFIG.variant(wildcards.experiment, stage))

    return of


def text_tables(wildcards):
    """The words that the control text reads, as a list; none where no such control is trained."""
    return (
        [at(f"text/{wildcards.experiment}.parquet")]
        if "text" in CONFIG.controls
        else []
    )


def shown(stage):
    """The experiment whose tables the report shows: one with the config's own settings, or any."""
    return min(EXPERIMENTS, key=lambda name: CONFIG.variant(name, stage) != "")


def shown_tables(stage):
    """The shards of a stage's table that the report shows."""
    return shards_of(stage, CONFIG.variant(shown(stage), stage))


# MB that an image network needs with a batch of 64 crops of 224 px, or a picture of 750 x 1333:
# measured peaks (1550, 1240, 2990 and 1580), and at least a quarter more.
NETWORK_MB = {
    "efficientnet_lite0": 2000,
    "alexnet": 2000,
    "vgg16": 4000,
    "fasterrcnn": 2500,
}


def fc7_memory(wildcards, attempt):
    """Memory in MB of a job of the stage fc7."""
    return NETWORK_MB[variant_section(wildcards, "fc7").network] * attempt


def regions_memory(wildcards, attempt):
    """Memory in MB of a job of the stage regions."""
    detecting = variant_section(wildcards, "regions").proposals == "rpn"
    return (NETWORK_MB["fasterrcnn"] if detecting else 1500) * attempt


def features_memory(wildcards, input, attempt):
    """Memory in MB of a job that holds the features of an experiment and may train on them."""
    training, logmel = (
        CONFIG.section_of(wildcards.experiment, stage)
        for stage in ("training", "logmel")
    )
    return memory.training_mb(training, logmel.frames, input.size_mb) * attempt


def proposals_gpu(wildcards):
    """GPUs of a job of the stage regions: the region proposal network's alone."""
    rpn = variant_section(wildcards, "regions").proposals == "rpn"
    return GPU if rpn else 0


def fc7_weights(wildcards):
    """The file of weights of a job of the stage fc7, if any."""
    return weights_file("fc7", variant_section(wildcards, "fc7").weights)


def regions_weights(wildcards):
    """The file of weights of a job of the stage regions, if any."""
    section = variant_section(wildcards, "regions")
    return (
        weights_file("regions", section.weights) if section.proposals == "rpn" else []
    )


def weights_file(stage, given):
    """The file of weights that a stage's settings name, as a list; none for a word."""
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
    """The model of speech of a job of the stage logmel, if any; a missing one is one line."""
    given = variant_section(wildcards, "logmel").model
    if given is not None and not Path(given).is_file():
        sys.exit(f"error: {given}: no such file; logmel.model names it")
    return [] if given is None else [given]


def logmel_code(wildcards):
    """What the stamp holds besides where a model of speech gives the frames."""
    model = variant_section(wildcards, "logmel").model
    return chosen_stamp("logmel", *(["seesay.speech_model"] if model else []))


def logmel_memory(wildcards, attempt):
    """Memory in MB of a job of the stage logmel; a model of speech comes with torch."""
    return (4000 if variant_section(wildcards, "logmel").model else 1500) * attempt


def experiment_settings(stage):
    """The settings of a stage as the experiment of a job has them, as canonical JSON."""

    def of(wildcards):
        return settings(stage, wildcards.experiment)

    return of


def training_code(wildcards, input):
    """The code stamp of the training as one text, which names its checkpoints.

    It takes `input` so that Snakemake does not compare it: the stamp itself is compared.
    """
    modules = training_modules("training", wildcards.experiment)
    return " ".join(stamp("training", *modules))


def word_tables(wildcards):
    """What a network takes for words: log-Mel vectors, or one-hot types where it reads them."""
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
