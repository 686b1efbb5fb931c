"""The four rank tasks of the paper (section 3, Results), for one trained system.

Queries are single fragments and single word tokens of the test pictures; galleries are the
fragments or tokens of the test pictures, or of the whole corpus.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from seesay import tables
from seesay.embedding_tables import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.errors import InputError
from seesay.matching import SPOKEN_CAPTIONS
from seesay.pictures import IMAGES
from seesay.ranking import Integers, Ranks, count
from seesay.settings.evaluation import EvaluationSettings
from seesay.tables import Column, Table

TASKS = ("word_similarity", "word_token_by_image", "word_type_by_image", "image_token_by_word")

RANKS = Table(
    "ranks",
    ("experiment", "system", "seed", "task", "gallery", "query"),
    (
        Column("experiment", pa.string(), "an experiment of the config"),
        Column("system", pa.string(), "model, or the control that stands in for it"),
        Column("seed", pa.int64(), "seed of the training"),
        Column("task", pa.string(), "which kind of item is searched by which"),
        Column("gallery", pa.string(), "test: the test pictures' items; all: the whole corpus'"),
        Column("query", pa.string(), "a token_id, or image_id#region of a fragment"),
        Column("image_id", pa.string(), "the query's test picture (a token's first, by image_id)"),
        Column("better", pa.int32(), "items more similar than the best relevant one", "items"),
        Column("tied", pa.int32(), "irrelevant items exactly as similar", "items"),
        Column("tied_relevant", pa.int32(), "relevant items exactly as similar, >= 1", "items"),
        Column("relevant", pa.int32(), "relevant items in the gallery, >= 1", "items"),
        Column("rank", pa.float64(), "expected rank of the first relevant item, from 1"),
        Column("gallery_size", pa.int32(), "items ranked; the query itself is not", "items"),
    ),
)


@dataclass(frozen=True)
class Items:
    """Fragments or word tokens: queries, or a gallery.

    `names` and `origin` (positions in the whole corpus, ascending) have shape (n,), `vectors`
    (n, d). `image` and `item` are parallel, sorted by item, then image: a fragment is of one
    picture; a token is of every picture whose description it is used in.
    """

    names: NDArray[np.object_]
    vectors: NDArray[np.float32]
    origin: Integers
    image: Integers
    item: Integers

    def of(self, wanted: NDArray[np.bool_]) -> "Items":
        """The items of the wanted pictures, of shape (pictures,)."""
        pairs = wanted[self.image]
        kept, item = np.unique(self.item[pairs], return_inverse=True)
        return Items(
            self.names[kept], self.vectors[kept], self.origin[kept], self.image[pairs], item
        )


@dataclass(frozen=True)
class Corpus:
    """Everything embedded; pictures and spoken words are numbered in the order of their ids.

    `word` is each token's spoken word, of shape (tokens,), one of `types` words; `words` holds
    each picture's distinct ones.
    """

    image_ids: NDArray[np.object_]
    test: NDArray[np.bool_]
    fragments: Items
    tokens: Items
    types: int
    word: Integers
    words: list[Integers]


def evaluate(
    images: Path,
    words: Path,
    spoken_captions: Path,
    pictures: Path,
    ranks: Path,
    settings: EvaluationSettings,
    experiment: str,
    system: str,
    seed: int,
    threads: int = 1,
) -> None:
    """Rank every test query in every task and gallery, and write the table `ranks`.

    `images` and `words` hold the embeddings of one system, `pictures` the table `images`.
    Queries with nothing relevant in the gallery cannot be ranked: they are counted on standard
    error. Raises InputError for a split without test pictures or tokens, embeddings that are
    not finite, and tables that do not belong together.
    """
    corpus = load(images, words, spoken_captions, pictures)
    parts = []
    for task in TASKS:
        for gallery in settings.galleries:
            part = rank(corpus, task, gallery, threads)
            parts.append(part.assign(task=task, gallery=gallery))
    frame = pd.concat(parts, ignore_index=True)
    tables.write(RANKS, ranks, frame.assign(experiment=experiment, system=system, seed=seed))


def rank(corpus: Corpus, task: str, gallery: str, threads: int = 1) -> pd.DataFrame:
    """The ranks of one task's test queries in one gallery: columns `query` to `gallery_size`."""
    wanted = corpus.test if gallery == "test" else np.ones_like(corpus.test)
    by_word = task in ("word_similarity", "image_token_by_word")
    queries = (corpus.tokens if by_word else corpus.fragments).of(corpus.test)
    found = (corpus.fragments if task == "image_token_by_word" else corpus.tokens).of(wanted)
    if task == "word_type_by_image":
        holders = _split(corpus.word[found.origin], np.arange(len(found.names)), corpus.types)
        labels = corpus.words
    else:
        holders = _split(found.image, found.item, len(wanted))
        labels = list(np.arange(len(wanted))[:, None])

    # A query of several pictures finds the items of any of them.
    sets = [
        tuple(part.tolist()) for part in _split(queries.item, queries.image, len(queries.names))
    ]
    groups = {images: number for number, images in enumerate(dict.fromkeys(sets))}
    none = np.empty(0, dtype=np.int64)
    relevant = [
        np.unique(np.concatenate([none, *(holders[x] for image in images for x in labels[image])]))
        for images in groups
    ]
    kept, ranks = count(
        queries.vectors,
        found.vectors,
        np.array([groups[images] for images in sets], dtype=np.int64),
        relevant,
        own=np.searchsorted(found.origin, queries.origin) if task == "word_similarity" else None,
        threads=threads,
        description=f"{task}, {gallery}",
    )
    _check_kept(kept, queries, task, gallery)
    return _frame(
        ranks,
        query=queries.names[kept],
        image_id=corpus.image_ids[[sets[query][0] for query in kept]],
        gallery_size=len(found.names) - (task == "word_similarity"),
    )


