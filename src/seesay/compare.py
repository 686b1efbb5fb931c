"""Two finished runs side by side, with paired differences: `seesay compare RUN RUN`.

The metrics are made again from both runs' ranks, over the test pictures that both have, so that
each 95 % interval of a difference comes from the same resamples of the same pictures.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from seesay import tables
from seesay.errors import InputError
from seesay.evaluation import RANKS
from seesay.metrics import METRICS, chance, counts_of, image_weights, summarise
from seesay.ranking import Floats
from seesay.report_answer import SYSTEMS, TASKS
from seesay.report_more import TASKS as MORE
from seesay.settings.metrics import MetricsSettings

FILES = "evaluation/*/*/*/ranks.parquet"


@dataclass(frozen=True)
class Line:
    """One metric of one system: both runs' values, and the second minus the first.

    `low` and `high` are the ends of the difference's 95 % interval; chance has none.
    """

    system: str
    metric: str
    first: float
    second: float
    difference: float
    low: float | None
    high: float | None

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


@dataclass(frozen=True)
class Part:
    """One experiment and task: the lines of its systems, the last of them chance.

    `sizes` are the items searched in each run, `queries` and `pictures` what was counted there.
    `paired` says that both runs have the same queries of the pictures that both have.
    """

    experiment: str
    task: str
    gallery: str
    sizes: tuple[int, int]
    queries: tuple[int, int]
    pictures: tuple[int, int]
    paired: bool
    lines: list[Line]


def compare(
    first: Path, second: Path, settings: MetricsSettings, gallery: str = "test"
) -> list[Part]:
    """Every experiment, task and system that two results folders both have, in one gallery.

    Without the same queries the samples of the two runs are drawn apart, of all their own
    pictures. Raises InputError for a folder without ranks and for runs with nothing in common.
    """
    runs = [_read(folder, gallery) for folder in (first, second)]
    names = [sorted(run["experiment"].unique()) for run in runs]
    pairs = [(name, name) for name in names[0] if name in names[1]]
    if not pairs and len(names[0]) == len(names[1]) == 1:
        pairs = [(names[0][0], names[1][0])]
    if not pairs:
        raise InputError(
            f"{first} has the experiments {', '.join(names[0])}, {second} has "
            f"{', '.join(names[1])}: none is in both"
        )
    parts = []
    for pair in pairs:
        for task in (*TASKS, *MORE):
            both = [
                run[(run["experiment"] == name) & (run["task"] == task)]
                for run, name in zip(runs, pair, strict=True)
            ]
            if all(len(part) for part in both):
                name = pair[0] if pair[0] == pair[1] else " / ".join(pair)
                parts.append(_part(name, task, gallery, both, settings))
    if not parts:
        raise InputError(f"{first} and {second}: no task is in both")
    return parts


def _part(
    experiment: str,
    task: str,
    gallery: str,
    both: list[pd.DataFrame],
    settings: MetricsSettings,
) -> Part:
    common = set(both[0]["image_id"]) & set(both[1]["image_id"])
    shared = [part[part["image_id"].isin(common)] for part in both]
    asked = [set(zip(part["query"], part["image_id"], strict=True)) for part in shared]
    paired = bool(common) and asked[0] == asked[1]
    parts = shared if paired else both
    seeds = (settings.seed, settings.seed + (not paired))
    values, lucks, queries, pictures = [], [], [], []
    for part, seed in zip(parts, seeds, strict=True):
        names, image = np.unique(part["image_id"].to_numpy(dtype=str), return_inverse=True)
        weights = image_weights(len(names), settings.model_copy(update={"seed": seed}))
        runs = {
            (str(system), str(number)): summarise(
                counts_of(rows), image[part.index.get_indexer(rows.index)], weights
            )
            for (system, number), rows in part.groupby(["system", "seed"])
        }
        systems = {system for system, _ in runs}
        values.append(
            {s: np.mean([v for (of, _), v in runs.items() if of == s], axis=0) for s in systems}
        )
        once = next(rows for _, rows in part.groupby(["system", "seed"]))
        places = image[part.index.get_indexer(once.index)]
        luck = chance(counts_of(once), once["gallery_size"])
        lucks.append(summarise(luck, places, weights[:1])[:, 0])
        queries.append(len(once))
        pictures.append(len(names))
    lines = [
        line
        for system in SYSTEMS
        if system in values[0] and system in values[1]
        for line in _lines(system, values[0][system], values[1][system])
    ]
    lines += [
        Line("chance", metric, a, b, b - a, None, None)
        for metric, a, b in zip(METRICS, *(luck.tolist() for luck in lucks), strict=True)
    ]
    # Where some queries leave more items out than others: the mean, as in the stage metrics.
    sizes = [round(part["gallery_size"].mean()) for part in parts]
    return Part(
        experiment,
        task,
        gallery,
        (sizes[0], sizes[1]),
        (queries[0], queries[1]),
        (pictures[0], pictures[1]),
        paired,
        lines,
    )


def _lines(system: str, first: Floats, second: Floats) -> Iterator[Line]:
    """A system's lines; column 0 of the values is the value, the others are the resamples'."""
    gap = second - first
    low, high = np.percentile(gap[:, 1:], [2.5, 97.5], axis=1)
    for i, metric in enumerate(METRICS):
        ends = float(low[i]), float(high[i])
        value = float(first[i, 0]), float(second[i, 0]), float(gap[i, 0])
        yield Line(system, metric, *value, *ends)


def _read(folder: Path, gallery: str) -> pd.DataFrame:
    """The ranks of a results folder in one gallery. Raises InputError when there are none."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give the results folder of a finished run")
    files = sorted(folder.glob(FILES))
    if not files:
        raise InputError(f"{folder}: no {FILES} in it; give the results folder of a finished run")
    frame = tables.read(RANKS, files)
    found = frame[frame["gallery"] == gallery]
    if found.empty:
        there = ", ".join(sorted(frame["gallery"].unique()))
        raise InputError(f"{folder}: no gallery {gallery!r} in its ranks; it has {there}")
    return found.reset_index(drop=True)
