"""The best way through the spans between landmarks, by dynamic programming."""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


def candidates(edges: Floats, most: int, least: float, longest: float) -> Integers:
    """All spans between `edges` (n,), in s, that may be a segment: first and last edge, (m, 2).

    They are sorted by their first edge. A span holds at most `most` gaps between neighbouring
    edges, and takes at least `least` and at most `longest` s; a single gap may take longer or
    shorter, so that there always is a path.
    """
    first = np.repeat(np.arange(len(edges) - 1), most)
    last = first + np.tile(np.arange(1, most + 1), len(edges) - 1)
    first, last = first[last < len(edges)], last[last < len(edges)]
    seconds = edges[last] - edges[first]
    kept = (last - first == 1) | ((seconds >= least) & (seconds <= longest))
    return np.stack([first[kept], last[kept]], axis=1)


def best(spans: Integers, cost: Floats) -> Integers:
    """The rows of the spans (m, 2) on the cheapest path from the first edge to the last, (k,).

    The spans are those of `candidates`; the cost of a path is the sum of the costs (m,) of its
    spans. Of equally cheap ways to an edge, the one whose last span starts first is taken.
    """
    last = int(spans[:, 1].max())
    total = np.full(last + 1, np.inf)
    total[0] = 0.0
    came = np.zeros(last + 1, np.int64)
    for row, ((start, end), price) in enumerate(
        zip(spans.tolist(), np.asarray(cost, float).tolist(), strict=True)
    ):
        if total[start] + price < total[end]:
            total[end], came[end] = total[start] + price, row
    path = []
    while last:
        path.append(int(came[last]))
        last = int(spans[came[last], 0])
    return np.array(path[::-1], np.int64)
