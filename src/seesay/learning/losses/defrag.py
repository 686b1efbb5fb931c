"""The fragment alignment objective of Karpathy, Joulin and Fei-Fei (2014): DeFrag."""

import torch
from torch import Tensor

from seesay.learning.losses import Batch, mean
from seesay.settings.facts import Loss
from seesay.settings.training import TrainingSettings

ABOUT = Loss("fragment alignment (Karpathy et al. 2014)")


def loss(batch: Batch, settings: TrainingSettings) -> Tensor:
    """mean of max(0, 1 - y v.s) over same pairs, plus that over different pairs, a scalar.

    v.s is the inner product of a fragment and a token. y is -1 for different pairs. For same
    pairs it is the product's present sign, but +1 for each token's best fragment: multiple
    instances, of which at least one fits (their equation 8). They sum over all pairs; here the
    two kinds weigh the same whatever the batch.
    """
    product = batch.words @ batch.fragments.T
    same = batch.same_pairs
    best = product.detach().masked_fill(~same, -torch.inf).argmax(dim=1)
    label = torch.where(product.detach() > 0, 1.0, -1.0).scatter(1, best[:, None], 1.0)
    near = mean((1 - label * product).clamp(min=0), same)
    return near + mean((1 + product).clamp(min=0), batch.different_pairs)
