"""How near wrong items come: what a cosine is worth.

Some pictures are near to every word. So a picture's cosine is compared with those that words which
have nothing to do with it reach with this picture; and a word's likewise.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seesay.exhibits.gallery import Floats, Gallery, Integers
from seesay.shared import randomness

MOST = 2000  # items drawn; shares of them are exact to a few points


@dataclass(frozen=True, eq=False)
class Wrong:
    """Items of one kind to draw wrong ones from.

    Attributes:
        units: Their vectors, float64 (n, d), of length 1.
        starts: The first vector of each item, (items,).
        names: The name of each item, by which it is known to be right, (items,).
    """

    units: Floats
    starts: Integers
    names: NDArray[np.str_]

    @classmethod
    def drawn(cls, gallery: Gallery, column: str, alone: bool) -> "Wrong":
        """At most `MOST` items of a gallery, named by one of its columns.

        An item is a row of its own (`alone`), or all rows of a group.
        """
        rows = len(gallery.units)
        starts = np.arange(rows) if alone else gallery.starts
        sizes = np.diff(np.append(starts, rows))
        drawn = np.arange(len(starts))
        if len(drawn) > MOST:
            chosen = randomness.generator("demo", column)
            drawn = np.sort(chosen.choice(drawn, MOST, replace=False))
        places = np.concatenate([np.arange(starts[n], starts[n] + sizes[n]) for n in drawn])
        begins = np.cumsum(np.append(0, sizes[drawn][:-1]))
        names = gallery.keys[column].to_numpy(str)[starts[drawn]]
        return cls(gallery.units[places], begins, names)

    def as_near(self, units: Floats, cosine: float, right: set[str]) -> float | None:
        """The share of wrong items that are at least as near to vectors (m, d) of length 1.

        The nearest pair of vectors counts. Items named in `right` are not wrong; None if no item
        is. The item in question counts as one of them, so that the share is never 0 (Phipson and
        Smyth 2010).
        """
        wrong = ~np.isin(self.names, sorted(right))
        if not wrong.any():
            return None
        near = np.round(self.units @ units.T, 6).max(axis=1)
        best = np.maximum.reduceat(near, self.starts)
        return float((1 + np.sum(best[wrong] >= cosine)) / (1 + np.sum(wrong)))
