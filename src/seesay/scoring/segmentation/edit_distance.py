"""Levenshtein's distance of many pairs of sequences at a time."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from seesay.shared.ranking import Floats, Integers

BLOCK = 20_000  # pairs at a time: their arrays stay in the processor's cache
Small = NDArray[np.int16]


def normalised(sequences: Sequence[Sequence[Hashable]], one: Integers, other: Integers) -> Floats:
    """Edit distances of pairs divided by the longer one's length, (pairs,), 0 to 1.

    `one` and `other` are places in `sequences`, (pairs,). Two empty sequences have distance 1.
    """
    symbols: dict[Hashable, int] = {}
    coded = [[symbols.setdefault(each, len(symbols)) for each in some] for some in sequences]
    length = np.array([len(some) for some in coded], dtype=np.int64)
    padded = np.full((len(coded), int(length.max(initial=0))), -1, dtype=np.int64)
    for place, some in enumerate(coded):
        padded[place, : len(some)] = some
    found = np.empty(len(one))
    # Pairs of about the same length together, so that few cells of a block are padding.
    order = np.argsort(length[one] * (padded.shape[1] + 1) + length[other], kind="stable")
    for start in range(0, len(order), BLOCK):
        here = order[start : start + BLOCK]
        found[here] = _distances(padded, length, one[here], other[here])
    size = np.maximum(length[one], length[other])
    return np.divide(found, size, out=np.ones(len(found)), where=size > 0)


def _distances(padded: Integers, length: Integers, one: Integers, other: Integers) -> Small:
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
