"""A stage's settings, as Snakemake compares them and as a job gets them.

Inputs: CONFIG.
Outputs: settings(), compared(), passed().
"""

import functools
import json

from seesay.planning.config import VARIED
from seesay.planning.entries import entries


@functools.cache
def settings(stage, experiment=None):
    """A stage's settings alone, as one canonical JSON string."""
    return CONFIG.stage_json(stage, experiment)


def compared(stage, given):
    """Settings as params that Snakemake compares, one a key.

    A printed reason then has the changed keys alone. `given` is JSON, or a function of the
    wildcards that returns the JSON of the stage's section. All are functions here, since
    Snakemake takes braces in a text for wildcards.
    """
    if callable(given):
        return [compared_key(stage, key, given) for key in keys_of(stage)]
    return [fixed(entry) for entry in entries(stage, json.loads(given))]


def keys_of(stage):
    """The keys of a section that are compared, for the config or any of its experiments."""
    names = [None, *(EXPERIMENTS if stage in VARIED else [])]
    return list(
        dict.fromkeys(
            key for name in names for key in json.loads(settings(stage, name))
        )
    )


def compared_key(stage, key, given):
    """One key of the settings that `given` returns for a job, as a param; empty if it lacks it."""

    def of(wildcards):
        found = json.loads(given(wildcards))
        return "; ".join(entries(f"{stage}.{key}", found[key])) if key in found else ""

    return of


def fixed(text):
    """A text as a param, whatever it contains."""

    def of(wildcards):
        return text

    return of


def passed(given):
    """Settings for the command line, which Snakemake does not compare: their keys are compared.

    `given` is JSON or a function as of compared(). It takes `input` to that end.
    """

    def of(wildcards, input):
        return given(wildcards) if callable(given) else given

    return of
