"""The batch losses for scores of whole captions, by name (`training.loss`)."""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from seesay.learning.losses import Batch, directions
from seesay.learning.losses.margin import triplets
from seesay.settings.training import TrainingSettings


def contrast(batch: Batch, scores: Tensor, settings: TrainingSettings) -> Tensor:
    """InfoNCE (`seesay.learning.losses.infonce`) of scores in place of cosines, a scalar."""
    terms = [
        cross_entropy(line / settings.temperature, owner)
        for line, owner in directions(batch, scores, settings)
    ]
    return torch.stack(terms).mean()


# A batch has captions for tokens, and pictures with one fragment each; the scores (captions,
# pictures) stand for the similarities of all tokens with all fragments.
LOSSES = {"infonce": contrast, "margin": triplets}
