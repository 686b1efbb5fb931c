"""Resampling of units, such as pictures, of which a query may have several.

A draw weighs a query by 1 plus the sum, over its units, of how much more often than once the draw
holds them: queries with a common unit move together, as much as if it were their only one. The
query's own noise then counts once for each of its k units. `corrections` resamples queries one by
one to subtract it k - 1 times, as the cells of crossed factors are subtracted. docs/metrics.md has
the simulation; a query's mean over its units, or its first unit alone, gives intervals that are too
narrow.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.shared.randomness import generator
from seesay.shared.ranking import Floats, Integers

# Each query's unit, (queries,), or all units of each.
Labels = NDArray[np.str_] | Sequence[Sequence[str]]
MOST = 1000  # groups of queries that stand for single queries in `corrections`


@dataclass(frozen=True)
class Columns:
    """Columns of weights, (columns,) each: `base` plus `scale` times how much more often than
    once a draw holds the unit `owner`.
    """

    owner: Integers
    base: Floats
    scale: Floats


@dataclass(frozen=True)
class Factor:
    """A resampled factor with `units`.

    Row i of the rows that are resampled is of the query `query[i]` (None: i) and has the column
    `unit[i]` of the weights, which are a draw's counts of the units, or `columns` of them.
    `sign` is -1 if units are the cells of two other factors, which both count them. Its
    variance is that of the samples times `stretch`.
    """

    units: int
    unit: Integers
    sign: int = 1
    query: Integers | None = None
    columns: Columns | None = None
    stretch: float = 1.0

    def rows(self, run: pd.DataFrame) -> pd.DataFrame:
        """The rows of a run's queries, (queries,), that are resampled."""
        return run if self.query is None else run.iloc[self.query]

    def weighed(self, blocks: Iterator[Floats]) -> Iterator[Floats]:
        """Weights (samples, columns) from blocks of counts (samples, units)."""
        columns = self.columns
        if columns is None:
            return blocks
        return (c.base + c.scale * (b[:, c.owner] - 1.0) for c in [columns] for b in blocks)


def of(labels: Labels) -> tuple[Integers | None, Integers, NDArray[np.str_]]:
    """The query (None: row i is query i) and unit of each membership, and the units' names."""
    if isinstance(labels, np.ndarray):
        names, unit = np.unique(labels, return_inverse=True)
        return None, unit, names
    query = np.repeat(np.arange(len(labels)), [len(units) for units in labels])
    names, unit = np.unique(np.concatenate(labels).astype(str), return_inverse=True)
    return query, unit, names


def factor(query: Integers, unit: Integers, sign: int) -> Factor:
    """The factor of memberships (query, unit); every query has at least one unit."""
    units, times = int(unit.max()) + 1, np.bincount(query)
    # Smaller steps, so that the sum of the weights of a draw stays away from zero.
    step = 1.0 / np.sqrt(times.mean())
    kinds, kind = np.unique(times, return_inverse=True)
    columns = Columns(
        np.concatenate([np.arange(units), np.zeros(len(kinds), dtype=np.int64)]),
        np.concatenate([np.ones(units), 1.0 - kinds]),
        np.repeat([step, 0.0], [units, len(kinds)]),
    )
    rows = np.concatenate([query, np.arange(len(times))])
    return Factor(units, np.concatenate([unit, units + kind]), sign, rows, columns, step**-2)


def corrections(query: Integers) -> tuple[Factor, Factor]:
    """Factors whose variances are the queries' own noise k - 1 times, and once.

    Queries are resampled in at most MOST random groups.
    """
    times = np.bincount(query)
    step = 1.0 / np.sqrt(times.mean())
    groups = min(len(times), MOST)
    group = generator("metrics", "queries", len(times)).permutation(len(times)) % groups
    found = []
    for scale in (np.sqrt(times - 1.0), np.ones(len(times))):
        pairs, column = np.unique(np.stack([group, scale]), axis=1, return_inverse=True)
        columns = Columns(pairs[0].astype(np.int64), np.ones(len(pairs[0])), step * pairs[1])
        found.append(Factor(groups, column.ravel(), columns=columns, stretch=step**-2))
    return found[0], found[1]
