"""Two finished runs side by side, with paired differences: `seesay compare RUN RUN`.

Recomputes the metrics from both runs' ranks, so that each 95 % interval of a difference comes from
the same resamples of the same test pictures. If the test sets differ, ranks mean different things
in the two runs, and there is no difference.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from seesay.commands.compare_ranks import UNKNOWN, Tokens, ranks_of, sets_apart
from seesay.commands.compare_runs import RANKS as FILES
from seesay.commands.compare_runs import Run
from seesay.planning.experiments import ordered
from seesay.schemas.scoring import HUMAN_RANKS, RANKED, RANKS, SYNTHETIC
from seesay.scoring import intervals
from seesay.scoring.names import HUMAN, SYSTEMS, more, paper
from seesay.scoring.rank_metrics import METRICS, chance, counts_of, summarise
from seesay.scoring.resampling import (
    Factors,
    by_picture,
    by_word_and_talker,
    estimate,
    same,
    weights,
)
from seesay.settings.metrics import MetricsSettings
from seesay.shared.errors import InputError
from seesay.shared.ranking import Floats

PEOPLE = "human/ranks/*/*/*.parquet"


@dataclass(frozen=True)
class Line:
    """One metric of one system: both runs' values, and the second minus the first.

    `difference` is None if the test sets differ; `low` and `high` are the ends of its 95 % interval
    (chance has none), `p` its p-value (two identical systems have none), and `holm` Holm's p-value
    among all lines of this metric.
    """

    system: str
    metric: str
    first: float
    second: float
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    holm: float | None = None

    @property
    def clear(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high

    @property
    def stands(self) -> bool:
        """Whether it still does after Holm's adjustment."""
        return self.clear and self.holm is not None and self.holm < 1.0 - intervals.LEVEL


@dataclass(frozen=True)
class Part:
    """One experiment and task: the lines of its systems, the last of them chance.

    `names` are the experiment's names in the two runs, `sizes` the gallery sizes, `queries` and
    `counted` their units: `100 pictures`, `30 words, 20 talkers`. `over` and `units` say what the
    intervals generalise to, and `why` how the test sets differ, "" if they do not.
    """

    names: tuple[str, str]
    task: str
    gallery: str
    sizes: tuple[int, int]
    queries: tuple[int, int]
    counted: tuple[str, str]
    over: str
    units: str
    why: str
    lines: list[Line]

    @property
    def experiment(self) -> str:
        """The experiment's name, or both if they differ."""
        return self.names[0] if self.names[0] == self.names[1] else " / ".join(self.names)


def compare(
    first: Path, second: Path, settings: MetricsSettings, gallery: str | None = None
) -> list[Part]:
    """Every experiment, task and system that two results folders share.

    A task is compared in one gallery: the named one, or else test, if both runs have it.
    Raises InputError for a folder without ranks and for runs with nothing in common.
    """
    runs = Run.read(first), Run.read(second)
    ranks = [_read(run, gallery) for run in runs]
    names = [
        ordered([*(n for n in run.experiments if n in found), *sorted(found)])
        for run, found in zip(runs, (set(r["experiment"]) for r in ranks), strict=True)
    ]
    pairs = [(name, name) for name in names[0] if name in names[1]]
    if not pairs and len(names[0]) == len(names[1]) == 1:
        pairs = [(names[0][0], names[1][0])]
    if not pairs:
        raise InputError(
            f"{first} has the experiments {', '.join(names[0])}, and {second} has"
            f" {', '.join(names[1])}: no experiment is in both"
        )
    tokens = {g: (runs[0].tokens(g), runs[1].tokens(g)) for g in set(ranks[0]["gallery"])}
    people = [ranks_of(HUMAN_RANKS, run.homes, PEOPLE) for run in runs]
    parts = []
    for pair in pairs:
        for task in (*paper(), *more()):
            both = [
                run[(run["experiment"] == name) & (run["task"] == task)]
                for run, name in zip(ranks, pair, strict=True)
            ]
            shared = set(both[0]["gallery"]) & set(both[1]["gallery"])
            for place in sorted(shared, key=lambda place: place != "test")[:1]:
                asked = [part[part["gallery"] == place].reset_index(drop=True) for part in both]
                parts.append(_part(pair, task, place, asked, tokens[place], settings))
        parts += _of_people(pair, people, settings)
    if not parts:
        raise InputError(f"{first} and {second}: no task is in both")
    return adjusted(parts)


def _of_people(
    names: tuple[str, str], people: list[pd.DataFrame], settings: MetricsSettings
) -> Iterator[Part]:
    """The tasks of human words, for each source that both runs have."""
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


