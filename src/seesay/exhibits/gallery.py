"""What a run embedded, ready to be searched: items in groups, of each of which the nearest counts.

The fragments of a picture are a group, and so are the tokens of a word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.shared import tables
from seesay.shared.columns import Table
from seesay.shared.errors import InputError
from seesay.shared.vectors import unit

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Gallery:
    """Items and their vectors; the items of a group lie together.

    Attributes:
        keys: A row an item.
        units: float64 (items, d): vectors of length 1; zeros stay zeros.
        starts: The first item of each group, (groups,).
        order: Of equally near items the one with the lower number comes first, (items,).
    """

    keys: pd.DataFrame
    units: Floats
    starts: Integers
    order: Integers

    @classmethod
    def of(
        cls, keys: pd.DataFrame, vectors: NDArray[np.float32], group: str, order: Sequence[str]
    ) -> "Gallery":
        """The gallery of items (n) with vectors (n, d), in groups by one column of `keys`.

        `order` has the columns by which equally near items are ordered.
        """
        ordered = keys.reset_index(drop=True).sort_values(list(order))
        place = np.argsort(ordered.index)
        grouped = ordered.sort_values(group, kind="stable")
        rows = grouped.index.to_numpy()
        starts = np.flatnonzero(~grouped.duplicated(group).to_numpy())
        return cls(grouped.reset_index(drop=True), unit(vectors[rows]), starts, place[rows])

    def cosines(self, asked: NDArray[np.floating]) -> Floats:
        """Cosines (q, items) of vectors (q, d), rounded to 1e-6 as in the evaluation."""
        rounded: Floats = np.round(unit(asked) @ self.units.T, 6)
        return rounded

    def nearest(self, cosine: Floats) -> Integers:
        """The nearest item of each group, the nearest group first, from cosines (items,)."""
        best = np.maximum.reduceat(cosine, self.starts)
        sizes = np.diff(np.append(self.starts, len(cosine)))
        hits = np.flatnonzero(cosine == np.repeat(best, sizes))
        rows = hits[np.searchsorted(hits, self.starts)]
        ordered: Integers = rows[np.lexsort((self.order[rows], -best))]
        return ordered


def embeddings(table: Table, path: Path) -> tuple[pd.DataFrame, NDArray[np.float32]]:
    """A table of embeddings: its key columns, and the embeddings of shape (rows, d)."""
    frames, parts = [], []
    for batch in tables.batches(table, path):
        frames.append(batch.select(list(table.key)).to_pandas())
        parts.append(tables.matrix(batch.column("embedding")))
        if not np.isfinite(parts[-1]).all():
            raise InputError(f"{path}: has embeddings that are not finite; make it again")
    if not parts:
        raise InputError(f"{path}: has no rows; make it again")
    return pd.concat(frames, ignore_index=True), np.concatenate(parts)
