"""The corpus that tasks rank: one system's embeddings, and what belongs together."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.schemas.vision import IMAGES
from seesay.shared import tables
from seesay.shared.columns import Table
from seesay.shared.errors import InputError
from seesay.shared.ranking import Integers
from seesay.shared.vectors import room


@dataclass(frozen=True)
class Items:
    """Fragments or word tokens, as queries or as a gallery.

    `names` and `origin` (positions in the whole corpus, ascending) have shape (n,), `vectors`
    (n, d). `image` and `item` are parallel, sorted by item, then image. A fragment belongs to one
    picture; a token belongs to every picture whose captions use it.
    """

    names: NDArray[np.object_]
    vectors: NDArray[np.float32]
    origin: Integers
    image: Integers
    item: Integers

    def of(self, wanted: NDArray[np.bool_]) -> "Items":
        """The items of the `wanted` pictures, a mask (pictures,)."""
        pairs = wanted[self.image]
        kept, item = np.unique(self.item[pairs], return_inverse=True)
        if len(kept) == len(self.names):
            return replace(self, image=self.image[pairs], item=item)
        return Items(
            self.names[kept], self.vectors[kept], self.origin[kept], self.image[pairs], item
        )


@dataclass(frozen=True)
class Corpus:
    """All embeddings of a system; pictures and spoken words are numbered in the order of their ids.

    `word` (tokens,) is each token's spoken word, a position in `vocabulary`; `words` has each
    picture's distinct words. `talker` (tokens,) is the number of each token's talker. If `blind`,
    all queries are the same vector, so ranks depend only on the gallery.
    """

    image_ids: NDArray[np.object_]
    test: NDArray[np.bool_]
    fragments: Items
    tokens: Items
    vocabulary: NDArray[np.object_]
    word: Integers
    words: list[Integers]
    talker: Integers
    captions: "Captions"
    blind: bool = False

    def asked(self, items: Items) -> Items:
        """The items as queries."""
        if not self.blind:
            return items
        vectors = room(*items.vectors.shape)
        vectors[:] = 0.0
        vectors[:, 0] = 1.0
        return replace(items, vectors=vectors)


@dataclass(frozen=True)
class Captions:
    """Spoken captions, in the order of their `names` (n,), each of the picture `image` (n,).

    `tokens` has the positions of each caption's tokens, a token as often as the caption uses it. A
    caption spoken by several talkers counts once for each.
    """

    names: NDArray[np.object_]
    image: Integers
    tokens: list[Integers]


def load(images: Path, words: Path, spoken_captions: Path, pictures: Path) -> Corpus:
    """Read one system's embeddings, and which pictures and words they belong to.

    Raises InputError for a test split without pictures or tokens, embeddings that are not finite,
    and tables that do not match.
    """
    table = tables.read(IMAGES, pictures)
    if not (table["split"] == "test").any():
        raise InputError(f"{pictures}: no picture is in the split test; change pictures.split")
    fragments, fragment_vectors = _read(IMAGE_EMBEDDINGS, images)
    tokens, token_vectors = _read(WORD_EMBEDDINGS, words)
    if fragment_vectors.shape[1] != token_vectors.shape[1]:
        raise InputError(
            f"{images} holds embeddings of {fragment_vectors.shape[1]} numbers and {words} of "
            f"{token_vectors.shape[1]}; make both again from one model"
        )
    captions = tables.read(SPOKEN_CAPTIONS, spoken_captions)
    for path, frame in ((images, fragments), (spoken_captions, captions)):
        unknown = frame.loc[~frame["image_id"].isin(table["image_id"]), "image_id"]
        if len(unknown):
            raise InputError(
                f"{path}: picture {unknown.iloc[0]!r} is not in {pictures}; make both again"
            )
    lost = captions.loc[~captions["token_id"].isin(tokens["token_id"]), "token_id"]
    if len(lost):
        note(f"{len(lost)} spoken words have no embedding and are left out, e.g. {lost.iloc[0]}")
    corpus = assemble(table, fragments, fragment_vectors, tokens, token_vectors, captions)
    shown, heard = (np.unique(items.image) for items in (corpus.fragments, corpus.tokens))
    if not corpus.test[shown].any():
        raise InputError(f"{images}: no fragment of a test picture; see the rejects of fc7")
    if not corpus.test[heard].any():
        raise InputError(
            f"{spoken_captions}: no spoken caption of a test picture; see matching's rejects, and "
            "give more speech or more test pictures"
        )
    if not corpus.test[np.intersect1d(shown, heard)].any():
        raise InputError(
            f"{spoken_captions}: no test picture has both fragments and a spoken caption; see the "
            "rejects of fc7 and matching, and give more test pictures"
        )
    return corpus


def assemble(
    pictures: pd.DataFrame,
    fragments: pd.DataFrame,
    fragment_vectors: NDArray[np.float32],
    tokens: pd.DataFrame,
    token_vectors: NDArray[np.float32],
    captions: pd.DataFrame,
) -> Corpus:
    """The corpus of tables: IMAGES, the keys of both embeddings with their vectors, and
    SPOKEN_CAPTIONS.

    Tables are sorted by their keys, vectors are (fragments, d) and (tokens, d). Uses of tokens
    without an embedding are left out.
    """
    image_ids = pd.Index(pictures["image_id"])
    captions = captions.assign(image=image_ids.get_indexer(pd.Index(captions["image_id"])))
    captions["word"], types = pd.factorize(captions["spoken_word"], sort=True)
    captions["token"] = pd.Index(tokens["token_id"]).get_indexer(pd.Index(captions["token_id"]))
    uses = captions[captions["token"] >= 0]
    pairs = uses[["token", "image"]].drop_duplicates().sort_values(["token", "image"])
    everything = Items(
        tokens["token_id"].to_numpy(dtype=object),
        token_vectors,
        np.arange(len(tokens)),
        pairs["image"].to_numpy(),
        pairs["token"].to_numpy(),
    )
    word = np.zeros(len(tokens), dtype=np.int64)
    word[uses["token"]] = uses["word"]
    talker = np.zeros(len(tokens), dtype=np.int64)
    talker[uses["token"]] = pd.factorize(uses["talker"], sort=True)[0]
    spoken = captions[["image", "word"]].drop_duplicates()
    names = fragments["image_id"] + "#" + fragments["region"].astype(str)
    return Corpus(
        image_ids.to_numpy(dtype=object),
        (pictures["split"] == "test").to_numpy(dtype=bool),
        Items(
            names.to_numpy(dtype=object),
            fragment_vectors,
            np.arange(len(fragments)),
            image_ids.get_indexer(pd.Index(fragments["image_id"])),
            np.arange(len(fragments)),
        ),
        everything,
        np.asarray(types, dtype=object),
        word,
        split(spoken["image"].to_numpy(), spoken["word"].to_numpy(), len(image_ids)),
        talker,
        _captions(uses),
    )


def _captions(uses: pd.DataFrame) -> Captions:
    """Spoken captions from rows with image_id, image, caption, talker, position and token."""
    caption = uses["image_id"] + "#" + uses["caption"].astype(str)
    # Of a caption that mixes talkers no position is said twice; one that several talkers say
    # whole is as many spoken captions.
    several = uses.duplicated(["image", "caption", "position"], keep=False)
    several = several.groupby(caption).transform("any")
    name = caption.where(~several, caption + "@" + uses["talker"])
    number, names = pd.factorize(name, sort=True)
    image = np.zeros(len(names), dtype=np.int64)
    image[number] = uses["image"]
    return Captions(
        np.asarray(names, dtype=object),
        image,
        split(number.astype(np.int64), uses["token"].to_numpy(dtype=np.int64), len(names)),
    )


def _read(table: Table, path: Path) -> tuple[pd.DataFrame, NDArray[np.float32]]:
    """Read a table of embeddings: its key columns, and the embeddings (rows, d)."""
    frames = [part.to_pandas() for part in tables.batches(table, path, columns=list(table.key))]
    if not frames:
        raise InputError(f"{path}: no embeddings in it; see the rejects of fc7 and logmel")
    keys = pd.concat(frames, ignore_index=True).sort_values(list(table.key))
    place = np.argsort(keys.index)
    vectors, start = room(len(keys), tables.width(path, "embedding")), 0
    finite = np.empty(len(keys), bool)
    for part in tables.batches(table, path, columns=["embedding"]):
        values, rows = tables.matrix(part.column("embedding")), place[start : start + len(part)]
        vectors[rows], finite[rows] = values, np.isfinite(values).all(axis=1)
        start += len(part)
    if not finite.all():
        first = keys[~finite].iloc[0].to_dict()
        raise InputError(
            f"{path}: {(~finite).sum()} embeddings are not finite, the first of {first}; the "
            "training diverged: see its history, and lower training.eps or training.init_gain"
        )
    return keys.reset_index(drop=True), vectors


def split(labels: Integers, values: Integers, size: int) -> list[Integers]:
    """The values of each label from 0 to `size` - 1, in the given order."""
    order = np.argsort(labels, kind="stable")
    return np.split(values[order], np.searchsorted(labels[order], np.arange(1, size)))


def note(text: str) -> None:
    """Print a note on standard error."""
    print(f"note: {text}", file=sys.stderr)
