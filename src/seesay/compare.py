"""Two finished runs side by side, with paired differences: `seesay compare RUN RUN`.

The metrics are made again from both runs' ranks, so that each 95 % interval of a difference comes
from the same resamples of the same test pictures. Where the test sets differ a rank means something
else in each run, and there is no difference.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from seesay import compare_runs, tables
from seesay.compare_runs import Run
from seesay.errors import InputError
from seesay.evaluation import RANKS
from seesay.experiments import ordered
from seesay.human_tables import HUMAN_RANKS, SYNTHETIC
from seesay.metrics import (
    METRICS,
    by_picture,
    by_word_and_talker,
    chance,
    counts_of,
    summarise,
)
from seesay.ranking import Floats
from seesay.report_answer import SYSTEMS, TASKS
from seesay.report_more import HUMAN
from seesay.report_more import TASKS as MORE
from seesay.settings.metrics import MetricsSettings

Tokens = tuple[frozenset[str] | None, frozenset[str] | None]
UNKNOWN: Tokens = (None, None)  # human words are told by the queries alone

FILES = compare_runs.RANKS
PEOPLE = "human/ranks/*/*/*.parquet"


@dataclass(frozen=True)
class Line:
    """One metric of one system: both runs' values, and the second minus the first.

    `difference` is None where the test sets differ; `low` and `high` are the ends of its 95 %
    interval, which chance has not.
    """

    system: str
    metric: str
    first: float
    second: float
    difference: float | None
    low: float | None
    high: float | None

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


@dataclass(frozen=True)
class Part:
    """One experiment and task: the lines of its systems, the last of them chance.

    `names` are what the experiment is called in each run, `sizes` the items searched, `queries`
    and `pictures` what was counted, of human words pairs of a word and a talker. `why` says in
    what the test sets differ, "" if in nothing.
    """

    names: tuple[str, str]
    task: str
    gallery: str
    sizes: tuple[int, int]
    queries: tuple[int, int]
    pictures: tuple[int, int]
    why: str
    lines: list[Line]

    @property
    def experiment(self) -> str:
        """The experiment's name, or both where they differ."""
        return self.names[0] if self.names[0] == self.names[1] else " / ".join(self.names)


def compare(
    first: Path, second: Path, settings: MetricsSettings, gallery: str = "test"
) -> list[Part]:
    """Every experiment, task and system that two results folders both have, in one gallery.

    Raises InputError for a folder without ranks and for runs with nothing in common.
    """
    ranks = [_read(folder, gallery) for folder in (first, second)]
    runs = Run.read(first), Run.read(second)
    names = [
        ordered([*(n for n in run.experiments if n in found), *sorted(found)])
        for run, found in zip(runs, (set(r["experiment"]) for r in ranks), strict=True)
    ]
    pairs = [(name, name) for name in names[0] if name in names[1]]
    if not pairs and len(names[0]) == len(names[1]) == 1:
        pairs = [(names[0][0], names[1][0])]
    if not pairs:
        raise InputError(
            f"{first} has the experiments {', '.join(names[0])}, {second} has "
            f"{', '.join(names[1])}: none is in both"
        )
    tokens = runs[0].tokens(gallery), runs[1].tokens(gallery)
    people = [tables.read(HUMAN_RANKS, sorted(folder.glob(PEOPLE))) for folder in (first, second)]
    parts = []
    for pair in pairs:
        for task in (*TASKS, *MORE):
            both = [
                run[(run["experiment"] == name) & (run["task"] == task)]
                for run, name in zip(ranks, pair, strict=True)
            ]
            if all(len(part) for part in both):
                parts.append(_part(pair, task, gallery, both, tokens, settings))
        parts += _of_people(pair, people, settings)
    if not parts:
        raise InputError(f"{first} and {second}: no task is in both")
    return parts


def _of_people(
    names: tuple[str, str], people: list[pd.DataFrame], settings: MetricsSettings
) -> Iterator[Part]:
    """The tasks of human words, of each source that both runs have."""
    both = [
        rows[(rows["experiment"] == name) & ~rows["gallery"].str.endswith(SYNTHETIC)]
        for rows, name in zip(people, names, strict=True)
    ]
    for source in sorted(set(both[0]["gallery"]) & set(both[1]["gallery"])):
        for task in HUMAN:
            asked = [
                rows[(rows["gallery"] == source) & (rows["task"] == task)].reset_index(drop=True)
                for rows in both
            ]
            if all(len(rows) for rows in asked):
                yield _part(names, task, source, asked, UNKNOWN, settings)


