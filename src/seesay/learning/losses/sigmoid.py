"""The sigmoid loss: a binary decision for every anchor and picture."""

import torch
from torch import Tensor
from torch.nn.functional import one_hot, softplus

from seesay.learning.losses import Batch, directions
from seesay.settings.facts import Loss
from seesay.settings.training import TrainingSettings

ABOUT = Loss("sigmoid of each pair", reads=("anchors",))


def loss(batch: Batch, settings: TrainingSettings) -> Tensor:
    """sum over pictures of log(1 + exp(-y z)), mean over anchors, a scalar (Zhai et al. 2023).

    z = (s(a, picture) - margin) / T, with s the cosine pooled over the picture's items, and y = 1
    for the anchor's own picture, else -1; tokens as anchors and fragments weigh the same.
    """
    terms = []
    for scores, owner in directions(batch, batch.cosine, settings):
        sign = 2.0 * one_hot(owner, batch.pictures) - 1
        # An excluded pair is far below any score, so it costs nothing.
        z = (scores.clamp(min=-1e4) - settings.margin) / settings.temperature
        terms.append(softplus(-sign * z).sum(dim=1).mean())
    return torch.stack(terms).mean()
