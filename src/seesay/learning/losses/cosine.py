"""The cosine embedding loss, with a margin for different pairs."""

from torch import Tensor

from seesay.learning.losses import Batch, mean
from seesay.learning.losses.paper import cosines
from seesay.settings.facts import Loss
from seesay.settings.training import TrainingSettings

ABOUT = Loss("cosine embedding, with a margin")


def loss(batch: Batch, settings: TrainingSettings) -> Tensor:
    """mean over same pairs of 1 - cos, plus mean over different pairs of max(0, cos - margin).

    A scalar. All pairs of a token and a fragment count.
    """
    cosine = cosines(batch.words, batch.fragments)
    near = (1 - cosine[batch.same_pairs]).mean()
    return near + mean((cosine[batch.different_pairs] - settings.margin).clamp(min=0))
