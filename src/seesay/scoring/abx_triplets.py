"""Token-weighted ABX across talkers: drawn triplets, each of which counts once.

A and X are tokens of one spoken type by two talkers; B is a token of another type by A's talker, so
that a voice alone cannot tell A from B. The system errs when X is nearer to B. Every test token is
X in turn, so a frequent word counts as often as it is spoken; `seesay.scoring.abx` has the field's
usual score.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seesay.shared.randomness import generator
from seesay.shared.ranking import Floats, Integers, similarities

BLOCK = 64


class Triples(NamedTuple):
    """Positions of tokens, (triples,) int64 each, sorted by x, a, b without repeats."""

    x: Integers
    a: Integers
    b: Integers


def draw(names: NDArray[np.object_], word: Integers, talker: Integers, draws: int) -> Triples:
    """Draw at most `draws` triples for each token X, with a seed from the token's name.

    `names`, `word` and `talker` are (tokens,). A is drawn from the tokens of X's word by other
    talkers, B from those of other words by A's talker; a token X for which there is none, or an
    A without a B, gives no triple. A pair that is drawn twice counts once.
    """
    by_word = {int(w): np.flatnonzero(word == w) for w in np.unique(word)}
    by_talker = {int(t): np.flatnonzero(talker == t) for t in np.unique(talker)}
    rows: list[tuple[int, int, int]] = []
    for x, name in enumerate(names):
        random = generator("evaluation", "abx", name)
        same = by_word[int(word[x])]
        same = same[talker[same] != talker[x]]
        found = set()
        for a in same[random.integers(len(same), size=draws)] if len(same) else ():
            other = by_talker[int(talker[a])]
            other = other[word[other] != word[x]]
            if len(other):
                found.add((x, int(a), int(other[random.integers(len(other))])))
        rows += sorted(found)
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 3)
    return Triples(*np.ascontiguousarray(table.T))


def judge(
    asked: NDArray[np.float32], tokens: NDArray[np.float32], triples: Triples
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether X is nearer to B than to A, and whether equally near to both, (triples,) each.

    `asked` holds the tokens as X, `tokens` as A and B, both (n, d). Cosines are rounded to 1e-6.
    """
    nearer_a: Floats = np.empty(len(triples.x))
    nearer_b: Floats = np.empty(len(triples.x))
    for start, block in similarities(asked, tokens, block=BLOCK, description="abx"):
        low, high = np.searchsorted(triples.x, [start, start + len(block)])
        rows = triples.x[low:high] - start
        nearer_a[low:high] = np.floor(block[rows, triples.a[low:high]] + 0.5)
        nearer_b[low:high] = np.floor(block[rows, triples.b[low:high]] + 0.5)
    return nearer_b > nearer_a, nearer_b == nearer_a
