"""Estimates how far a number would move with other pictures, seeds, words or talkers.

Crossed factors are resampled one by one, and their variances added: V(a) + V(b) - V(ab), since both
contain the part shared within a cell (Cameron, Gelbach & Miller 2011, Robust inference with
multiway clustering; Owen 2007, The pigeonhole bootstrap, Annals of Applied Statistics 1). Seeds are
crossed with all of these, but there are few: their variance is that of the seeds' own values, and
degrees of freedom are Satterthwaite's, so three seeds widen an interval as they should.
`seesay.scoring.intervals` makes intervals and p-values of the errors.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.scoring import intervals
from seesay.scoring.intervals import FLOORS
from seesay.settings.metrics import MetricsSettings
from seesay.shared.randomness import generator
from seesay.shared.ranking import Floats, Integers

CELLS = 4_000_000  # of the largest array of draws held
Samples = Mapping[int, Floats]  # by seed, (factors, metrics, 1 + resamples), column 0 the value


@dataclass(frozen=True)
class Factor:
    """A resampled factor: the number of its `units`, and each query's unit, (queries,).

    `sign` is -1 if units are the cells of two other factors, which both count them.
    """

    units: int
    unit: Integers
    sign: int = 1


@dataclass(frozen=True)
class Factors:
    """The factors, beside seeds, that intervals of some queries generalise to.

    `counts` are the numbers of units by factor, `names` the names of all units, `parts` the
    resampled factors. With `settings` None nothing is resampled: the main factor has too few units.
    """

    counts: dict[str, int]
    names: list[str]
    parts: tuple[Factor, ...]
    settings: MetricsSettings | None


@dataclass(frozen=True)
class Estimate:
    """Metrics, (metrics,) each: values, standard errors and degrees of freedom.

    `counts` are the units by factor that the errors generalise to, `fewest` the least number of
    units of a factor beside seeds. Below the floors the errors are NaN.
    """

    value: Floats
    error: Floats
    freedom: Floats
    counts: dict[str, int]
    fewest: int

    def around(self, percent: Sequence[bool], size: float) -> tuple[Floats, Floats]:
        """Ends of the intervals of metrics: percentages, or ranks among `size` items."""
        low, high = np.empty((2, len(self.value)))
        for kind in (True, False):
            here = np.asarray(percent) == kind
            how = self.value[here], self.error[here], self.freedom[here]
            ends = intervals.share(*how, self.fewest) if kind else intervals.rank(*how, size)
            low[here], high[here] = ends
        return low, high

    def apart(self, percent: Sequence[bool], same: bool) -> tuple[Floats, Floats, Floats]:
        """Ends of the intervals of differences, and p-values, as `intervals.gap` has them."""
        return intervals.gap(self.value, self.error, self.freedom, percent, self.fewest, same)


def crossed(columns: Mapping[str, NDArray[np.str_]], settings: MetricsSettings) -> Factors:
    """Factors of queries from one or two columns, (queries,) each, such as "pictures".

    The first column is the main factor: below its floor nothing is resampled. A second column below
    its floor is not resampled, and no label names it.
    """
    counts, names, parts = {}, [], []
    for nth, (name, column) in enumerate(columns.items()):
        levels, unit = np.unique(column, return_inverse=True)
        names += levels.tolist()
        if nth == 0 or len(levels) >= FLOORS[name]:
            counts[name] = len(levels)
            parts.append(Factor(len(levels), unit))
    if len(parts) > 1:
        one, other = parts
        cells, cell = np.unique(one.unit * other.units + other.unit, return_inverse=True)
        names += cells.astype(str).tolist()
        parts.append(Factor(len(cells), cell, -1))
    rests = next(iter(columns))
    few = counts[rests] < FLOORS[rests]
    return Factors(counts, names, tuple(parts), None if few else settings)


def by_picture(run: pd.DataFrame, settings: MetricsSettings) -> Factors:
    """Factors of a run's queries: their pictures."""
    return crossed({"pictures": run["image_id"].to_numpy(dtype=str)}, settings)


def by_word_and_talker(run: pd.DataFrame, settings: MetricsSettings) -> Factors:
    """Factors of a run of HUMAN_RANKS: its words and talkers.

    A query of unknown talker counts as a talker of its own. Queries that are pictures are resampled
    as pictures.
    """
    if (run["word"] == "").all():
        return by_picture(run, settings)
    talker = run["talker"].where(run["talker"] != "", run["query"])
    return crossed({"words": run["word"].to_numpy(str), "talkers": talker.to_numpy(str)}, settings)


