"""Triplet loss on Euclidean distances."""

import torch
from torch import Tensor

from seesay.learning.losses import Batch
from seesay.learning.losses.margin import triplets
from seesay.settings.facts import Loss
from seesay.settings.training import TrainingSettings

ABOUT = Loss("triplets on Euclidean distances", reads=("mining", "anchors"))


def loss(batch: Batch, settings: TrainingSettings) -> Tensor:
    """max(0, margin + |a - own| - |a - other|), a scalar; `mining` chooses the negatives.

    The distance to a picture is pooled over its items, as the similarity -|a - b| is.
    """
    # The root has no gradient at 0.
    squares = (batch.words[:, None] - batch.fragments[None]).square().sum(dim=2)
    return triplets(batch, -torch.sqrt(squares + 1e-12), settings)
