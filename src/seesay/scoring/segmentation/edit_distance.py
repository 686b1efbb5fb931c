"""Levenshtein's distance of many pairs of sequences at a time."""

from collections.abc import Hashable, Sequence

import numpy as np

from seesay.shared.ranking import Floats, Integers

CELLS = 4_000_000  # of the largest array held


def normalised(sequences: Sequence[Sequence[Hashable]], one: Integers, other: Integers) -> Floats:
    """Edit distances of pairs divided by the longer one's length, (pairs,), 0 to 1.

    `one` and `other` are places in `sequences`, (pairs,). Two empty sequences have distance 1.
    """
    symbols: dict[Hashable, int] = {}
    coded = [[symbols.setdefault(each, len(symbols)) for each in some] for some in sequences]
    length = np.array([len(some) for some in coded], dtype=np.int64)
    longest = int(length.max(initial=0))
    padded = np.full((len(coded), longest), -1, dtype=np.int64)
    for place, some in enumerate(coded):
        padded[place, : len(some)] = some
    step = max(CELLS // (longest + 1), 1)
    parts = [
        _distances(padded, length, one[start : start + step], other[start : start + step])
        for start in range(0, len(one), step)
    ]
    size = np.maximum(length[one], length[other])
    found = np.concatenate([np.empty(0), *parts])
    return np.divide(found, size, out=np.ones(len(found)), where=size > 0)


def _distances(padded: Integers, length: Integers, one: Integers, other: Integers) -> Floats:
    """Row by row of the table of distances of prefixes, for all pairs at once."""
    ours, theirs = padded[one], padded[other]
    width = int(length[other].max(initial=0))
    row = np.broadcast_to(np.arange(width + 1), (len(one), width + 1)).astype(np.float64)
    found = row[np.arange(len(one)), length[other]].copy()
    for place in range(int(length[one].max(initial=0))):
        least = np.minimum(
            row[:, 1:] + 1.0, row[:, :-1] + (ours[:, place, None] != theirs[:, :width])
        )
        steps = np.arange(width + 1)
        # An insertion adds 1 to the value on its left: a running minimum of values minus place.
        both = np.concatenate([np.full((len(one), 1), place + 1.0), least], axis=1) - steps
        row = np.minimum.accumulate(both, axis=1) + steps
        ends = length[one] == place + 1
        found[ends] = row[ends, length[other][ends]]
    return found