def _part(
    names: tuple[str, str],
    task: str,
    gallery: str,
    both: list[pd.DataFrame],
    tokens: Tokens,
    settings: MetricsSettings,
) -> Part:
    why = sets_apart(both, tokens)
    if not all("other_images" in part for part in both):  # a run of an older seesay
        both = [part.drop(columns="other_images", errors="ignore") for part in both]
    one, other = (_Measured.of(part, settings) for part in both)
    if not why and one.factors.several != other.factors.several:
        why = "pictures of the same queries"
    lines: list[Line] = []
    for system in SYSTEMS:
        if system in one.samples and system in other.samples:
            lines += _lines(system, one, other, not why)
    lines += [
        Line("chance", metric, a, b, None if why else b - a)
        for metric, a, b in zip(METRICS, one.luck.tolist(), other.luck.tolist(), strict=True)
    ]
    shared = one.factors.counts | {"seeds": min(one.seeds, other.seeds)}
    over = {name: count for name, count in shared.items() if name != "seeds" or count > 1}
    # Some queries leave out more items than others: use the mean, as in the stage metrics.
    sizes = [round(part["gallery_size"].mean()) for part in both]
    return Part(
        names,
        task,
        gallery,
        (sizes[0], sizes[1]),
        (one.queries, other.queries),
        (one.counted, other.counted),
        "" if why else intervals.over(over),
        "" if why else intervals.units(over),
        why,
        lines,
    )


@dataclass(frozen=True)
class _Measured:
    """A run's metrics of one task: the samples of each system's seeds, and chance."""

    samples: dict[str, dict[int, Floats]]
    factors: Factors
    luck: Floats
    queries: int

    @classmethod
    def of(cls, part: pd.DataFrame, settings: MetricsSettings) -> "_Measured":
        resample = by_word_and_talker if "word" in part else by_picture
        samples: dict[str, dict[int, Floats]] = {}
        held: list[Floats] = []
        for (system, _), rows in part.groupby(["system", "seed"]):
            factors = resample(rows, settings)
            held = held or [weights(factor, factors.settings) for factor in factors.parts]
            found = [
                summarise(counts_of(factor.rows(rows)), factor.unit, drawn)
                for factor, drawn in zip(factors.parts, held, strict=True)
            ]
            samples.setdefault(str(system), {})[int(rows["seed"].iloc[0])] = np.stack(found)
        first = factors.parts[0]
        asked = first.rows(rows)
        random = chance(counts_of(asked), asked["gallery_size"])
        luck = summarise(random, first.unit, weights(first, None))[:, 0]
        return cls(samples, factors, luck, len(rows))

    @property
    def seeds(self) -> int:
        return min(map(len, self.samples.values()))

    @property
    def counted(self) -> str:
        """The number of pictures, or of words and talkers."""
        return ", ".join(f"{count:,} {name}" for name, count in self.factors.counts.items())


def _lines(system: str, one: _Measured, other: _Measured, paired: bool) -> Iterator[Line]:
    """A system's lines, the second run minus the first if they are `paired`."""
    first, second = one.samples[system], other.samples[system]
    values = estimate(one.factors, first).value, estimate(other.factors, second).value
    if not paired:
        for metric, a, b in zip(METRICS, *values, strict=True):
            yield Line(system, metric, float(a), float(b))
        return
    found = estimate(one.factors, second, first)
    percent = [metric not in RANKED for metric in METRICS]
    alike = same(first, second)
    *ends, p = found.apart(percent, alike)
    # Two identical systems, such as one random projection, are no comparison.
    ends.append(np.full_like(p, np.nan) if alike else p)
    for i, metric in enumerate(METRICS):
        kept = [None if np.isnan(end[i]) else float(end[i]) for end in ends]
        yield Line(system, metric, *(float(v[i]) for v in (*values, found.value)), *kept)


def adjusted(parts: list[Part]) -> list[Part]:
    """The parts with Holm's p-values: a metric's family is all its lines, of all parts."""
    family: dict[str, list[Line]] = {}
    for part in parts:
        for line in part.lines:
            if line.p is not None:
                family.setdefault(line.metric, []).append(line)
    holm = {
        id(line): float(p)
        for lines in family.values()
        for line, p in zip(lines, intervals.holm(np.array([x.p for x in lines])), strict=True)
    }
    return [
        replace(part, lines=[replace(line, holm=holm.get(id(line))) for line in part.lines])
        for part in parts
    ]


def _read(run: Run, gallery: str | None) -> pd.DataFrame:
    """The ranks of a run, in one gallery if it is named. Raises InputError if there are none."""
    folder = run.folder
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give the results folder of a finished run")
    if not any(folder.glob(FILES)):
        raise InputError(f"{folder}: no {FILES} in it; give the results folder of a finished run")
    frame = ranks_of(RANKS, run.homes, FILES)
    if frame.empty:
        raise InputError(
            f"{folder}: none of its tasks has ranks, and only ranks are compared; ABX has scores"
        )
    found = frame if gallery is None else frame[frame["gallery"] == gallery]
    if found.empty:
        there = ", ".join(sorted(frame["gallery"].unique()))
        raise InputError(f"{folder}: no gallery {gallery!r} in its ranks; it has {there}")
    return found
