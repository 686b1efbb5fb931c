"""Pseudo-words as the last layer of the speech branch."""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize


class Lexicon(nn.Module):
    """Replaces the embedding of a sound by the vectors of the pseudo-words that it sounds like.

    `centroids` (words, d), of length 1, say how the pseudo-words sound, and `vectors` (words, d)
    where they are in the shared space. Only the first `used` count; with 0, embeddings pass through
    unchanged.
    """

    centroids: Tensor
    vectors: Tensor
    used: Tensor

    def __init__(self, words: int, size: int, temperature: float) -> None:
        super().__init__()
        self.temperature = temperature
        self.register_buffer("centroids", torch.zeros(words, size))
        self.register_buffer("vectors", torch.zeros(words, size))
        self.register_buffer("used", torch.zeros((), dtype=torch.int64))

    def shares(self, values: Tensor, used: int) -> Tensor:
        """How much embeddings (rows, d) sound like each of the first `used` words, (rows, used).

        The softmax, over the centroids, of the cosine divided by the temperature.
        """
        cosine = normalize(values, dim=1) @ self.centroids[:used].T
        return torch.softmax(cosine / self.temperature, dim=1)

    def forward(self, values: Tensor) -> Tensor:
        """Embeddings (rows, d) to the sum over words k of shares_k vectors_k, (rows, d)."""
        used = int(self.used)
        return self.shares(values, used) @ self.vectors[:used] if used else values


class Said(nn.Module):
    """The vectors of pseudo-words, for tokens known by their pseudo-word."""

    def __init__(self, vectors: Tensor) -> None:
        super().__init__()
        self.vectors = nn.Parameter(vectors)

    def forward(self, words: Tensor) -> Tensor:
        """Numbers of pseudo-words (rows, 1) as int64, or shares (rows, words), to (rows, d)."""
        if not words.is_floating_point():
            return self.vectors[words[:, 0]]
        return words @ self.vectors
