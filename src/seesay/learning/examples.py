"""Fragments and tokens of a split, and their pairs."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from seesay.learning.features import Features, Fragments, Words, load_fragments, load_words
from seesay.model.network import Network
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import IMAGES
from seesay.settings.training import Frames
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
    """The tables that a training reads: files, and shards of the two feature tables."""

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


def load(
    inputs: Inputs, split: str, context: bool = False, more: pd.DataFrame | None = None
) -> tuple[Fragments, Words, Pairs, np.ndarray]:
    """A split's fragments, tokens, their pairs, and each token's type as an integer.

    With `context` each fragment's features are followed by its whole picture's. `more` has further
    tokens of its pictures: image_id, token_id, spoken_word and talker.
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
    words = load_words(inputs.logmel, spoken["token_id"].tolist())
    tokens = spoken.drop_duplicates("token_id").set_index("token_id").loc[words.token_ids]
    codes = pd.factorize(tokens["spoken_word"], sort=True)[0]
    words = replace(words, talkers=pd.factorize(tokens["talker"], sort=True)[0])
    pairs = pair(images, spoken, fragments, words)
    if not pairs.image_ids:
        raise InputError(
            f"{inputs.spoken_captions}: no picture of the {split} split has both fragments and "
            "tokens; see the rejects of fc7 and logmel"
        )
    return fragments, words, pairs, codes


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
    """One split, standardised: n fragments, m tokens (`words`), their pairs.

    `types` is each token's spoken word, (m,), as integers, and `talkers` who speaks it.
    `known` (m,) is what training knows a token by where words are told apart: its type, or, once
    words are learnt again, its pseudo-word. `lexicon` (words, speech size) has each of these as
    the speech branch takes it; only the training set has it, where the lexicon term asks for it.
    `contexts` (types, k) says in which contexts each type is said; only the training set has it,
    where the semantic term asks for it. `frames` says what frames are, where they are perturbed.
    """

    fragments: Features
    words: Features
    pairs: Pairs
    types: np.ndarray
    talkers: np.ndarray
    known: np.ndarray
    avoid: list[np.ndarray] = field(default_factory=list)
    contexts: Tensor | None = None
    lexicon: Tensor | None = None
    frames: Frames | None = None

    def false_negatives(self, same: np.ndarray, different: np.ndarray) -> float:
        """The share of the rows `different` whose type one of the rows `same` has, too."""
        return float(np.isin(self.types[different], self.types[same]).mean())

    def forbid(self, negatives: str) -> None:
        """Fill `avoid`: for each picture, the sorted rows that may not be a different example."""
        if negatives == "tokens":
            self.avoid = list(self.pairs.words)
            return
        for rows in self.pairs.words:
            self.avoid.append(np.flatnonzero(np.isin(self.types, self.types[rows])))


def draw(avoid: np.ndarray, total: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` rows drawn uniformly from 0..`total`-1 without those in `avoid` (sorted).

    Raises InputError when `avoid` leaves none.
    """
    if len(avoid) >= total:
        raise InputError("training: a picture uses every token, so it has no different pair")
    drawn = rng.integers(total - len(avoid), size=count)
    return drawn + np.searchsorted(avoid - np.arange(len(avoid)), drawn, side="right")


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
    negatives: str,
    device: torch.device,
) -> Data:
    """A split on the device, standardised by the network's statistics.

    In place where they are on the device already: a large corpus is not held three times.
    """
    data = Data(
        fragments.features.standardised(network.standardise_images, device),
        words.features.standardised(network.standardise_words, device),
        pairs,
        types,
        words.talkers,
        known=types,
    )
    data.forbid(negatives)
    return data
