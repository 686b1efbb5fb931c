"""The section on tasks beyond the paper's, with one table per experiment."""

from typing import Any

from seesay.reporting import numbers
from seesay.reporting.results import Results, cell, shown
from seesay.reporting.runs import Run
from seesay.scoring import names
from seesay.scoring.names import SYSTEMS

PLACE = 60
LINK = "More tasks"
NEEDS: dict[str, str | None] = {}


def describe(run: Run) -> dict[str, Any] | None:
    """Values for the template; None if the run asked only the paper’s four tasks."""
    told = {name: asked_of(run.results, name) for name in run.experiments}
    found = [{"name": name, "more": more} for name, more in told.items() if more["rows"]]
    return {"experiments": found} if found else None


def asked_of(results: Results, experiment: str) -> dict[str, Any]:
    """The rows of an experiment: a task and metric each, with the systems' values and chance.

    `systems` are the measured systems, `asked` the definitions of the tasks; both are empty if the
    run has only the paper's four tasks.
    """
    rows: list[dict[str, Any]] = []
    asked: dict[str, str] = {}
    for name, task in names.more().items():
        place = results.gallery(name)
        other = "" if place == results.galleries[0] else f", gallery {place}"
        for metric in task.metrics:
            found = results.systems(experiment, name, metric)
            model = found.get("model")
            if model is None:
                continue
            asked[task.title] = task.question
            rows.append(
                {
                    "task": task.title,
                    "metric": task.metric(metric),
                    "cells": {system: cell(value, metric) for system, value in found.items()},
                    "chance": shown(model.chance, metric),
                    "size": numbers.gallery(name, model) + other,
                    "queries": f"{model.queries:,}",
                }
            )
    systems = numbers.aligned(SYSTEMS, rows)
    return {"rows": rows, "systems": systems, "asked": asked}
