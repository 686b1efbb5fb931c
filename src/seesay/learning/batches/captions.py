"""Batches of many pictures with whole captions: pictures are each other's negatives."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import torch
from torch import Tensor

from seesay.learning.augmentation import vary
from seesay.learning.batches.many_pictures import split, values
from seesay.learning.captions.features import CaptionFeatures
from seesay.learning.captions.losses import LOSSES
from seesay.learning.captions.scores import caption_scores
from seesay.learning.examples import Data
from seesay.learning.losses import Batch
from seesay.learning.losses.paper import cosines
from seesay.learning.negatives import mask
from seesay.model.network import Network
from seesay.model.padded import Padded, moments
from seesay.settings.captions import TrainingSection
from seesay.shared.randomness import stable_hash


@dataclass(frozen=True)
class Examples:
    """The places of some pictures in the split, the rows of their captions, and what is heard.

    `heard` is None where the moments are known.
    """

    places: np.ndarray
    captions: list[np.ndarray]
    heard: Padded | None

    @property
    def pictures(self) -> int:
        """Number of pictures."""
        return len(self.places)


def compose(
    network: Network, data: Data, settings: TrainingSection, rng: np.random.Generator
) -> Iterator[Examples]:
    """The pictures in random order, many a batch, each with captions drawn anew."""
    torch.manual_seed(stable_hash(int(rng.integers(2**62))) % 2**63)  # dropout
    for places in split(rng.permutation(len(data.pairs.image_ids)), settings.batch_pictures):
        captions = [draw(data.pairs.words[i], settings.batch_captions, rng) for i in places]
        heard = heard_of(data).rows(np.concatenate(captions))
        flat = heard.frames.flatten(1)
        varied = vary(flat, settings, rng).view_as(heard.frames)
        yield Examples(places, captions, replace(heard, frames=varied))


def draw(rows: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
    """`number` of the rows at random, or all of them if there are no more, or for 0."""
    if not number or len(rows) <= number:
        return rows
    return rng.choice(rows, number, replace=False)


def heard_of(data: Data) -> CaptionFeatures:
    """The captions of a split."""
    return cast(CaptionFeatures, data.words)


def loss(
    network: Network, data: Data, examples: Examples, settings: TrainingSection
) -> tuple[Tensor, np.ndarray]:
    """The loss of a batch, a scalar, and its values (4,)."""
    rows = np.concatenate([data.pairs.fragments[i] for i in examples.places])
    images = network.image(data.fragments.rows(rows))
    assert examples.heard is not None
    counts = moments(examples.heard.lengths, settings.stride)
    return scored(data, examples, images, network.speech(examples.heard), counts, settings)


def scored(
    data: Data,
    examples: Examples,
    images: Tensor,
    heard: Tensor,
    counts: Tensor,
    settings: TrainingSection,
) -> tuple[Tensor, np.ndarray]:
    """As `loss`, of the embeddings of the batch's fragments (n, d) and moments (m, d).

    `counts` (captions,) are the moments of each caption.
    """
    device, count = images.device, np.arange(examples.pictures)
    sizes = [len(data.pairs.fragments[i]) for i in examples.places]
    owner = np.repeat(count, [len(rows) for rows in examples.captions])
    captions = np.concatenate(examples.captions)
    scores = caption_scores(
        cosines(heard, images),
        torch.arange(len(captions), device=device).repeat_interleave(counts),
        torch.from_numpy(np.repeat(count, sizes)).to(device),
        len(captions),
        examples.pictures,
        settings.caption_pooling,
        settings.temperature,
    )
    kinds = captions if settings.negatives == "tokens" else data.types[captions]
    # A loss takes each caption for a token, and each picture for its one fragment.
    batch = Batch(
        images,
        heard,
        torch.arange(examples.pictures, device=device),
        torch.from_numpy(owner).to(device),
        torch.from_numpy(mask(kinds, owner)).to(device),
        torch.from_numpy(data.talkers[captions]).to(device),
    )
    total = LOSSES[settings.loss](batch, scores, settings)
    return total, values(total, scores, batch, data.types[captions])


def validate(
    network: Network, data: Data, settings: TrainingSection, images: Tensor, words: Tensor
) -> np.ndarray:
    """Values (4,) summed over the pictures, in batches that never change.

    `words` (m, d) are the moments of all captions. Every caption is in one batch, or more for a
    picture with fewer than the others; the values are means over rounds through the pictures.
    """
    heard = heard_of(data)
    lengths = torch.from_numpy(heard.lengths).to(images.device)
    counts = moments(lengths, settings.stride)
    first = torch.cat([counts.new_zeros(1), counts.cumsum(0)]).tolist()
    each = settings.batch_captions or max(map(len, data.pairs.words))
    rounds = -(-max(map(len, data.pairs.words)) // each)
    sums = np.zeros(4)
    for number in range(rounds):
        for places in split(np.arange(len(data.pairs.image_ids)), settings.batch_pictures):
            captions = [turn(data.pairs.words[i], number * each, each) for i in places]
            rows = np.concatenate(captions)
            examples = Examples(places, captions, None)
            fragments = images[np.concatenate([data.pairs.fragments[i] for i in places])]
            said = torch.cat([words[first[row] : first[row + 1]] for row in rows])
            found = scored(data, examples, fragments, said, counts[rows], settings)[1]
            sums += found * len(places)
    return sums / rounds


def turn(rows: Sequence[int] | np.ndarray, start: int, number: int) -> np.ndarray:
    """`number` rows from `start` on, and from the beginning again after the last; each once."""
    return np.asarray(rows)[(start + np.arange(min(number, len(rows)))) % len(rows)]
