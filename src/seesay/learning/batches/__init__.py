"""Batches of one picture or of many: a module for each way, with the same three functions."""

import importlib
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from torch import Tensor

from seesay.learning.examples import Data
from seesay.model.network import Network
from seesay.settings.choice import taken
from seesay.settings.training import TrainingSettings


class Batching(Protocol):
    """The functions that each module of this package has.

    Values (4,) are the loss, the mean cosines of positive and of negative pairs, and the share of
    negatives that are false: they have the type of a positive.
    """

    def compose(
        self, network: Network, data: Data, settings: TrainingSettings, rng: np.random.Generator
    ) -> Iterator[Any]:
        """An epoch's batches in random order; of each, `pictures` is the number of pictures."""

    def loss(
        self, network: Network, data: Data, examples: Any, settings: TrainingSettings
    ) -> tuple[Tensor, np.ndarray]:
        """The loss of one composed batch, a scalar, and its values (4,)."""

    def validate(
        self,
        network: Network,
        data: Data,
        settings: TrainingSettings,
        images: Tensor,
        words: Tensor,
    ) -> np.ndarray:
        """Values (4,) summed over the pictures of a split, always of the same batches.

        `images` (n, d) and `words` (m, d) are the embeddings of the split.
        """


def find(settings: TrainingSettings) -> Batching:
    """The module for batches of `batch_pictures` pictures."""
    found: Any
    # By name, so that a code stamp holds only the one in use.
    if taken("seesay.learning.batches.captions", settings):
        found = importlib.import_module("seesay.learning.batches.captions")
        whole: Batching = found
        return whole
    if settings.batch_pictures > 1:
        found = importlib.import_module("seesay.learning.batches.many_pictures")
    else:
        found = importlib.import_module("seesay.learning.batches.one_picture")
    batching: Batching = found
    return batching
