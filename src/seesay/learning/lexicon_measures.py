"""Measures how well clusters of tokens match the spoken words: purity and information."""

import numpy as np
from sklearn.metrics import normalized_mutual_info_score

from seesay.shared.randomness import generator

SHUFFLES = 20  # of the types, whose mean is chance


def purity(clusters: np.ndarray, types: np.ndarray) -> tuple[float, int]:
    """How well pseudo-words (n,) match the true types (n,), both integers.

    The share of tokens whose type is the commonest of their cluster, and the number of types
    that are the commonest of some cluster.
    """
    counts = table(clusters, types)
    used = counts.sum(axis=1) > 0
    return float(counts.max(axis=1).sum() / len(types)), len(set(counts.argmax(axis=1)[used]))


def table(clusters: np.ndarray, types: np.ndarray, words: int = 0) -> np.ndarray:
    """The number of tokens of each cluster and type, (clusters, types), from both (n,).

    Each of the first `words` clusters has a row, with or without tokens.
    """
    counts = np.zeros((max(clusters.max() + 1, words), types.max() + 1), np.int64)
    np.add.at(counts, (clusters, types), 1)
    return counts


def measures(clusters: np.ndarray, types: np.ndarray, *keys: object) -> dict[str, float]:
    """The report's numbers on a lexicon, each with its `chance_`.

    `purity`, `types` (found) and `nmi`, the normalised mutual information of clusters and types
    (over the mean of their entropies, which makes it the V-measure). Small clusters are pure by
    chance, too: chance is the mean of the same clusters with the types shuffled among the tokens,
    which `keys` seed.
    """
    found = _numbers(clusters, types)
    random = generator("lexicon", "chance", *keys)
    drawn = [_numbers(clusters, random.permutation(types)) for _ in range(SHUFFLES)]
    chance = {f"chance_{name}": float(np.mean([row[name] for row in drawn])) for name in found}
    return found | chance


def _numbers(clusters: np.ndarray, types: np.ndarray) -> dict[str, float]:
    pure, found = purity(clusters, types)
    return {
        "purity": pure,
        "types": found,
        "nmi": float(normalized_mutual_info_score(types, clusters)),
    }
