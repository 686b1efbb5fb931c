"""R@10 of searches between pictures and words, as a criterion of early stopping."""

import numpy as np
from torch import Tensor

from seesay.learning.examples import Pairs
from seesay.shared.ranking import Ranks, count

K = 10


def hits(ranks: Ranks, k: int) -> np.ndarray:
    """Each query's chance that its first relevant item is at rank `k` or better, (queries,).

    With t irrelevant and r relevant items tied below `better` others, none of the first j tied
    places holds a relevant one with the chance: product over i < j of (t - i) / (t + r - i).
    """
    missed = np.ones(len(ranks.better))
    for i in range(k):
        places = i < k - ranks.better  # there is room for the (i + 1)-th of the tied ones
        left = (ranks.tied - i).clip(min=0) / (ranks.tied + ranks.tied_relevant - i).clip(min=1)
        missed *= np.where(places, left, 1.0)
    return 1.0 - missed


def recall(images: Tensor, words: Tensor, pairs: Pairs, k: int = K) -> float:
    """R@k in percent: the mean of two searches, words by fragment and fragments by word.

    `images` (n, d) and `words` (m, d) are the embeddings of a split, which is its own gallery;
    `pairs` relates them. Ties count by expectation, as in the evaluation.
    """
    fragments, tokens = images.cpu().numpy(), words.cpu().numpy()
    picture = np.zeros(len(fragments), np.int64)
    for index, rows in enumerate(pairs.fragments):
        picture[rows] = index
    shares = []
    _, ranks = count(fragments, tokens, picture, pairs.words, description="")
    shares.append(hits(ranks, k).mean())
    # A token of several pictures is a query for all of them.
    used: list[list[np.ndarray]] = [[] for _ in tokens]
    for rows, found in zip(pairs.words, pairs.fragments, strict=True):
        for row in rows:
            used[row].append(found)
    relevant = [np.unique(np.concatenate(found)) for found in used if found]
    queries = tokens[[bool(found) for found in used]]
    _, ranks = count(queries, fragments, np.arange(len(queries)), relevant, description="")
    shares.append(hits(ranks, k).mean())
    return 100 * float(np.mean(shares))
