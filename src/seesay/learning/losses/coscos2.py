"""The paper's loss over all pairs of a batch of many pictures."""

from torch import Tensor

from seesay.learning.losses import Batch, mean
from seesay.learning.losses.paper import coscos2_different, coscos2_same
from seesay.settings.facts import Loss
from seesay.settings.training import TrainingSettings

ABOUT = Loss("(1 - cos) / 2 and cos^2 (paper)")


def loss(batch: Batch, settings: TrainingSettings) -> Tensor:
    """mean over same pairs of (1 - cos) / 2, plus mean over different pairs of cos^2 (section 2).

    A scalar. All pairs of a token and a fragment count.
    """
    near = mean(coscos2_same(batch.cosine), batch.same_pairs)
    return near + mean(coscos2_different(batch.cosine), batch.different_pairs)
