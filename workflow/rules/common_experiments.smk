"""How an experiment's settings change the shared stages: variants, modules, tables.

Inputs: CONFIG and the functions of common.smk.
Outputs: variant_settings(), chosen_code(), experiment_tables() and others that rules call.
"""

import functools
import re
import sys

from seesay.planning import experiments
from seesay.settings.evaluation import PAPER
from seesay.settings.augmentation import Frames


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


def variant_code(stage, script=None):
    """The stamp's entries for the modules that a job's folder chooses, as chosen_code()."""
    return chosen_params(
        script or stage, lambda wildcards: variant_experiment(wildcards, stage)
    )


@functools.cache
def chosen_modules(experiment):
    """The modules that an experiment chooses."""
    return choices.of_experiment(CONFIG, experiment)


@functools.cache
def stamp_with(script, chosen):
    """The code stamp of a script with modules, which many experiments choose alike."""
    return stamps.stamp(script, chosen=chosen)


def whole_stamp(script, experiment):
    """The code stamp of a script with the modules that an experiment chooses."""
    return stamp_with(script, chosen_modules(experiment))


@functools.cache
def chosen_stamp(script, experiment):
    """The stamp's entries that an experiment's choices add or change, by module or library."""
    added = set(whole_stamp(script, experiment)) - set(stamp(script))
    return {re.split(":|==", entry)[0]: entry for entry in sorted(added)}


def task_modules(tasks):
    """The modules of tasks, which their scripts import by name."""
    return [f"seesay.scoring.tasks.{task}" for task in tasks]


def chosen_code(script):
    """The stamp's entries for the modules that a job's experiment chooses.

    Rules spread it out, as stamp(), a param for each module of any experiment.
    """
    return chosen_params(script, lambda wildcards: wildcards.experiment)


def chosen_params(script, experiment_of):
    """A param for each module; it is empty where the job's experiment does without it.

    Snakemake compares params as sets, so one is always empty: another experiment's modules must
    not change this one's set.
    """
    names = sorted(set().union(*(chosen_stamp(script, name) for name in EXPERIMENTS)))
    return ["", *(chosen_param(script, name, experiment_of) for name in names)]


def chosen_param(script, name, experiment_of):
    """The entry of one module in a job's stamp, as a param."""

    def of(wildcards):
        return chosen_stamp(script, experiment_of(wildcards)).get(name, "")

    stamps_of_all = [chosen_stamp(script, each) for each in EXPERIMENTS]
    of.entries = sorted({found[name] for found in stamps_of_all if name in found})
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
    """The experiment whose tables the report shows."""
    return experiments.shown(CONFIG.model_dump(mode="json"), stage)[0]


def shown_tables(stage):
    """The shards of a stage's table that the report shows."""
    return shards_of(stage, CONFIG.variant(shown(stage), stage))


def experiment_settings(stage):
    """The settings of a stage as the experiment of a job has them, as canonical JSON."""

    def of(wildcards):
        return settings(stage, wildcards.experiment)

    return of


def frame_settings(wildcards):
    """The keys of logmel that perturbations read, as JSON; other ones make other log-Mel tables."""
    section = CONFIG.section_of(wildcards.experiment, "logmel")
    return section.model_dump_json(include=set(Frames.model_fields))
