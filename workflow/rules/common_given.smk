"""Experiments whose embeddings are given (experiments.NAME.embeddings), and their files.

Inputs: CONFIG and the functions of common.smk and common_lists.smk.
Outputs: GIVEN, MEASURED, of_measured(), given_file() and others that rules call.
"""

import sys
from pathlib import Path

# All experiments, which have numbers, and those that the run does not train.
MEASURED = CONFIG.measured
GIVEN = [name for name in MEASURED if name not in EXPERIMENTS]
# A workflow that imports this one may make the files by a rule of its own.
ALONE = workflow.modifier.parent_modifier is None


def of_given(path, experiments=GIVEN):
    """A path of every seed of experiments with given embeddings."""
    found = []
    for name in experiments:
        seeds = SEEDS if CONFIG.experiments[name].embeddings.by_seed else SEEDS[:1]
        found += expand(at(path), experiment=name, system="model", seed=seeds)
    return found


def of_measured(path, experiment=None):
    """A table of an experiment, or of all: every fold, system and seed, or what is given."""
    if experiment is None:
        trained = expand(of_runs(path), experiment=EXPERIMENTS)
        return [*trained, *of_given(path)]
    if experiment in GIVEN:
        return of_given(path, [experiment])
    return expand(of_runs(path), experiment=experiment)


def items_of(path):
    """A table of the experiment of a job, of every fold, system and seed."""

    def of(wildcards):
        return of_measured(path, wildcards.experiment)

    return of


def items_human(wildcards):
    """The ranks of human words of the experiment of a job, if it hears any."""
    if not CONFIG.evaluation.human or wildcards.experiment in GIVEN:
        return []
    return of_measured(
        "human/ranks/{experiment}/{system}/{seed}.parquet", wildcards.experiment
    )


def items_regions(wildcards):
    """The boxes of the fragments of a job's experiment; those of given embeddings are unknown."""
    if CONFIG.fragments or wildcards.experiment in GIVEN:
        return []
    return experiment_tables("regions")(wildcards)


def given_file(kind):
    """The file of a kind of embeddings of a job's experiment and seed; [] if it is not given."""

    def of(wildcards):
        files = CONFIG.experiments[wildcards.experiment].embeddings.of(wildcards.seed)
        if ALONE and kind in files and not Path(files[kind]).is_file():
            sys.exit(
                f"error: experiments.{wildcards.experiment}.embeddings.{kind}: {files[kind]}: no"
                " such file; embed the run's pictures and words first (docs/evaluate.md), or leave"
                " the experiment out"
            )
        return files.get(kind, [])

    return of
