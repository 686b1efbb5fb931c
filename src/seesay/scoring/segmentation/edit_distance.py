"""Levenshtein's distance of many pairs of sequences at a time."""

from collections.abc import Hashable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from seesay.shared.ranking import Floats, Integers

BLOCK = 20_000  # pairs at a time: their arrays stay in the processor's cache
PAIRS = 500_000  # pairs that are sorted at a time; bounds the memory
Small = NDArray[np.int16]


def normalised(
    sequences: Sequence[Sequence[Hashable]],
) -> Iterator[tuple[Integers, Integers, Floats]]:
    """Edit distances of all pairs of sequences, divided by the longer one's length, 0 to 1.

    Yields the places of the first and the second sequence and the distance, each (pairs,), for some
    pairs at a time: each pair once, the first before the second. Two empty sequences have distance
    1. It is fastest if sequences of about the same length stand together.
    """
    symbols: dict[Hashable, int] = {}
    coded = [[symbols.setdefault(each, len(symbols)) for each in some] for some in sequences]
    length = np.array([len(some) for some in coded], dtype=np.int64)
    padded = np.full((len(coded), int(length.max(initial=0))), -1, dtype=np.int32)
    for place, some in enumerate(coded):
        padded[place, : len(some)] = some
    for one, other in _pairs(len(coded)):
        found = np.empty(len(one))
        # Pairs of about the same length together, so that few cells of a block are padding.
        order = np.argsort(length[one] * (padded.shape[1] + 1) + length[other], kind="stable")
        for start in range(0, len(order), BLOCK):
            here = order[start : start + BLOCK]
            found[here] = _distances(padded, length, one[here], other[here])
        size = np.maximum(length[one], length[other])
        yield one, other, np.divide(found, size, out=np.ones(len(found)), where=size > 0)


def _pairs(number: int) -> Iterator[tuple[Integers, Integers]]:
    """All pairs of numbers below `number`, row by row, about `PAIRS` at a time."""
    start = 0
    while start < number - 1:
        stop = min(start + max(1, PAIRS // (number - 1 - start)), number - 1)
        rows = np.arange(start, stop)
        one = np.repeat(rows, number - 1 - rows)
        yield one, np.concatenate([np.arange(row + 1, number) for row in rows])
        start = stop


def _distances(
    padded: NDArray[np.int32], length: Integers, one: Integers, other: Integers
) -> Small:
    """Row by row of the table of distances of prefixes (their lengths first), for all pairs."""
    width = int(length[other].max(initial=0))
    ours, theirs = padded[one].T, np.ascontiguousarray(padded[other, :width].T)
    pairs = np.arange(len(one))
    row = np.repeat(np.arange(width + 1, dtype=np.int16)[:, None], len(one), axis=1)
    found = row[length[other], pairs]
    for place in range(int(length[one].max(initial=0))):
        above, row = row, np.empty_like(row)
        row[0] = place + 1
        changed = theirs != ours[place]
        for column in range(width):
            least = np.minimum(above[column + 1], row[column]) + np.int16(1)
            np.minimum(least, above[column] + changed[column], out=row[column + 1])
        ends = np.flatnonzero(length[one] == place + 1)
        found[ends] = row[length[other][ends], ends]
    return found
