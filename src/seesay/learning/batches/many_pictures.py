"""Batches of many pictures, which are each other's negatives."""

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from seesay.learning import losses
from seesay.learning.augmentation import vary
from seesay.learning.examples import Data
from seesay.learning.losses import Batch, average
from seesay.learning.negatives import mask
from seesay.model.network import Network
from seesay.settings.training import TrainingSettings
from seesay.shared.randomness import stable_hash


@dataclass(frozen=True)
class Examples:
    """The places of some pictures in the split, and their tokens (m, speech size).

    `words` holds augmented tokens, or None.
    """

    places: np.ndarray
    words: Tensor | None = None

    @property
    def pictures(self) -> int:
        """Number of pictures."""
        return len(self.places)


def compose(
    network: Network, data: Data, settings: TrainingSettings, rng: np.random.Generator
) -> Iterator[Examples]:
    """The pictures in random order, many a batch, with their tokens augmented."""
    torch.manual_seed(stable_hash(int(rng.integers(2**62))) % 2**63)  # dropout
    for places in split(rng.permutation(len(data.pairs.image_ids)), settings.batch_pictures):
        words = data.words.rows(np.concatenate([data.pairs.words[i] for i in places]))
        if settings.perturbs:
            perturbation = importlib.import_module("seesay.learning.perturbation")
            words = perturbation.perturb(words, network, settings, data.frames, rng)
        yield Examples(places, vary(words, settings, rng))


def split(order: np.ndarray, size: int) -> list[np.ndarray]:
    """The pictures `order` in batches of about `size`; a single picture only if there is one."""
    count = min(round(len(order) / size), len(order) // 2)
    return np.array_split(order, max(1, count))


def loss(
    network: Network, data: Data, examples: Examples, settings: TrainingSettings
) -> tuple[Tensor, np.ndarray]:
    """The loss of a batch with its terms, a scalar, and its values (4,).

    The values are compared with the validation set's, so they leave out the terms that only the
    training set has.
    """
    rows = gather(data, examples.places)
    words = data.words.rows(rows.words) if examples.words is None else examples.words
    images = network.image(data.fragments.rows(rows.fragments))
    batch = batch_of(data, rows, images, network.speech(words), settings)
    total = shared_loss(batch, settings)
    measured = values(total, batch.cosine, batch, data.types[rows.words])
    for weight, value in training_terms(network, data, batch, rows, settings):
        total = total + weight * value
    return total, measured


def shared_loss(batch: Batch, settings: TrainingSettings) -> Tensor:
    """The loss of a batch without the terms that only the training set has, a scalar."""
    total: Tensor = losses.find(settings.loss)(batch, settings)
    if settings.word_term:
        term = importlib.import_module("seesay.learning.losses.word_term")
        total = total + settings.word_term * term.word_term(batch, settings)
    return total


@dataclass(frozen=True)
class Rows:
    """Rows of a batch's n fragments and m tokens, and their pictures, 0, 1, ...: int64.

    A token of several pictures stands once for each.
    """

    fragments: np.ndarray
    words: np.ndarray
    fragment_picture: np.ndarray
    word_picture: np.ndarray


def gather(data: Data, places: Sequence[int] | np.ndarray) -> Rows:
    """The rows of some pictures."""
    fragments = [data.pairs.fragments[i] for i in places]
    words = [data.pairs.words[i] for i in places]
    count = np.arange(len(places))
    return Rows(
        np.concatenate(fragments),
        np.concatenate(words),
        np.repeat(count, [len(rows) for rows in fragments]),
        np.repeat(count, [len(rows) for rows in words]),
    )


def batch_of(
    data: Data, rows: Rows, images: Tensor, words: Tensor, settings: TrainingSettings
) -> Batch:
    """A batch of embeddings, (n, d) of its fragments and (m, d) of its tokens, with its mask."""
    kinds = rows.words if settings.negatives == "tokens" else data.known[rows.words]
    device = words.device
    return Batch(
        images,
        words,
        torch.from_numpy(rows.fragment_picture).to(device),
        torch.from_numpy(rows.word_picture).to(device),
        torch.from_numpy(mask(kinds, rows.word_picture)).to(device),
        torch.from_numpy(data.talkers[rows.words]).to(device),
    )


@torch.no_grad()
def values(total: Tensor, similarity: Tensor, batch: Batch, types: np.ndarray) -> np.ndarray:
    """Loss, mean similarities of positive and negative pairs, share of false negatives, (4,).

    `similarity` (m, n) is that of every token with every fragment, `types` (m,) are those of the
    tokens: a negative picture is false if a token of it has the same.
    """
    near = average(similarity, batch.same_pairs)
    far = average(similarity, batch.different_pairs)
    negative = batch.different.cpu().numpy()
    false = negative & ~mask(types, batch.word_picture.cpu().numpy())
    return np.array([total.item(), near, far, false.sum() / max(1, negative.sum())])


def training_terms(
    network: Network, data: Data, batch: Batch, rows: Rows, settings: TrainingSettings
) -> Iterator[tuple[float, Tensor]]:
    """Weight and value of each term that only the training set has."""
    device = batch.words.device
    known = torch.from_numpy(data.known[rows.words])
    if data.lexicon is not None:
        term = importlib.import_module("seesay.learning.losses.lexicon_term")
        said = torch.zeros(batch.pictures, len(data.lexicon), dtype=torch.bool)
        said[torch.from_numpy(rows.word_picture), known] = True
        vectors = network.speech(data.lexicon)
        yield (
            settings.lexicon_term,
            term.lexicon_term(
                batch.fragments,
                batch.fragment_picture,
                vectors,
                said.to(device),
                settings.temperature,
            ),
        )
    if settings.type_term and network.training:
        term = importlib.import_module("seesay.learning.losses.type_term")
        yield (
            settings.type_term,
            term.type_term(batch.words, known.to(device), batch.talkers, settings.temperature),
        )
    if data.contexts is not None:
        term = importlib.import_module("seesay.learning.losses.semantic_term")
        types = torch.from_numpy(data.types[rows.words]).to(device)
        yield (
            settings.semantic_term,
            term.semantic_term(batch.words, types, data.contexts, settings.temperature),
        )


def validate(
    network: Network, data: Data, settings: TrainingSettings, images: Tensor, words: Tensor
) -> np.ndarray:
    """Values (4,) summed over the pictures, in batches that never change.

    `images` (n, d) and `words` (m, d) are the embeddings of the whole split.
    """
    sums = np.zeros(4)
    for places in split(np.arange(len(data.pairs.image_ids)), settings.batch_pictures):
        rows = gather(data, places)
        batch = batch_of(data, rows, images[rows.fragments], words[rows.words], settings)
        total = shared_loss(batch, settings)
        sums += values(total, batch.cosine, batch, data.types[rows.words]) * len(places)
    return sums
