"""How an experiment's settings change the shared stages: variants, modules, tables.

Inputs: CONFIG and the functions of common.smk.
Outputs: variant_settings(), chosen_code(), experiment_tables() and others that rules call.
"""

import functools
import sys

from seesay.settings.evaluation import PAPER
from seesay.settings.training import Frames


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
    return f"seesay.vision.proposals.{section.proposals}"


def network_module(section):
    """The module of an image network."""
    return f"seesay.vision.networks.{section.network}"


def task_modules(tasks):
    """The modules of tasks, which their scripts import by name."""
    return [f"seesay.scoring.tasks.{task}" for task in tasks]


def training_modules(stage, experiment):
    """The modules that an experiment's training settings choose, for a stage that uses them."""
    chosen = CONFIG.section_of(experiment, "training")
    # The control that reads has the encoder mlp.
    encoders = sorted({chosen.speech_encoder, "mlp"})
    modules = [f"seesay.model.speech_encoders.{encoder}" for encoder in encoders]
    if stage == "training" and chosen.batch_pictures > 1:
        modules += ["seesay.learning.batches", f"seesay.learning.losses.{chosen.loss}"]
        terms = ("lexicon_term", "type_term", "word_term", "semantic_term")
        modules += [f"seesay.learning.losses.{t}" for t in terms if getattr(chosen, t)]
    if stage == "training" and chosen.criterion == "r10":
        modules.append("seesay.learning.criterion")
    if stage == "training" and chosen.perturbs:
        modules.append("seesay.learning.perturbation")
    if stage == "training":
        modules += further_code(experiment)
    if stage == "training" and chosen.pseudo_words:
        modules.append("seesay.learning.pseudo_words")
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


def shown(stage):
    """The experiment whose tables the report shows: one with the config's own settings, or any."""
    return min(EXPERIMENTS, key=lambda name: CONFIG.variant(name, stage) != "")


def shown_tables(stage):
    """The shards of a stage's table that the report shows."""
    return shards_of(stage, CONFIG.variant(shown(stage), stage))


def logmel_code(wildcards):
    """What the stamp holds besides where a model of speech gives the frames."""
    chosen = variant_section(wildcards, "logmel").module
    return chosen_stamp("logmel", *([chosen] if chosen else []))


def experiment_settings(stage):
    """The settings of a stage as the experiment of a job has them, as canonical JSON."""

    def of(wildcards):
        return settings(stage, wildcards.experiment)

    return of


def frame_settings(wildcards):
    """The keys of logmel that perturbations read, as JSON; other ones make other log-Mel tables."""
    section = CONFIG.section_of(wildcards.experiment, "logmel")
    return section.model_dump_json(include=set(Frames.model_fields))


def training_code(wildcards, input):
    """The code stamp of the training as one text, which names its checkpoints.

    It takes `input` so that Snakemake does not compare it: the stamp itself is compared.
    """
    modules = training_modules("training", wildcards.experiment)
    return " ".join(stamp("training", *modules))
