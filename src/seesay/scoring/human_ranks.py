"""The rank tasks with human words as queries or as the gallery, for one system.

* `human_recognition`: a human word searches the spoken words of the captions, each ranked by its
  nearest token.
* `picture_by_human_word`: a human word searches the test pictures, each ranked by its best
  fragment.
* `human_word_by_picture`: a test picture, by its best fragment, searches the source's human words.

Each runs a second time with the same words by the captions' own talkers: a token of the test
pictures is drawn for each human token. The gap between the two is due to the voice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.schemas.audio import HUMAN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import WORD_EMBEDDINGS
from seesay.schemas.scoring import HUMAN_RANKS, SYNTHETIC
from seesay.scoring.caption_search import best_fragments
from seesay.scoring.corpus import Corpus, load, note, split
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.randomness import generator
from seesay.shared.ranking import Floats, Integers, Ranks, count_lines, similarities


@dataclass(frozen=True)
class Queries:
    """Words of a source as they are asked, (n,) each: names, who says them, and `word`, the
    position of each in the corpus's vocabulary.

    `vectors` is (n, d); `own` is a token's position in the corpus, or -1 outside it; `image` is the
    picture that a word was said about, or -1 if unknown. Names are unique.
    """

    names: NDArray[np.object_]
    talker: NDArray[np.object_]
    word: Integers
    image: Integers
    own: Integers
    vectors: NDArray[np.float32]

    def of(self, kept: Integers) -> "Queries":
        """The queries at these positions."""
        return Queries(*(getattr(self, name)[kept] for name in Queries.__annotations__))


def rank_human(
    images: Path,
    words: Path,
    human: Path,
    human_words: Path,
    spoken_captions: Path,
    pictures: Path,
    ranks: Path,
    experiment: str,
    system: str,
    seed: int,
    threads: int = 1,
) -> None:
    """Rank the test's human words of every source, and write the table HUMAN_RANKS.

    `images`, `words` and `human` hold the embeddings of one system. The system `frequency` ignores
    its queries. Raises InputError as `seesay.scoring.corpus.load` does, and if no word can be
    searched for.
    """
    corpus = replace(load(images, words, spoken_captions, pictures), blind=system == "frequency")
    spoken = tables.read(SPOKEN_CAPTIONS, spoken_captions).drop_duplicates("token_id")
    talkers = spoken.set_index("token_id")["talker"].reindex(corpus.tokens.names)
    parts = []
    for source, queries in by_source(corpus, human, human_words).items():
        again = drawn(corpus, queries, talkers.to_numpy(dtype=object))
        for gallery, asked in ((source, queries), (f"{source}{SYNTHETIC}", again)):
            parts += [part.assign(gallery=gallery) for part in rank_all(corpus, asked, threads)]
    if not parts:
        raise InputError(
            f"{human_words}: no word of the test has both an embedding and tokens of the captions;"
            " see the rejects of human_logmel, or give more corpora in evaluation.human"
        )
    frame = pd.concat(parts, ignore_index=True)
    tables.write(HUMAN_RANKS, ranks, frame.assign(experiment=experiment, system=system, seed=seed))


def by_source(corpus: Corpus, human: Path, human_words: Path) -> dict[str, Queries]:
    """The test's embedded human words, by source; sources without any are left out."""
    words = tables.read(HUMAN_WORDS, human_words)
    words = words[words["use"] == "test"]
    names, parts = [], []
    for batch in tables.batches(WORD_EMBEDDINGS, human):
        names += batch.column("token_id").to_pylist()
        parts.append(tables.matrix(batch.column("embedding")))
    vectors = np.concatenate(parts)
    row = pd.Index(names).get_indexer(pd.Index(words["token_id"]))
    lost = words.loc[row < 0, "token_id"]
    if len(lost):
        note(f"{len(lost)} human words have no embedding and are left out, e.g. {lost.iloc[0]}")
    # A caption's word is in no gallery if all of its tokens lack a vector.
    number = pd.Index(corpus.vocabulary).get_indexer(pd.Index(words["spoken_word"]))
    known = np.isin(number, corpus.word)
    words = words.assign(row=row, number=number)[(row >= 0) & known]
    found = {}
    for source, rows in words.groupby("source"):
        about = pd.Index(corpus.image_ids).get_indexer(pd.Index(rows["image_id"]))
        found[str(source)] = Queries(
            rows["token_id"].to_numpy(dtype=object),
            rows["talker"].to_numpy(dtype=object),
            rows["number"].to_numpy(dtype=np.int64),
            about.astype(np.int64),
            np.full(len(rows), -1),
            vectors[rows["row"]],
        )
    return found


def drawn(corpus: Corpus, queries: Queries, talkers: NDArray[np.object_]) -> Queries:
    """Draw a test token of each query's word, with a seed from the query's name.

    `talkers` (tokens,) are those of the corpus's tokens. A drawn token's name joins the query's
    name and its own; a word that no test picture has is left out. Relevance is as for the query.
    """
    test = corpus.tokens.of(corpus.test).origin
    tokens = split(corpus.word[test], test, len(corpus.vocabulary))
    kept = np.array([i for i, word in enumerate(queries.word) if len(tokens[word])], dtype=np.int64)
    own = np.array(
        [
            generator("human", "synthetic", queries.names[i]).choice(tokens[queries.word[i]])
            for i in kept
        ],
        dtype=np.int64,
    )
    names = queries.names[kept] + "|" + corpus.tokens.names[own]
    some = queries.of(kept)
    vectors = corpus.tokens.vectors[own]
    return replace(some, names=names, talker=talkers[own], own=own, vectors=vectors)