def load(images: Path, words: Path, spoken_captions: Path, pictures: Path) -> Corpus:
    """Read one system's embeddings and what they belong to. Raises InputError as `evaluate`."""
    table = tables.read(IMAGES, pictures)
    image_ids = pd.Index(table["image_id"])
    test = (table["split"] == "test").to_numpy(dtype=bool)
    if not test.any():
        raise InputError(f"{pictures}: no picture is in the split test; change pictures.split")

    fragments, fragment_vectors = _read(IMAGE_EMBEDDINGS, images)
    tokens, token_vectors = _read(WORD_EMBEDDINGS, words)
    if fragment_vectors.shape[1] != token_vectors.shape[1]:
        raise InputError(
            f"{images} holds embeddings of {fragment_vectors.shape[1]} numbers and {words} of "
            f"{token_vectors.shape[1]}; make both again from one model"
        )
    fragment_image = _numbers(fragments["image_id"], image_ids, images, pictures)
    if not test[fragment_image].any():
        raise InputError(f"{images}: no fragment of a test picture; see the rejects of fc7")

    captions = tables.read(SPOKEN_CAPTIONS, spoken_captions)
    captions["image"] = _numbers(captions["image_id"], image_ids, spoken_captions, pictures)
    captions["word"], types = pd.factorize(captions["spoken_word"], sort=True)
    captions["token"] = pd.Index(tokens["token_id"]).get_indexer(pd.Index(captions["token_id"]))
    uses = captions[captions["token"] >= 0]
    if len(uses) < len(captions):
        lost = captions.loc[captions["token"] < 0, "token_id"]
        _note(f"{len(lost)} spoken words have no embedding and are left out, e.g. {lost.iloc[0]}")
    if not test[uses["image"]].any():
        raise InputError(
            f"{spoken_captions}: no spoken caption of a test picture; see matching's rejects, and "
            "give more speech or more test pictures"
        )
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
    spoken = captions[["image", "word"]].drop_duplicates()
    names = fragments["image_id"] + "#" + fragments["region"].astype(str)
    return Corpus(
        image_ids.to_numpy(dtype=object),
        test,
        Items(
            names.to_numpy(dtype=object),
            fragment_vectors,
            np.arange(len(fragments)),
            fragment_image,
            np.arange(len(fragments)),
        ),
        everything,
        len(types),
        word,
        _split(spoken["image"].to_numpy(), spoken["word"].to_numpy(), len(image_ids)),
    )


def _read(table: Table, path: Path) -> tuple[pd.DataFrame, NDArray[np.float32]]:
    """A table of embeddings: its key columns, and the embeddings of shape (rows, d)."""
    frames, parts = [], []
    for batch in tables.batches(table, path):
        frames.append(batch.select(list(table.key)).to_pandas())
        parts.append(tables.matrix(batch.column("embedding")))
    if not frames:
        raise InputError(f"{path}: no embeddings in it; see the rejects of fc7 and logmel")
    keys = pd.concat(frames, ignore_index=True).sort_values(list(table.key))
    vectors = np.concatenate(parts)[keys.index]
    finite = np.isfinite(vectors).all(axis=1)
    if not finite.all():
        first = keys[~finite].iloc[0].to_dict()
        raise InputError(
            f"{path}: {(~finite).sum()} embeddings are not finite, the first of {first}; the "
            "training diverged: see its history, and lower training.eps or training.init_gain"
        )
    return keys.reset_index(drop=True), vectors


def _numbers(ids: pd.Series, image_ids: pd.Index, path: Path, pictures: Path) -> Integers:
    """The positions of `ids` among the pictures."""
    numbers = image_ids.get_indexer(pd.Index(ids))
    if (numbers < 0).any():
        unknown = ids[numbers < 0].iloc[0]
        raise InputError(f"{path}: picture {unknown!r} is not in {pictures}; make both again")
    return numbers.astype(np.int64)


def _split(labels: Integers, values: Integers, size: int) -> list[Integers]:
    """The values of each of the labels 0 to `size` - 1, in their order."""
    order = np.argsort(labels, kind="stable")
    return np.split(values[order], np.searchsorted(labels[order], np.arange(1, size)))


def _check_kept(kept: Integers, queries: Items, task: str, gallery: str) -> None:
    """Say which queries could not be ranked; raise InputError when none could."""
    total = len(queries.names)
    if len(kept) == 0:
        raise InputError(
            f"{task}: none of the {total} test queries has anything relevant in the gallery "
            f"{gallery}; give the test pictures more spoken captions"
        )
    if len(kept) < total:
        first = queries.names[np.setdiff1d(np.arange(total), kept)[0]]
        _note(
            f"{task}, gallery {gallery}: {total - len(kept)} of {total} queries have nothing "
            f"relevant in it and are left out, e.g. {first}"
        )


def _frame(ranks: Ranks, **columns: object) -> pd.DataFrame:
    counts = {name: getattr(ranks, name).astype(np.int32) for name in Ranks.__annotations__}
    return pd.DataFrame({**columns, **counts, "rank": ranks.expected()})


def _note(text: str) -> None:
    print(f"note: {text}", file=sys.stderr)
