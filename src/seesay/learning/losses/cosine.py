"""The cosine embedding loss, with a margin for different pairs."""

from torch import Tensor

from seesay.learning.losses import Batch, mean
from seesay.settings.facts import Loss
from seesay.settings.training import TrainingSettings

ABOUT = Loss("cosine embedding, with a margin")


def loss(batch: Batch, settings: TrainingSettings) -> Tensor:
    """mean over same pairs of 1 - cos, plus mean over different pairs of max(0, cos - margin).

    A scalar. All pairs of a token and a fragment count.
    """
    near = mean(1 - batch.cosine, batch.same_pairs)
    return near + mean((batch.cosine - settings.margin).clamp(min=0), batch.different_pairs)