def rank_all(corpus: Corpus, queries: Queries, threads: int = 1) -> list[pd.DataFrame]:
    """The ranks of a source's words in every task; no rows without words."""
    if not len(queries.names):
        return []
    return [
        recognise(corpus, queries, threads).assign(task="human_recognition"),
        *_with_pictures(corpus, queries, threads),
    ]


def recognise(corpus: Corpus, queries: Queries, threads: int = 1) -> pd.DataFrame:
    """Rank all types for each query, each by its nearest token except the query itself."""
    order = np.argsort(corpus.word, kind="stable")
    types, starts = np.unique(corpus.word[order], return_index=True)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    hidden = np.where(queries.own < 0, -1, place[queries.own])
    relevant = np.searchsorted(types, queries.word)
    vectors, asked = _distinct(_asked(corpus, queries), queries)

    def lines() -> Iterator[tuple[Floats, Integers]]:
        found = similarities(vectors, corpus.tokens.vectors[order], threads, description="")
        for start, block in found:
            first = np.array([group[0] for group in asked[start : start + len(block)]])
            own = hidden[first]
            block[np.flatnonzero(own >= 0), own[own >= 0]] = -np.inf
            pooled = np.maximum.reduceat(block, starts, axis=1)
            yield from zip(pooled, relevant[first, None], strict=True)

    kept, ranks = count_lines(lines())
    return _spread(ranks, [asked[line] for line in kept], queries, corpus, len(types))


def _asked(corpus: Corpus, queries: Queries) -> NDArray[np.float32]:
    """The vectors of words as queries."""
    if not corpus.blind:
        return queries.vectors
    return np.eye(1, queries.vectors.shape[1], dtype=np.float32).repeat(len(queries.names), axis=0)


def _distinct(
    vectors: NDArray[np.float32], queries: Queries
) -> tuple[NDArray[np.float32], list[Integers]]:
    """Distinct queries (by word, vector and token): their vectors, and the queries of each."""
    keys = zip(queries.word, queries.own, map(bytes, vectors), strict=True)
    groups: dict[object, list[int]] = {}
    for query, key in enumerate(keys):
        groups.setdefault(key, []).append(query)
    asked = [np.array(group, dtype=np.int64) for group in groups.values()]
    return vectors[[group[0] for group in asked]], asked


def _spread(
    ranks: Ranks, asked: list[Integers], queries: Queries, corpus: Corpus, size: int
) -> pd.DataFrame:
    """The ranks of all who ask, as rows."""
    times = [len(group) for group in asked]
    every = np.concatenate([np.empty(0, dtype=np.int64), *asked])
    counts = {name: np.repeat(getattr(ranks, name), times) for name in Ranks.__annotations__}
    return _rows(Ranks(**counts), queries.of(every), corpus, size)


def _rows(ranks: Ranks, queries: Queries, corpus: Corpus, size: int) -> pd.DataFrame:
    image = np.append(corpus.image_ids, "")[queries.image]
    return _frame(
        ranks, size, queries.names, image, corpus.vocabulary[queries.word], queries.talker
    )


def _frame(
    ranks: Ranks,
    size: int,
    query: NDArray[np.object_],
    image_id: NDArray[np.object_],
    word: NDArray[np.object_] | str,
    talker: NDArray[np.object_] | str,
) -> pd.DataFrame:
    counts = {name: getattr(ranks, name).astype(np.int32) for name in Ranks.__annotations__}
    columns = {"query": query, "image_id": image_id, "word": word, "talker": talker}
    return pd.DataFrame({**columns, **counts, "rank": ranks.expected(), "gallery_size": size})


def _with_pictures(corpus: Corpus, queries: Queries, threads: int) -> Iterator[pd.DataFrame]:
    """The ranks of test pictures by words, and of words by test pictures."""
    fragments = corpus.fragments.of(corpus.test)
    pictures, starts = np.unique(fragments.image, return_index=True)
    # The positions of the pictures whose captions say each word.
    said = split(
        np.concatenate([corpus.words[image] for image in pictures]),
        np.repeat(np.arange(len(pictures)), [len(corpus.words[image]) for image in pictures]),
        len(corpus.vocabulary),
    )
    own = np.searchsorted(pictures, queries.image)
    own[~np.isin(queries.image, pictures)] = -1
    relevant = [
        np.union1d(said[word], [image] if image >= 0 else []).astype(np.int64)
        for word, image in zip(queries.word, own, strict=True)
    ]
    asking = corpus.asked(fragments).vectors
    found = best_fragments(_asked(corpus, queries), fragments.vectors, starts, threads, "")
    kept, ranks = count_lines(zip(found, relevant, strict=True))
    rows = _rows(ranks, queries.of(kept), corpus, len(pictures))
    yield rows.assign(task="picture_by_human_word")

    if corpus.blind:
        found = best_fragments(queries.vectors, asking, starts, threads, "")
    times = [len(images) for images in relevant]
    holders = split(
        np.concatenate(relevant), np.repeat(np.arange(len(times)), times), len(pictures)
    )
    kept, ranks = count_lines(zip(np.ascontiguousarray(found.T), holders, strict=True))
    names = corpus.image_ids[pictures[kept]]
    rows = _frame(ranks, len(queries.names), names, names, "", "")  # asked by pictures
    yield rows.assign(task="human_word_by_picture")
