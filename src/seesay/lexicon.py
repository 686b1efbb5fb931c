"""Pseudo-words: a lexicon found in the speech and the pictures alone, without any transcript."""

import numpy as np
import torch
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits
from torch import Tensor, nn
from torch.nn.functional import normalize


class Lexicon(nn.Module):
    """The last layer of a speech branch: what sounds like a pseudo-word stands for its vector.

    `centroids` (words, d), of length 1, say how the pseudo-words sound, and `vectors` (words, d)
    where they are in the shared space. Until it is filled it lets everything through.
    """

    centroids: Tensor
    filled: Tensor

    def __init__(self, words: int, size: int, temperature: float) -> None:
        super().__init__()
        self.temperature = temperature
        self.register_buffer("centroids", torch.zeros(words, size))
        self.register_buffer("filled", torch.zeros((), dtype=torch.bool))
        self.vectors = nn.Parameter(torch.zeros(words, size))

    def forward(self, values: Tensor) -> Tensor:
        """Embeddings (rows, d) to sum over k of p(k) vectors[k], (rows, d).

        p is the softmax over the centroids of the cosine over the temperature.
        """
        if not bool(self.filled):
            return values
        cosine = normalize(values, dim=1) @ self.centroids.T
        return torch.softmax(cosine / self.temperature, dim=1) @ self.vectors


def cluster(embeddings: np.ndarray, words: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """k-means of embeddings (n, d) on the unit sphere: centroids (k, d) and each row's, (n,).

    k is `words`, or as many as there are different rows. One thread: the same bits everywhere.
    """
    length = np.linalg.norm(embeddings, axis=1, keepdims=True)
    unit = (embeddings / np.where(length > 0, length, 1.0)).astype(np.float32)
    count = min(words, len(np.unique(unit, axis=0)))
    with threadpool_limits(limits=1):
        found = KMeans(count, n_init=1, max_iter=50, random_state=seed % 2**32).fit(unit)
    centroids = found.cluster_centers_
    norm = np.linalg.norm(centroids, axis=1, keepdims=True)
    return centroids / np.where(norm > 0, norm, 1.0), found.labels_


def purity(clusters: np.ndarray, types: np.ndarray) -> tuple[float, int]:
    """How well pseudo-words (n,) stand for the true types (n,), as integers.

    The share of tokens whose type is the commonest of their cluster, and the number of types
    that are the commonest of some cluster.
    """
    counts = np.zeros((clusters.max() + 1, types.max() + 1), np.int64)
    np.add.at(counts, (clusters, types), 1)
    used = counts.sum(axis=1) > 0
    return float(counts.max(axis=1).sum() / len(types)), len(set(counts.argmax(axis=1)[used]))
