"""The section on tasks beyond the paper's, with one table per experiment."""

from typing import Any

from seesay.reporting import numbers
from seesay.reporting.results import Results, interval, shown
from seesay.reporting.runs import Run
from seesay.scoring import names
from seesay.scoring.names import SYSTEMS

PLACE = 60
LINK = "More"
NEEDS: dict[str, str | None] = {}


def describe(run: Run) -> dict[str, Any] | None:
    """Values for the template; None if the run asked only the paper’s four tasks."""
    told = {name: asked_of(run.results, name) for name in run.experiments}
    found = [{"name": name, "more": more} for name, more in told.items() if more["rows"]]
    return {"experiments": found} if found else None


def asked_of(results: Results, experiment: str) -> dict[str, Any]:
    """The rows of an experiment: each a task and metric, with every system’s value and chance.

    `systems` are those that were measured, `asked` the tasks with their definitions; both are
    empty where the run asked the paper’s four tasks alone.
    """
    rows: list[dict[str, Any]] = []
    asked: dict[str, str] = {}
    for name, task in names.more().items():
        place = results.gallery(name)
        other = "" if place == results.galleries[0] else f", gallery {place}"
        for metric in task.metrics:
            found = {system: results.value(experiment, system, name, metric) for system in SYSTEMS}
            model = found["model"]
            if model is None:
                continue
            asked[task.title] = task.question
            cells = {
                system: {
                    "text": shown(cell.value, metric),
                    "interval": interval(cell.low, cell.high, metric),
                }
                for system, cell in found.items()
                if cell is not None
            }
            rows.append(
                {
                    "task": task.title,
                    "metric": task.metric(metric),
                    "cells": cells,
                    "chance": shown(model.chance, metric),
                    "size": numbers.gallery(name, model) + other,
                    "queries": f"{model.queries:,}",
                }
            )
    systems = [system for system in SYSTEMS if any(system in row["cells"] for row in rows)]
    return {"rows": rows, "systems": systems, "asked": asked}