def draws(units: int, settings: MetricsSettings | None) -> Iterator[Floats]:
    """How often each sample holds each unit, in blocks (samples, units); the first row is all 1.

    Other rows draw as many units with replacement. They depend only on the seed and the number of
    units, so that systems can be compared in pairs.
    """
    yield np.ones((1, units))
    if settings is None:
        return
    random = generator("metrics", settings.seed, units)
    step = max(CELLS // units, 1)
    for start in range(0, settings.resamples, step):
        samples = min(step, settings.resamples - start)
        drawn = random.integers(0, units, (samples, units))
        drawn += units * np.arange(samples)[:, None]
        held = np.bincount(drawn.ravel(), minlength=samples * units)
        yield held.reshape(samples, units).astype(np.float64)


def weights(factor: Factor, settings: MetricsSettings | None) -> Floats:
    """All draws of a factor: weights (1 + resamples, units)."""
    return np.concatenate(list(draws(factor.units, settings)))


def shares(factors: Factors, hits: Floats) -> Floats:
    """Means of `hits` (runs, queries) in percent: (runs, factors, 1, 1 + resamples)."""
    found = []
    for factor in factors.parts:
        sums = np.stack([np.bincount(factor.unit, row, factor.units) for row in hits], axis=1)
        sizes = np.bincount(factor.unit, minlength=factor.units)
        blocks = [b @ sums / (b @ sizes)[:, None] for b in draws(factor.units, factors.settings)]
        found.append(100.0 * np.concatenate(blocks).T)
    return np.stack(found, axis=1)[:, :, None]


def estimate(factors: Factors, one: Samples, other: Samples | None = None) -> Estimate:
    """The mean over seeds, or that of `one` minus that of `other`, with its standard error.

    Two systems with the same seeds are paired by seed. If either has only one seed, the error does
    not generalise to seeds.
    """
    groups = [np.stack([one[seed] for seed in sorted(one)])]
    if other is not None:
        less = np.stack([other[seed] for seed in sorted(other)])
        groups = [groups[0] - less] if sorted(one) == sorted(other) else [groups[0], -less]
    total = np.sum([group.mean(axis=0) for group in groups], axis=0)
    value = total[0, :, 0]
    counts = dict(factors.counts)
    fewest = min(counts.values())
    seeds = min(map(len, groups))
    if seeds > 1:
        counts["seeds"] = seeds
    if factors.settings is None:
        nothing = np.full_like(value, np.nan)
        return Estimate(value, nothing, nothing, counts, fewest)
    within = _variances(factors, total)
    variance = data = _added(factors, within)
    main = [factor.sign > 0 for factor in factors.parts]
    freed = [(part, factor.units - 1) for part, factor in zip(within, factors.parts, strict=True)]
    freed = [part for part, kept in zip(freed, main, strict=True) if kept]
    if seeds > 1:
        between = np.zeros_like(value)
        for group in groups:
            own = group[:, 0, :, 0].var(axis=0, ddof=1) / len(group)
            apart = sum(_added(factors, _variances(factors, run)) for run in group - group.mean(0))
            between += own
            variance = variance + own - apart / (len(group) * (len(group) - 1))
            freed.append((own, len(group) - 1))
        variance = np.maximum.reduce([variance, data, between])
    divided = np.sum([part**2 / freedom for part, freedom in freed], axis=0)
    freedom = np.full_like(value, fewest - 1)
    np.divide(variance**2, divided, out=freedom, where=divided > 0)
    return Estimate(value, np.sqrt(variance), freedom, counts, fewest)


def same(one: Samples, other: Samples) -> bool:
    """Whether two systems are identical: each metric is the same in each sample."""
    return one.keys() == other.keys() and all(np.array_equal(one[s], other[s]) for s in one)


def _variances(factors: Factors, samples: Floats) -> Floats:
    """The variance from each factor, (factors, metrics); a bootstrap's is (n - 1) / n of it."""
    units = np.array([[factor.units] for factor in factors.parts])
    found: Floats = samples[..., 1:].var(axis=-1) * units / (units - 1)
    return found


def _added(factors: Factors, variances: Floats) -> Floats:
    """The variance from all factors together, never smaller than from one of them."""
    signs = np.array([factor.sign for factor in factors.parts])
    both: Floats = np.maximum(signs @ variances, variances[signs > 0].max(axis=0))
    return both
