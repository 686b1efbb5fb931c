"""A stage's settings, as Snakemake compares them and as a job gets them.

Inputs: CONFIG.
Outputs: settings(), compared(), passed().
"""

import functools
import json

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
        return [compared_key(stage, key, given) for key in json.loads(settings(stage))]
    return [fixed(entry) for entry in entries(stage, json.loads(given))]


def compared_key(stage, key, given):
    """One key of the settings that `given` returns for a job, as a param."""

    def of(wildcards):
        value = json.loads(given(wildcards))[key]
        return "; ".join(entries(f"{stage}.{key}", value))

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
