"""Batches of one picture (paper): its tokens, and as many negatives from all tokens."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from torch import Tensor, cat

from seesay.learning.examples import Data
from seesay.learning.losses.paper import coscos2, cosines
from seesay.learning.negatives import false_share, sample
from seesay.model.network import Network
from seesay.settings.training import TrainingSettings
from seesay.shared.randomness import generator


@dataclass(frozen=True)
class Examples:
    """A picture by its place in the split, and the rows of its T tokens and of T negatives."""

    picture: int
    words: np.ndarray
    negatives: np.ndarray
    pictures: ClassVar[int] = 1


def compose(
    network: Network, data: Data, settings: TrainingSettings, rng: np.random.Generator
) -> Iterator[Examples]:
    """The pictures in random order, each with negatives sampled anew."""
    for picture in rng.permutation(len(data.pairs.image_ids)):
        yield with_negatives(data, picture, rng)


def with_negatives(data: Data, picture: int, rng: np.random.Generator) -> Examples:
    """A picture with sampled negatives, one for each of its tokens."""
    words = data.pairs.words[picture]
    negatives = sample(data.excluded[picture], len(data.words), len(words), rng)
    return Examples(picture, words, negatives)


def loss(
    network: Network, data: Data, examples: Examples, settings: TrainingSettings
) -> tuple[Tensor, np.ndarray]:
    """Loss_coscos2 of one picture, a scalar, and its values (4,), per couple of pairs."""
    total, near, far = factorised(
        network,
        data.fragments.rows(data.pairs.fragments[examples.picture]),
        data.words.rows(examples.words),
        data.words.rows(examples.negatives),
        settings.reduction,
    )
    couples = near.numel() if settings.reduction == "sum" else 1
    return total, values(total.item() / couples, near.detach(), far.detach(), data, examples)


def factorised(
    network: Network, fragments: Tensor, same: Tensor, different: Tensor, reduction: str
) -> tuple[Tensor, Tensor, Tensor]:
    """Loss_coscos2 of one picture, a scalar, and the (F, T) cosines of both kinds of pairs.

    `fragments` is (F, image size), `same` (T, speech size) the picture's tokens, `different` (T,
    speech size) its negatives. All F x T pairs of each kind count. The authors draw another token
    for every pair; here the fragments share T of them: the same expectation, and a twentieth of
    the tokens to embed.
    """
    images = network.image(fragments)
    words = network.speech(cat([same, different]))
    matrix = cosines(images, words)
    near, far = matrix[:, : len(same)], matrix[:, len(same) :]
    return coscos2(near, far, reduction), near, far


def values(cost: float, near: Tensor, far: Tensor, data: Data, examples: Examples) -> np.ndarray:
    """Loss, mean cosines of positive and negative pairs, and share of false negatives, (4,)."""
    wrong = false_share(data.types, examples.words, examples.negatives)
    return np.array([cost, near.mean().item(), far.mean().item(), wrong])


def validate(
    network: Network, data: Data, settings: TrainingSettings, images: Tensor, words: Tensor
) -> np.ndarray:
    """Values (4,) summed over the pictures, with the same negatives in every epoch.

    The loss is the mean over pairs, whatever the `reduction`.
    """
    matrix, sums = cosines(images, words), np.zeros(4)
    for picture, image_id in enumerate(data.pairs.image_ids):
        examples = with_negatives(data, picture, generator("training", "validation", image_id))
        own = matrix[data.pairs.fragments[picture]]
        near, far = own[:, examples.words], own[:, examples.negatives]
        sums += values(coscos2(near, far, "mean").item(), near, far, data, examples)
    return sums
