"""Experiments beside each other: the models' paired differences, from experiments.tsv."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seesay.planning.experiments import ordered
from seesay.reporting.results import DIFFERENCE_COLUMNS, Difference, Results, difference, read_rows
from seesay.scoring.names import tasks

Pairs = dict[tuple[str, str, str, str], Difference]


@dataclass(frozen=True)
class Column:
    """A number that is shown: its heading, and which task and metric it is; R@k, in percent."""

    name: str
    task: str
    metric: str


COLUMNS = tuple(
    Column(heading, name, metric)
    for name, task in tasks().items()
    for heading, metric in task.beside.items()
)


def describe(experiments: Path, results: Results) -> list[dict[str, Any]]:
    """A row an experiment: its model minus that of the base, by the columns.

    `experiments` is experiments.tsv. Empty where one experiment is alone, or has other test
    pictures than the base.
    """
    pairs = read_pairs(experiments, results.galleries[0])
    base = base_of(results.experiments)
    rows = []
    for name in results.experiments:
        found = [gap(pairs, name, base, column) for column in COLUMNS]
        if name == base or not any(found):
            continue
        cells = [
            {"text": points(pair, column), "kind": kind(pair)} if pair else None
            for pair, column in zip(found, COLUMNS, strict=True)
        ]
        rows.append({"experiment": name, "base": base, "cells": cells})
    return rows


def base_of(experiments: list[str]) -> str:
    """The experiment that the others are held against: the first in order."""
    return ordered(experiments)[0]


def kind(pair: Difference) -> str:
    """`above` or `below` zero with its whole interval, or `even`."""
    return "above" if pair.above else "below" if pair.below else "even"


def points(pair: Difference, column: Column) -> str:
    """A difference in percentage points with its interval, without the unit."""
    return difference(pair, column.metric).replace(" points", "")


def gap(pairs: Pairs, model: str, less: str, column: Column) -> Difference | None:
    """One experiment's model minus another's, whichever way round it was measured."""
    found = pairs.get((model, less, column.task, column.metric))
    turned = pairs.get((less, model, column.task, column.metric))
    if found is None and turned is not None:
        low, high = (None if end is None else -end for end in (turned.high, turned.low))
        return replace(turned, value=-turned.value, low=low, high=high)
    return found


def read_pairs(experiments: Path, gallery: str) -> Pairs:
    """The differences in one gallery, by (experiment, other, task, metric)."""
    rows = read_rows(experiments, DIFFERENCE_COLUMNS.replace("system", "other"))
    return {
        (row["experiment"], row["other"], row["task"], row["metric"]): Difference.of(row)
        for row in rows
        if row["gallery"] == gallery
    }
