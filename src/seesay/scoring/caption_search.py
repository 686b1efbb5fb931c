"""Whole spoken captions against whole pictures.

A caption's score for a picture is the mean, over its spoken words, of the cosine of the
picture's best fragment.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seesay.shared.ranking import Floats, Integers, similarities


def best_fragments(
    tokens: NDArray[np.float32],
    fragments: NDArray[np.float32],
    starts: Integers,
    threads: int = 1,
    description: str = "captions",
) -> Floats:
    """The cosine of every token (t, d) with its best fragment of every picture, (t, pictures).

    `fragments` is (f, d), sorted by picture; `starts` (pictures,) are the first of each. Cosines
    come in steps of the rounding.
    """
    best = np.empty((len(tokens), len(starts)))
    for start, block in similarities(tokens, fragments, threads, description=description):
        best[start : start + len(block)] = np.maximum.reduceat(block, starts, axis=1)
    return best


def caption_scores(best: Floats, captions: Sequence[Integers]) -> Floats:
    """The mean of the rows (t, pictures) of each caption's tokens, (captions, pictures)."""
    sizes = np.array([len(rows) for rows in captions])
    starts = np.concatenate([[0], sizes.cumsum()[:-1]])
    sums: Floats = np.add.reduceat(best[np.concatenate(captions)], starts, axis=0)
    return sums / sizes[:, None]