def apart(both: list[pd.DataFrame], tokens: Tokens) -> str:
    """In what two runs' test sets of one task differ, in words; "" if in nothing that counts.

    Queries may be other fragments of the same pictures, which are what is resampled; they must be
    the same where the tokens are not known.
    """
    once = [
        next(rows for _, rows in part.groupby(["system", "seed"])).set_index("query")
        for part in both
    ]
    # Human words are who they are, whatever pictures they were said about.
    images = [set() if "word" in rows else set(rows["image_id"]) for rows in once]
    queries = [set(rows.index) for rows in once]
    sizes = [round(rows["gallery_size"].mean()) for rows in once]
    found = []
    if images[0] != images[1]:
        found.append(_said("test pictures", *images))
    one, other = tokens
    if one is not None and other is not None:
        if one != other:
            found.append(_said("word tokens", one, other))
    elif queries[0] != queries[1]:
        found.append(_said("queries", *queries))
    if sizes[0] != sizes[1]:
        found.append(f"gallery sizes (A {sizes[0]:,}, B {sizes[1]:,})")
    if not found and queries[0] == queries[1]:
        names = ["image_id", "gallery_size", "relevant"]
        if not once[0][names].equals(once[1].loc[once[0].index, names]):
            found.append("right answers to the same queries")
    return " and ".join(found)


def _said(what: str, one: set[str] | frozenset[str], other: set[str] | frozenset[str]) -> str:
    """How many each has and both have: `test pictures (A 20, B 15, 15 in both)`."""
    return f"{what} (A {len(one):,}, B {len(other):,}, {len(one & other):,} in both)"


def _part(
    names: tuple[str, str],
    task: str,
    gallery: str,
    both: list[pd.DataFrame],
    tokens: Tokens,
    settings: MetricsSettings,
) -> Part:
    why = apart(both, tokens)
    (one, luck, queries, pictures), (other, luck_2, queries_2, pictures_2) = (
        _measured(part, settings) for part in both
    )
    lines = [
        line
        for system in SYSTEMS
        if system in one and system in other
        for line in _lines(system, one[system], other[system], not why)
    ]
    lines += [
        Line("chance", metric, a, b, None if why else b - a, None, None)
        for metric, a, b in zip(METRICS, luck.tolist(), luck_2.tolist(), strict=True)
    ]
    # Where some queries leave more items out than others: the mean, as in the stage metrics.
    sizes = [round(part["gallery_size"].mean()) for part in both]
    return Part(
        names,
        task,
        gallery,
        (sizes[0], sizes[1]),
        (queries, queries_2),
        (pictures, pictures_2),
        why,
        lines,
    )


def _measured(
    part: pd.DataFrame, settings: MetricsSettings
) -> tuple[dict[str, Floats], Floats, int, int]:
    """A run's metrics by system, means over seeds, those of chance, its queries and pictures."""
    resample = by_word_and_talker if "word" in part else by_picture
    images, image, weights = resample(part, settings)
    values: dict[str, list[Floats]] = {}
    groups = part.groupby(["system", "seed"])
    for (system, _), rows in groups:
        places = image[part.index.get_indexer(rows.index)]
        values.setdefault(str(system), []).append(summarise(counts_of(rows), places, weights))
    once = next(rows for _, rows in groups)
    places = image[part.index.get_indexer(once.index)]
    luck = summarise(chance(counts_of(once), once["gallery_size"]), places, weights[:1])[:, 0]
    means: dict[str, Floats] = {name: np.mean(found, axis=0) for name, found in values.items()}
    return means, luck, len(once), len(images)


def _lines(system: str, first: Floats, second: Floats, paired: bool) -> Iterator[Line]:
    """A system's lines; column 0 of the values is the value, the others are the resamples'.

    Those that are not paired may be of other numbers of pictures.
    """
    if not paired:
        for metric, a, b in zip(METRICS, first[:, 0].tolist(), second[:, 0].tolist(), strict=True):
            yield Line(system, metric, a, b, None, None, None)
        return
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
