"""Losses over batches of many pictures, one a module; the config names which (`training.loss`).

A module's `loss(batch, settings)` gives a scalar. The paper's own loss, over the pairs of one
picture, is in `seesay.learning.losses.paper`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from seesay.learning.losses.paper import cosines
from seesay.settings.choice import load
from seesay.settings.training import TrainingSettings


@dataclass(frozen=True)
class Batch:
    """Embeddings of some pictures' n fragments and m tokens, with their pairs.

    `fragments` is (n, d) and `words` (m, d), float32. `fragment_picture` (n,) and `word_picture`
    (m,) are their pictures, int64, 0 to pictures - 1; every picture has some of both. `different`
    (m, pictures) is the negative mask: true if a picture's fragments are negatives for a token.
    Another picture that uses the same word (by token, type or pseudo-word, according to the
    settings) is neither positive nor negative. `talkers` (m,) int64 are the tokens' talkers.
    """

    fragments: Tensor
    words: Tensor
    fragment_picture: Tensor
    word_picture: Tensor
    different: Tensor
    talkers: Tensor

    @property
    def pictures(self) -> int:
        """The number of pictures."""
        return self.different.shape[1]

    @cached_property
    def cosine(self) -> Tensor:
        """Cosines of every token with every fragment, (m, n)."""
        return cosines(self.words, self.fragments)

    @cached_property
    def same_pairs(self) -> Tensor:
        """Mask (m, n) of pairs of a token and a fragment of one picture."""
        return self.word_picture[:, None] == self.fragment_picture

    @cached_property
    def different_pairs(self) -> Tensor:
        """Negative mask (m, n) of pairs of a token and a fragment."""
        return self.different[:, self.fragment_picture]


def find(name: str) -> Callable[[Batch, TrainingSettings], Tensor]:
    """The loss of this name."""
    loss: Callable[[Batch, TrainingSettings], Tensor] = load(__name__, name).loss
    return loss


def mean(values: Tensor, mask: Tensor) -> Tensor:
    """The mean of the values under a mask of their shape, a scalar; 0 without any."""
    return torch.where(mask, values, 0).sum() / mask.sum().clamp(min=1)


def average(values: Tensor, mask: Tensor) -> float:
    """The mean of the values under a mask of their shape; NaN without any."""
    return mean(values, mask).item() if bool(mask.any()) else math.nan


def pooled(
    similarity: Tensor, group: Tensor, groups: int, pooling: str, temperature: float
) -> Tensor:
    """The similarity of each row to each group of columns, (a, groups).

    `similarity` is (a, c), with -inf for excluded pairs; `group` (c,) is each column's group. With
    s the similarities within a group and T the temperature, `max` is max s, and `logsumexp` is T
    log sum exp(s / T), which is near the maximum but depends on all items. A group without any
    counted column has -inf.
    """
    columns = group.expand(len(similarity), -1)
    best = similarity.new_full((len(similarity), groups), -torch.inf)
    best = best.scatter_reduce(1, columns, similarity, "amax")
    if pooling == "max":
        return best
    # Relative to the group's maximum, so that nothing overflows.
    level = best.detach().clamp(min=torch.finfo(best.dtype).min)
    members = torch.nn.functional.one_hot(group, groups).to(similarity.dtype)
    terms = torch.exp((similarity - level.gather(1, columns)) / temperature) @ members
    sums = level + temperature * torch.log(terms.clamp(min=torch.finfo(terms.dtype).tiny))
    return torch.where(torch.isinf(best.detach()), -torch.inf, sums)


def directions(
    batch: Batch, similarity: Tensor, settings: TrainingSettings
) -> list[tuple[Tensor, Tensor]]:
    """Scores of anchors for pictures, and each anchor's own picture: tokens first, then fragments.

    `similarity` (m, n) is that of every token with every fragment. A token's score for a picture is
    pooled over the picture's fragments, a fragment's over the picture's tokens: (m, pictures) and
    (n, pictures). Pairs that are neither positive nor negative do not count. With `anchors: words`,
    fragments are no anchors.
    """
    counts = batch.same_pairs | batch.different_pairs
    similarity = similarity.masked_fill(~counts, -torch.inf)
    how = (batch.pictures, settings.pooling, settings.temperature)
    found = [(pooled(similarity, batch.fragment_picture, *how), batch.word_picture)]
    if settings.anchors == "both":
        found += [(pooled(similarity.T, batch.word_picture, *how), batch.fragment_picture)]
    return found
