"""Fragments and word tokens as preallocated tensors, with who belongs to whom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from seesay.learning.logmel_vectors import of_tokens
from seesay.model.network import Network
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import FC7, IMAGES
from seesay.settings.training import Frames
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.randomness import generator


@dataclass(frozen=True)
class Fragments:
    """`features` is float32 (rows, d); `keys` has image_id and region, in the same order.

    With context they are (rows, 2 d): each fragment's features, then its whole picture's.
    """

    keys: pd.DataFrame
    features: Tensor


@dataclass(frozen=True)
class Words:
    """`features` is float32 (rows, 2840); `token_ids` is in the same order, and so is `talkers`.

    `talkers` says who speaks, as integers, where it is known.
    """

    token_ids: np.ndarray
    features: Tensor
    talkers: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))


@dataclass(frozen=True)
class Pairs:
    """For every picture of a split, the rows of its fragments and of its tokens."""

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
        """All of them, in a fixed order."""
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


def load_fragments(shards: Sequence[Path], image_ids: set[str], context: bool = False) -> Fragments:
    """Read the fc7 features of the given pictures, sorted by picture and region.

    With `context` each one's are followed by those of its picture's region 0, the whole picture;
    raises InputError for a picture without one.
    """
    total = tables.rows(shards)
    keys, features, row = [], None, 0
    for batch in tables.batches(FC7, shards):
        frame = batch.select(["image_id", "region"]).to_pandas()
        mask = frame["image_id"].isin(image_ids).to_numpy()
        values = tables.matrix(batch.column("feature"))[mask]
        if features is None:
            features = np.empty((total, values.shape[1]), np.float32)
        features[row : row + len(values)] = values
        keys.append(frame[mask])
        row += len(values)
    if features is None or row == 0:
        raise InputError("fc7: no features for any picture of the split; see the regions' rejects")
    frame = pd.concat(keys, ignore_index=True)
    order = frame.sort_values(["image_id", "region"]).index.to_numpy()
    keys_sorted = frame.iloc[order].reset_index(drop=True)
    values = torch.from_numpy(features[:row][order])
    if context:
        values = torch.cat([values, values[whole(keys_sorted)]], dim=1)
    return Fragments(keys_sorted, values)


def whole(keys: pd.DataFrame) -> np.ndarray:
    """For each row of image_id and region, the row of its picture's region 0.

    Raises InputError for a picture without a region 0: which fragment is the whole picture is
    not known.
    """
    rows = pd.Series(np.arange(len(keys)), index=keys["image_id"])[(keys["region"] == 0).to_numpy()]
    found = rows.reindex(keys["image_id"]).to_numpy(dtype=np.float64)
    if np.isnan(found).any():
        image_id = keys["image_id"].to_numpy()[np.isnan(found)][0]
        raise InputError(
            f"fc7: picture {image_id} has no fragment that is the whole picture (region 0), which"
            " training.context: gate wants; say which it is (fragments.whole), or take none"
        )
    return found.astype(np.int64)


def load_words(shards: Sequence[Path], token_ids: Sequence[str]) -> Words:
    """Read the log-Mel vectors of the given tokens, sorted by token id.

    Tokens that logmel rejected are left out; its rejects table names them.
    """
    names, features = of_tokens(shards, token_ids)
    if features is None:
        raise InputError("logmel: none of the matched tokens has a log-Mel vector; see its rejects")
    return Words(names, torch.from_numpy(features))


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
    """One split, standardised: fragments (n, image size), words (m, speech size), their pairs.

    `types` is each token's spoken word, (m,), as integers, and `talkers` who speaks it.
    `known` (m,) is what training knows a token by where words are told apart: its type, or, once
    words are learnt again, its pseudo-word. `lexicon` (words, speech size) has each of these as
    the speech branch takes it; only the training set has it, where the lexicon term asks for it.
    `contexts` (types, k) says in which contexts each type is said; only the training set has it,
    where the semantic term asks for it. `frames` says what frames are, where they are perturbed.
    """

    fragments: Tensor
    words: Tensor
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


def in_place(change: Callable[[Tensor], Tensor], rows: Tensor) -> Tensor:
    """`rows`, each overwritten with what `change` makes of it, some thousand at a time."""
    for block in rows.split(4096):
        block.copy_(change(block))
    return rows


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
        in_place(network.standardise_images, fragments.features.to(device)),
        in_place(network.standardise_words, words.features.to(device)),
        pairs,
        types,
        words.talkers,
        known=types,
    )
    data.forbid(negatives)
    return data
