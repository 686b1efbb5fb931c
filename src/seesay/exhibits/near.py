"""The items nearest to a query in a gallery, by groups."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seesay.shared.ranking import STEPS, Integers
from seesay.shared.vectors import unit

BLOCK = 256  # queries compared at once: 256 x 20,000 cosines are 41 MB


@dataclass(frozen=True)
class Near:
    """An item near a query: its position in the gallery, and its rank in the whole gallery.

    `rank` is 1 + the number of more similar items, `tied` the number of others exactly as similar;
    `cosine` is rounded to 1e-6, as in the evaluation.
    """

    item: int
    rank: int
    tied: int
    cosine: float


def nearest(
    queries: NDArray[np.float32], gallery: NDArray[np.float32], group: Integers, number: int
) -> list[list[Near]]:
    """The `number` nearest groups of each query, nearest first, each by its nearest item.

    `queries` is (q, d), `gallery` (n, d); `group` (n,) assigns each item to its picture or word.
    Ties come in the gallery's order.
    """
    columns = unit(gallery).T
    found = []
    for start in range(0, len(queries), BLOCK):
        cosines = unit(queries[start : start + BLOCK]) @ columns
        for line in np.floor(cosines * STEPS + 0.5).astype(np.int64):
            order = np.argsort(-line, kind="stable")
            first = np.sort(np.unique(group[order], return_index=True)[1])[:number]
            ascending = line[order][::-1]
            found.append([_near(line, ascending, int(item)) for item in order[first]])
    return found


def _near(line: Integers, ascending: Integers, item: int) -> Near:
    low = int(np.searchsorted(ascending, line[item], side="left"))
    high = int(np.searchsorted(ascending, line[item], side="right"))
    return Near(item, 1 + len(line) - high, high - low - 1, float(line[item] / STEPS))
