"""The section on the authors' evaluation: labelled numbers, never mixed with others."""

from typing import Any

from seesay.planning.experiments import section
from seesay.reporting.results import Results, shown
from seesay.reporting.runs import Run
from seesay.scoring.names import METRICS, SYSTEMS, paper

PLACE = 70
LINK = "Legacy"
NEEDS = {"legacy": None}

Rows = list[dict[str, Any]]
GALLERY = "test"  # the only gallery of the authors' evaluation


def describe(run: Run) -> dict[str, Any] | None:
    """Values for the template; None if the config does not ask for the authors' evaluation."""
    if not run.paths("legacy"):
        return None
    legacy = Results.read(run.paths("legacy")[0], None, run.experiments)
    return {"legacy": beside(run.results, legacy, run.config)}


def beside(results: Results, legacy: Results, config: dict[str, Any]) -> Rows:
    """For each experiment: its name, whether it was trained on raw features, and its tasks.

    A task has one row for each system and one for chance; a row has one cell (corrected, legacy)
    for each metric.
    """
    found: Rows = []
    for experiment in legacy.experiments:
        tasks = [
            {"task": task.title, "rows": _rows(results, legacy, experiment, name)}
            for name, task in paper().items()
        ]
        raw = section(config, experiment, "training")["standardise"] == "none"
        found.append({"experiment": experiment, "raw": raw, "tasks": tasks})
    return found


def _rows(results: Results, legacy: Results, experiment: str, task: str) -> Rows:
    rows: Rows = []
    for system, name in SYSTEMS.items():
        cells = []
        for metric in METRICS:
            key = (experiment, system, "mean", task, GALLERY, metric)
            pair = results.values.get(key), legacy.values.get(key)
            cells.append(tuple(shown(v.value, metric) if v else "–" for v in pair))
        rows.append({"system": name, "cells": cells})
    chances = []
    for metric in METRICS:
        key = (experiment, "model", "mean", task, GALLERY, metric)
        pair = results.values.get(key), legacy.values.get(key)
        chances.append(tuple(shown(v.chance, metric) if v else "–" for v in pair))
    return [*rows, {"system": "chance", "cells": chances}]
