"""InfoNCE: each anchor finds its own picture in the batch."""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from seesay.learning.losses import Batch, directions
from seesay.settings.facts import Loss
from seesay.settings.training import TrainingSettings

ABOUT = Loss("InfoNCE", reads=("anchors",), captions=True)


def loss(batch: Batch, settings: TrainingSettings) -> Tensor:
    """-log exp(s(a, own) / T) / sum over pictures of exp(s(a, picture) / T), a scalar.

    s(a, picture) is the anchor's cosine, pooled over the picture's items, and T the temperature;
    the mean over tokens as anchors and that over fragments (`anchors`) weigh the same. With
    `logsumexp` it is MIL-NCE (Miech et al. 2020): the share of the own picture's items among all.
    """
    terms = [
        cross_entropy(scores / settings.temperature, owner)
        for scores, owner in directions(batch, batch.cosine, settings)
    ]
    return torch.stack(terms).mean()
