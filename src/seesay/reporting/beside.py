"""Experiments side by side: paired differences of their models, from experiments.tsv."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seesay.planning.experiments import ordered
from seesay.reporting.results import (
    DIFFERENCE_COLUMNS,
    Difference,
    Results,
    difference,
    kind,
    read_rows,
)
from seesay.scoring.names import every

Pairs = dict[tuple[str, str, str, str], Difference]


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and the task and metric that it shows."""

    name: str
    task: str
    metric: str


COLUMNS = tuple(
    Column(heading, name, metric)
    for name, task in every().items()
    for heading, metric in task.beside.items()
)


def measured(results: Results, columns: Sequence[Column] = COLUMNS) -> list[Column]:
    """The columns that the model of at least one experiment has."""
    return [
        c
        for c in columns
        if any(results.value(e, "model", c.task, c.metric) for e in results.experiments)
    ]


def describe(experiments: Path, results: Results) -> list[dict[str, Any]]:
    """One row for each experiment: its model minus the base's, in the columns `measured`.

    `experiments` is experiments.tsv. Empty for a single experiment, and for experiments with other
    test pictures than the base.
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


def points(pair: Difference, column: Column) -> str:
    """A difference in percentage points with its interval, without the unit."""
    return difference(pair, column.metric).replace(" points", "")


def gap(pairs: Pairs, model: str, less: str, column: Column) -> Difference | None:
    """One experiment's model minus another's, in whichever direction the table has it."""
    found = pairs.get((model, less, column.task, column.metric))
    turned = pairs.get((less, model, column.task, column.metric))
    if found is None and turned is not None:
        # From 0, because -0.0 would be shown with its sign.
        low, high = (None if end is None else 0 - end for end in (turned.high, turned.low))
        return replace(turned, value=0 - turned.value, low=low, high=high)
    return found


def read_pairs(experiments: Path, places: Mapping[str, str]) -> Pairs:
    """The differences by (experiment, other, task, metric), each in its task's gallery."""
    rows = read_rows(experiments, DIFFERENCE_COLUMNS.replace("system", "other"))
    return {
        (row["experiment"], row["other"], row["task"], row["metric"]): Difference.of(row)
        for row in rows
        if row["gallery"] == places.get(row["task"])
    }


def paired(results: Results) -> str:
    """By what models are paired; given embeddings may have fewer seeds than the trained models."""
    seeds: dict[str, set[str]] = {}
    for experiment, system, seed, *_ in results.values:
        if system == "model":
            seeds.setdefault(experiment, set()).add(seed)
    several = len({frozenset(those) for those in seeds.values()}) > 1
    return f"paired by picture and by seed{' (means where seeds differ)' if several else ''}"
