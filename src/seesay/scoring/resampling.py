"""Estimates how far a number would move with other pictures, seeds, words or talkers.

Crossed factors are resampled one by one, and their variances added: V(a) + V(b) - V(ab), since both
contain the part shared within a cell (Cameron, Gelbach & Miller 2011, Robust inference with
multiway clustering; Owen 2007, The pigeonhole bootstrap, Annals of Applied Statistics 1). Seeds are
crossed with all of these, but there are few: their variance is that of the seeds' own values, and
degrees of freedom are Satterthwaite's, so three seeds widen an interval as they should.
Queries may belong to several pictures each: `seesay.scoring.memberships`.
`seesay.scoring.intervals` makes intervals and p-values of the errors.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from seesay.scoring import intervals, memberships
from seesay.scoring.intervals import FLOORS
from seesay.scoring.memberships import Factor, Labels
from seesay.settings.metrics import MetricsSettings
from seesay.shared.randomness import generator
from seesay.shared.ranking import Floats

CELLS = 4_000_000  # of the largest array of draws held
Samples = Mapping[int, Floats]  # by seed, (factors, metrics, 1 + resamples), column 0 the value


@dataclass(frozen=True)
class Factors:
    """The factors, beside seeds, that intervals of some queries generalise to.

    `counts` are the numbers of units by factor, `names` the names of all units, `parts` the
    resampled factors. With `settings` None nothing is resampled: the main factor has too few units.
    If `several`, queries may have several units, and the last two parts are those of
    `memberships.corrections`.
    """

    counts: dict[str, int]
    names: list[str]
    parts: tuple[Factor, ...]
    settings: MetricsSettings | None
    several: bool = False

    @property
    def main(self) -> tuple[Factor, ...]:
        """The parts without the corrections of memberships."""
        return self.parts[:-2] if self.several else self.parts


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


def crossed(columns: Mapping[str, Labels], settings: MetricsSettings) -> Factors:
    """Factors of queries from one or two columns, (queries,) each, such as "pictures".

    The first column is the main factor: below its floor nothing is resampled; it may have several
    units a query. A second column below its floor is not resampled, and no label names it.
    """
    (rests, column), *others = columns.items()
    query, unit, levels = memberships.of(column)
    # Queries with many units each may be fewer than these.
    counts = {rests: min(len(levels), len(column))}
    names, units = levels.tolist(), [unit]
    for name, labels in others:
        levels, unit = np.unique(labels, return_inverse=True)
        names += levels.tolist()
        if len(levels) >= FLOORS[name]:
            counts[name] = len(levels)
            units.append(unit)
    parts = [Factor(int(unit.max()) + 1, unit) for unit in units]
    if len(units) > 1:
        one, other = units[0], units[1] if query is None else units[1][query]
        cells, cell = np.unique(one * parts[1].units + other, return_inverse=True)
        names += cells.astype(str).tolist()
        parts.append(Factor(len(cells), cell, -1))
    if query is not None:
        several = [memberships.factor(query, parts[0].unit, 1), *parts[1:]]
        several[2:] = [memberships.factor(query, part.unit, -1) for part in parts[2:]]
        parts = [*several, *memberships.corrections(query)]
    few = counts[rests] < FLOORS[rests]
    return Factors(counts, names, tuple(parts), None if few else settings, query is not None)


def by_picture(run: pd.DataFrame, settings: MetricsSettings) -> Factors:
    """Factors of a run's queries: their pictures."""
    return crossed({"pictures": pictures(run)}, settings)


def pictures(run: pd.DataFrame) -> Labels:
    """The picture of each query of a run, or all of each if some query has several."""
    first = run["image_id"].to_numpy(dtype=str)
    others = run.get("other_images", pd.Series(dtype=object))
    if not others.notna().any():
        return first
    more = others.map(json.loads, na_action="ignore")
    return [
        [one, *(some if isinstance(some, list) else [])]
        for one, some in zip(first, more, strict=True)
    ]


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
    """All draws of a factor: weights (1 + resamples, units or columns)."""
    return np.concatenate(list(factor.weighed(draws(factor.units, settings))))


def shares(factors: Factors, hits: Floats) -> Floats:
    """Means of `hits` (runs, queries) in percent: (runs, factors, 1, 1 + resamples)."""
    found = []
    for factor in factors.parts:
        own = hits if factor.query is None else hits[:, factor.query]
        sizes = np.bincount(factor.unit, minlength=factor.units)
        sums = np.stack([np.bincount(factor.unit, row, len(sizes)) for row in own], axis=1)
        held = factor.weighed(draws(factor.units, factors.settings))
        blocks = [b @ sums / (b @ sizes)[:, None] for b in held]
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
    parts = zip(within, factors.main, strict=True)
    freed = [(part, factor.units - 1) for part, factor in parts if factor.sign > 0]
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
    """The variance from each main factor, (factors, metrics): n / (n - 1) of a bootstrap's."""
    units = np.array([[factor.units] for factor in factors.parts])
    found: Floats = samples[..., 1:].var(axis=-1) * units / (units - 1)
    if factors.several:
        *parts, again, once = found * np.array([[factor.stretch] for factor in factors.parts])
        found = np.stack(parts)
        several = [factor.query is not None for factor in factors.main]
        found[several] = np.maximum(found[several] - again, once)
    return found


def _added(factors: Factors, variances: Floats) -> Floats:
    """The variance from all factors together, never smaller than from one of them."""
    signs = np.array([factor.sign for factor in factors.main])
    both: Floats = np.maximum(signs @ variances, variances[signs > 0].max(axis=0))
    return both
