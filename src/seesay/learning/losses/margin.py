"""Triplet loss: an anchor's own picture must be nearer than others, by a margin."""

import torch
from torch import Tensor

from seesay.learning.losses import Batch, directions
from seesay.settings.facts import Loss
from seesay.settings.training import TrainingSettings

ABOUT = Loss("triplets on cosines", reads=("mining", "anchors"), captions=True)


def loss(batch: Batch, settings: TrainingSettings) -> Tensor:
    """max(0, margin + cos(a, other) - cos(a, own)), mean over the anchors a of each kind, a scalar.

    The cosines are pooled over a picture; `triplets` says which others count.
    """
    return triplets(batch, batch.cosine, settings)


def triplets(batch: Batch, similarity: Tensor, settings: TrainingSettings) -> Tensor:
    """max(0, margin + s(a, other) - s(a, own)), a scalar.

    `similarity` (m, n) is that of every token with every fragment; s(a, picture) is an anchor's,
    pooled over the picture. `mining` chooses the negatives: `all` (their mean), `hardest` (the
    nearest), or `semihard` (the nearest that is farther than the own picture; an anchor without one
    costs nothing).
    """
    terms = []
    for scores, owner in directions(batch, similarity, settings):
        own = scores.gather(1, owner[:, None])
        other = torch.isfinite(scores) & ~torch.nn.functional.one_hot(owner, batch.pictures).bool()
        if settings.mining == "semihard":
            other = other & (scores < own)
        hinge = (settings.margin + scores - own).clamp(min=0).masked_fill(~other, 0)
        if settings.mining == "all":
            terms.append((hinge.sum(dim=1) / other.sum(dim=1).clamp(min=1)).mean())
        else:
            terms.append(hinge.amax(dim=1).mean())
    return torch.stack(terms).mean()
