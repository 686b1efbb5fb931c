"""Fragments and tokens of a split, and their pairs."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from seesay.learning import negatives
from seesay.learning.features import Features, Fragments, Words, load_fragments, load_words
from seesay.model.network import Network
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import IMAGES
from seesay.settings.augmentation import Frames
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.randomness import generator


@dataclass(frozen=True)
class Pairs:
    """Rows of fragments and of tokens for each picture of a split."""

    image_ids: list[str]
    fragments: list[np.ndarray]
    words: list[np.ndarray]


@dataclass(frozen=True)
class Inputs:
    """The tables that training reads: files, and shards of the two feature tables."""

    images: Path
    spoken_captions: Path
    fc7: list[Path]
    logmel: list[Path]
    human_words: Path | None = None
    spoken_words: Path | None = None

    @property
    def files(self) -> list[Path]:
        """All files, in a fixed order."""
        more = [path for path in (self.human_words, self.spoken_words) if path]
        return [self.images, self.spoken_captions, *sorted(self.fc7), *sorted(self.logmel), *more]


class Examples(NamedTuple):
    """A split's fragments and tokens, their pairs, and each token's type as an integer, (m,)."""

    fragments: Fragments
    words: Words
    pairs: Pairs
    types: np.ndarray


def load(
    inputs: Inputs, split: str, context: bool = False, more: pd.DataFrame | None = None
) -> Examples:
    """Read a split.

    With `context` each fragment's features are followed by its whole picture's. `more` has further
    tokens of the split's pictures: image_id, token_id, spoken_word and talker. Raises InputError
    for a split without captions, or without a picture that has both fragments and tokens.
    """
    images = tables.read(IMAGES, inputs.images)
    images = images[images["split"] == split]
    spoken = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    spoken = spoken[spoken["image_id"].isin(images["image_id"])]
    if spoken.empty:
        raise InputError(f"{inputs.spoken_captions}: no sayable caption in the {split} split")
    if more is not None:
        spoken = pd.concat([spoken, more], ignore_index=True)
    fragments = load_fragments(inputs.fc7, set(images["image_id"]), context)
    found = join(images, spoken, fragments, load_words(inputs.logmel, spoken["token_id"].tolist()))
    if not found.pairs.image_ids:
        raise InputError(
            f"{inputs.spoken_captions}: no picture of the {split} split has both fragments and "
            "tokens; see the rejects of fc7 and logmel"
        )
    return found


def join(
    images: pd.DataFrame, spoken: pd.DataFrame, fragments: Fragments, words: Words
) -> Examples:
    """Add who belongs to whom, and each token's type and talker; the arguments are `pair`'s."""
    tokens = spoken.drop_duplicates("token_id").set_index("token_id").loc[words.token_ids]
    codes = pd.factorize(tokens["spoken_word"], sort=True)[0]
    words = replace(words, talkers=pd.factorize(tokens["talker"], sort=True)[0])
    return Examples(fragments, words, pair(images, spoken, fragments, words), codes)


def pair(images: pd.DataFrame, spoken: pd.DataFrame, fragments: Fragments, words: Words) -> Pairs:
    """Rows of fragments and tokens for each picture of `images` that has both.

    `images` are rows of IMAGES, `spoken` of SPOKEN_CAPTIONS. A token that several captions of a
    picture use counts once.
    """
    fragment_rows = fragments.keys.groupby("image_id").indices
    used = spoken[["image_id", "token_id"]].drop_duplicates()
    rows = pd.Index(words.token_ids).get_indexer(used["token_id"])
    used = used.assign(row=rows)[rows >= 0]
    word_rows = {key: np.sort(group.to_numpy()) for key, group in used.groupby("image_id")["row"]}
    ids = [i for i in sorted(images["image_id"]) if i in fragment_rows and i in word_rows]
    return Pairs(ids, [np.sort(fragment_rows[i]) for i in ids], [word_rows[i] for i in ids])


@dataclass
class Data:
    """One split, standardised: n fragments, m tokens (`words`), and their pictures.

    Attributes:
        fragments: Their features.
        words: Log-Mel vectors; in pseudo-word rounds what the speech branch takes instead.
        pairs: The rows of each picture.
        types: Each token's spoken word as an integer, (m,).
        talkers: Each token's talker as an integer, (m,).
        known: The kind by which training tells tokens apart, (m,): the type, or in pseudo-word
            rounds the pseudo-word.
        rule: The setting `negatives`, for batches of one picture.
        contexts: Context vectors of the types, (types, k); only of the training set, with the
            semantic term.
        lexicon: Each kind as the speech branch takes it, (kinds, speech size); only of the
            training set, with the lexicon term.
        frames: The settings of frames, where they are perturbed.
    """

    fragments: Features
    words: Features
    pairs: Pairs
    types: np.ndarray
    talkers: np.ndarray
    known: np.ndarray
    rule: str = "tokens"
    contexts: Tensor | None = None
    lexicon: Tensor | None = None
    frames: Frames | None = None

    @cached_property
    def excluded(self) -> list[np.ndarray]:
        """For each picture, the sorted rows of tokens that are no negatives."""
        return negatives.excluded(self.pairs.words, self.types, self.rule)


def shuffle(pairs: Pairs, seed: int) -> Pairs:
    """Give every picture the tokens of another one: a seeded cyclic shift of a random order.

    Raises InputError for a single picture, which has no other.
    """
    if len(pairs.image_ids) < 2:
        raise InputError("training: pairs of one picture cannot be shuffled; give more pictures")
    order = generator("training", seed, "shuffled").permutation(len(pairs.image_ids))
    words = [np.empty(0, np.int64)] * len(order)
    for here, there in zip(order, np.roll(order, 1), strict=True):
        words[here] = pairs.words[there]
    return Pairs(pairs.image_ids, pairs.fragments, words)


def prepare(
    network: Network,
    fragments: Fragments,
    words: Words,
    pairs: Pairs,
    types: np.ndarray,
    rule: str,
    device: torch.device,
) -> Data:
    """A split on the device, standardised by the network's statistics.

    `rule` is the setting `negatives`. Features that are on the device already change in place, so
    that a large corpus is not held twice.
    """
    return Data(
        fragments.features.standardised(network.standardise_images, device),
        words.features.standardised(network.standardise_words, device),
        pairs,
        types,
        words.talkers,
        known=types,
        rule=rule,
    )
