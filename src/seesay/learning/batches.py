"""Training over batches of many pictures, each other's different examples."""

import importlib
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from seesay.learning import losses
from seesay.learning.augmentation import vary
from seesay.learning.examples import Data
from seesay.learning.losses import Batch
from seesay.learning.losses.paper import cosines
from seesay.learning.optimisers import Optimiser
from seesay.model.network import Network, max_norm
from seesay.settings.training import TrainingSettings
from seesay.shared.randomness import stable_hash

NAMES = ("loss", "same", "different", "false_negatives")


def split(order: np.ndarray, size: int) -> list[np.ndarray]:
    """The pictures `order` in batches of about `size`, none of them one picture if it can be."""
    count = min(round(len(order) / size), len(order) // 2)
    return np.array_split(order, max(1, count))


def gather(data: Data, pictures: Sequence[int] | np.ndarray) -> tuple[np.ndarray, ...]:
    """Rows of the pictures' fragments and tokens, and each one's picture, 0, 1, ...: four arrays.

    A token of several pictures stands once for each.
    """
    fragments = [data.pairs.fragments[i] for i in pictures]
    words = [data.pairs.words[i] for i in pictures]
    count = np.arange(len(pictures))
    return (
        np.concatenate(fragments),
        np.concatenate(words),
        np.repeat(count, [len(rows) for rows in fragments]),
        np.repeat(count, [len(rows) for rows in words]),
    )


def different(kinds: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """(m, pictures) bool: which pictures are different examples for each of m tokens.

    `kinds` (m,) says which tokens are the same, by their rows, types or pseudo-words: a picture
    that uses one of the same kind is none. `owner` (m,) is each token's picture.
    """
    names, codes = np.unique(kinds, return_inverse=True)
    uses = np.zeros((len(names), owner.max() + 1), bool)
    uses[codes, owner] = True
    return ~uses[codes]


def batch_loss(
    network: Network, data: Data, pictures: np.ndarray, words: Tensor | None,
    settings: TrainingSettings,
) -> tuple[Tensor, np.ndarray]:  # fmt: skip
    """The loss of some pictures, a scalar, and its values by `NAMES`, (4,).

    `words` (m, speech size) are their tokens as they shall be heard; None for as they are.
    """
    fragment_rows, word_rows, fragment_picture, word_picture = gather(data, pictures)
    known = data.known[word_rows]
    apart = different(word_rows if settings.negatives == "tokens" else known, word_picture)
    heard = data.words.rows(word_rows) if words is None else words
    device = heard.device
    batch = Batch(
        network.image(data.fragments.rows(fragment_rows)),
        network.speech(heard),
        torch.from_numpy(fragment_picture).to(device),
        torch.from_numpy(word_picture).to(device),
        torch.from_numpy(apart).to(device),
        torch.from_numpy(data.talkers[word_rows]).to(device),
    )
    loss: Tensor = losses.find(settings.loss)(batch, settings)
    if settings.word_term:
        term = importlib.import_module("seesay.learning.losses.word_term")
        loss = loss + settings.word_term * term.word_term(batch, settings)
    with torch.no_grad():
        cosine = cosines(batch.words, batch.fragments)
        near = cosine[batch.same_pairs].mean().item()
        far = cosine[batch.different_pairs].mean().item()
    # Of the different examples, those whose picture has the token's type all the same.
    wrong = (apart & ~different(data.types[word_rows], word_picture)).sum() / max(1, apart.sum())
    values = np.array([loss.item(), near, far, wrong])
    # Only the training set has these two terms: they stay out of the values, which are compared
    # with the validation set's.
    if data.lexicon is not None:
        term = importlib.import_module("seesay.learning.losses.lexicon_term")
        said = torch.zeros(batch.pictures, len(data.lexicon), dtype=torch.bool)
        said[torch.from_numpy(word_picture), torch.from_numpy(known)] = True
        vectors = network.speech(data.lexicon)
        loss = loss + settings.lexicon_term * term.lexicon_term(
            batch.fragments, batch.fragment_picture, vectors, said.to(device), settings.temperature
        )
    if settings.type_term and network.training:
        term = importlib.import_module("seesay.learning.losses.type_term")
        kinds = torch.from_numpy(known).to(device)
        loss = loss + settings.type_term * term.type_term(
            batch.words, kinds, batch.talkers, settings.temperature
        )
    if data.contexts is not None:
        meaning = importlib.import_module("seesay.learning.losses.semantic_term")
        types = torch.from_numpy(data.types[word_rows]).to(device)
        loss = loss + settings.semantic_term * meaning.semantic_term(
            batch.words, types, data.contexts, settings.temperature
        )
    return loss, values


def train_epoch(
    network: Network,
    optimiser: Optimiser,
    data: Data,
    settings: TrainingSettings,
    rng: np.random.Generator,
) -> dict[str, float]:
    """One pass over the pictures in random order, many a batch; means over the pictures."""
    torch.manual_seed(stable_hash(int(rng.integers(2**62))) % 2**63)  # dropout
    network.train()
    layers, sums = network.layers(), np.zeros(4)
    for pictures in split(rng.permutation(len(data.pairs.image_ids)), settings.batch_pictures):
        rows = np.concatenate([data.pairs.words[i] for i in pictures])
        words = data.words.rows(rows)
        if settings.perturbs:
            perturbation = importlib.import_module("seesay.learning.perturbation")
            words = perturbation.perturb(words, network, settings, data.frames, rng)
        loss, values = batch_loss(network, data, pictures, vary(words, settings, rng), settings)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        max_norm(layers, settings.max_norm)
        sums += values * len(pictures)
    return dict(zip(NAMES, (sums / len(data.pairs.image_ids)).tolist(), strict=True))


@torch.no_grad()
def measure(network: Network, data: Data, settings: TrainingSettings) -> dict[str, float]:
    """Loss and cosines over a split, in batches that never change."""
    network.eval()
    sums = np.zeros(4)
    for pictures in split(np.arange(len(data.pairs.image_ids)), settings.batch_pictures):
        sums += batch_loss(network, data, pictures, None, settings)[1] * len(pictures)
    return dict(zip(NAMES, (sums / len(data.pairs.image_ids)).tolist(), strict=True))
