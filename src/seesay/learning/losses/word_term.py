"""A term beside the loss, for words of one picture by two talkers."""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from seesay.learning.losses import Batch, pooled
from seesay.learning.losses.paper import cosines
from seesay.settings.training import TrainingSettings


def word_term(batch: Batch, settings: TrainingSettings) -> Tensor:
    """InfoNCE among tokens, a scalar: some token of the own picture, by another talker, is near.

    -log exp(s(w, own) / T) / sum over pictures of exp(s(w, picture) / T), where s is the cosine
    pooled over the picture's tokens; of the own picture those of other talkers alone, so that a
    voice is no clue. Tokens whose picture has no other talker are left out; 0 without any.
    """
    of_picture = batch.word_picture
    own = of_picture[:, None] == of_picture
    counts = torch.where(
        own, batch.talkers[:, None] != batch.talkers, batch.different[:, of_picture]
    )
    similarity = cosines(batch.words, batch.words).masked_fill(~counts, -torch.inf)
    scores = pooled(similarity, of_picture, batch.pictures, settings.pooling, settings.temperature)
    kept = torch.isfinite(scores.gather(1, of_picture[:, None]))[:, 0]
    if not bool(kept.any()):
        return scores.new_zeros(())
    return cross_entropy(scores[kept] / settings.temperature, of_picture[kept])
