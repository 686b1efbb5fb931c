"""The rows of metrics.tsv, differences.tsv and experiments.tsv, with intervals and p-values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from seesay.schemas.scoring import RANKED
from seesay.scoring import intervals
from seesay.scoring.resampling import Estimate, Factors, Samples, estimate, same
from seesay.shared import writing
from seesay.shared.ranking import Floats

Row = dict[str, Any]
ENDS, PS = ["ci_low", "ci_high", "over", "units"], ["p", "p_holm"]


@dataclass(frozen=True)
class Measured:
    """A task of an experiment in one gallery: samples of the metrics `names`, by system and seed.

    `where` has experiment, task and gallery, `size` gallery_size and queries; `luck` is chance by
    metric.
    """

    where: Row
    size: Row
    names: Sequence[str]
    factors: Factors
    found: Mapping[str, Samples]
    luck: Floats

    def comparable(self, other: "Measured") -> bool:
        """Whether a difference to another experiment's task has a paired interval.

        Queries may differ; what is resampled are their units. In a gallery of another size a rank
        means something else.
        """
        units = [(own.factors.names, own.factors.several) for own in (self, other)]
        return self.size["gallery_size"] == other.size["gallery_size"] and units[0] == units[1]


@dataclass
class Numbers:
    """Rows of the three tables, as tasks are measured."""

    rows: list[Row] = field(default_factory=list)
    paired: list[Row] = field(default_factory=list)
    beside: list[Row] = field(default_factory=list)
    models: dict[tuple[str, str], dict[str, Measured]] = field(default_factory=dict)

    def add(self, task: Measured) -> None:
        """Add the rows of every system and seed, and those of the model minus each control."""
        for system, samples in task.found.items():
            some: dict[str, Samples] = {str(seed): {seed: one} for seed, one in samples.items()}
            for seed, these in (some | {"mean": samples}).items():
                labels = {**task.where, "system": system, "seed": seed, **task.size}
                self.rows += values(labels, task.names, estimate(task.factors, these), task.luck)
            if "model" in task.found and system != "model":
                labels = {**task.where, "system": system}
                self.paired += gaps(labels, task.names, task.factors, task.found["model"], samples)
        if "model" in task.found:
            key = task.where["task"], task.where["gallery"]
            self.models.setdefault(key, {})[task.where["experiment"]] = task

    def compare(self, order: Sequence[str]) -> None:
        """Add rows of each experiment's model minus that of each earlier one in `order`."""
        for (task, gallery), those in self.models.items():
            for other, one in combinations([name for name in order if name in those], 2):
                first, second = those[one], those[other]
                if first.comparable(second):
                    where = {"experiment": one, "other": other, "task": task, "gallery": gallery}
                    found = first.found["model"], second.found["model"]
                    self.beside += gaps(where, first.names, first.factors, *found)


def values(labels: Row, names: Sequence[str], found: Estimate, luck: Floats) -> Iterator[Row]:
    """One row per metric, with its interval and chance."""
    percent = [name not in RANKED for name in names]
    low, high = found.around(percent, labels["gallery_size"])
    for i, metric in enumerate(names):
        ends = {"ci_low": low[i], "ci_high": high[i], **_over(found)}
        yield {**labels, "metric": metric, "value": found.value[i], **ends, "chance": luck[i]}


def gaps(
    labels: Row, names: Sequence[str], factors: Factors, one: Samples, other: Samples
) -> Iterator[Row]:
    """One row per metric of one minus the other, with its interval and p-value."""
    found = estimate(factors, one, other)
    percent = [name not in RANKED for name in names]
    low, high, p = found.apart(percent, same(one, other))
    for i, metric in enumerate(names):
        ends = {"ci_low": low[i], "ci_high": high[i], **_over(found), "p": p[i]}
        yield {**labels, "metric": metric, "difference": found.value[i], **ends}


def _over(found: Estimate) -> Row:
    return {"over": intervals.over(found.counts), "units": intervals.units(found.counts)}


def write(path: Path, rows: list[Row], columns: list[str], experiments: Sequence[str]) -> None:
    """Write rows by experiment and other names, seeds by number and "mean" after them."""
    frame = pd.DataFrame(rows, columns=columns)
    order = ["experiment", columns[1], "task", "gallery"]
    if "p" in columns:
        families = frame.groupby(["gallery", "metric"])["p"]
        frame["p_holm"] = families.transform(lambda p: intervals.holm(p.to_numpy(float)))
        for name in PS:
            frame[name] = [f"{p:.3g}" if p == p else "" for p in frame[name].astype(float)]
    if "seed" in columns:
        frame["nth"] = [np.inf if seed == "mean" else int(seed) for seed in frame["seed"]]
        order.insert(2, "nth")
    for name in ("experiment", "other"):
        if name in columns:
            frame[name] = pd.Categorical(frame[name], list(experiments))
    frame = frame.sort_values(order, kind="stable")[columns]
    text = frame.to_csv(sep="\t", index=False, float_format="%.4f", lineterminator="\n")
    writing.write_text(path, text)
