"""Resamples of queries that are crossed: each word by several talkers, each talker several words.

Owen (2007), The pigeonhole bootstrap, Annals of Applied Statistics 1: words and talkers are drawn
with replacement, each by itself, and a query counts as often as its word times as often as its
talker. Its variance errs on the safe side, where resampling queries alone takes them for
independent, and is too small.
"""

import numpy as np
from numpy.typing import NDArray

from seesay.randomness import generator
from seesay.ranking import Floats, Integers
from seesay.settings.metrics import MetricsSettings


def crossed(
    words: NDArray[np.str_], talkers: NDArray[np.str_], settings: MetricsSettings
) -> tuple[list[str], Integers, Floats]:
    """The distinct pairs of word and talker, the pair of each query, and the pairs' weights.

    `words` and `talkers` are (queries,). The weights are (1 + resamples, pairs): row 0 is the pairs
    as they are. They depend on the seed and the pairs alone. A draw that holds no query is
    drawn again.
    """
    names, word = np.unique(words, return_inverse=True)
    people, talker = np.unique(talkers, return_inverse=True)
    cells, cell = np.unique(word * len(people) + talker, return_inverse=True)
    row, column = cells // len(people), cells % len(people)
    random = generator("metrics", "crossed", settings.seed, len(names), len(people))

    def draws(samples: int) -> Floats:
        drawn = [
            random.multinomial(size, np.full(size, 1.0 / size), size=samples)
            for size in (len(names), len(people))
        ]
        product: Floats = (drawn[0][:, row] * drawn[1][:, column]).astype(np.float64)
        return product

    weights = np.vstack([np.ones((1, len(cells))), draws(settings.resamples)])
    while (empty := np.flatnonzero(weights.sum(axis=1) == 0)).size:
        weights[empty] = draws(len(empty))
    pairs = [f"{names[w]} by {people[t]}" for w, t in zip(row, column, strict=True)]
    return pairs, cell, weights
