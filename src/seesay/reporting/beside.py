"""Experiments beside each other: the models' paired differences, from experiments.tsv."""

from collections.abc import Mapping, Sequence
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


def measured(results: Results, columns: Sequence[Column] = COLUMNS) -> list[Column]:
    """The columns that the model of some experiment has."""
    return [
        c
        for c in columns
        if any(results.value(e, "model", c.task, c.metric) for e in results.experiments)
    ]


def describe(experiments: Path, results: Results) -> list[dict[str, Any]]:
    """A row an experiment: its model minus that of the base, by the columns that are `measured`.

    `experiments` is experiments.tsv. Empty where one experiment is alone, or has other test
    pictures than the base.
    """
    pairs = read_pairs(experiments, results.searched)
    base = base_of(results.experiments)
    rows, columns = [], measured(results)
    for name in results.experiments:
        found = [gap(pairs, name, base, column) for column in columns]
        if name == base or not any(found):
            continue
        cells = [
            {"text": points(pair, column), "kind": kind(pair)} if pair else None
            for pair, column in zip(found, columns, strict=True)
        ]
        rows.append({"experiment": name, "base": base, "cells": cells})
    return rows


def base_of(experiments: list[str]) -> str:
    """The experiment that others are compared with: the first in order."""
    return ordered(experiments)[0]


def kind(pair: Difference) -> str:
    """`above` or `below` if the whole interval is on that side of zero, otherwise `even`."""
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


def read_pairs(experiments: Path, places: Mapping[str, str]) -> Pairs:
    """The differences by (experiment, other, task, metric), of each task in its place."""
    rows = read_rows(experiments, DIFFERENCE_COLUMNS.replace("system", "other"))
    return {
        (row["experiment"], row["other"], row["task"], row["metric"]): Difference.of(row)
        for row in rows
        if row["gallery"] == places.get(row["task"])
    }
