"""Human words to hear, each beside the same word by the captions' own talkers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.exhibits.choice import choose
from seesay.exhibits.clips import SHARE, Refused, clips
from seesay.exhibits.near import Near, nearest
from seesay.schemas.audio import HUMAN_WORDS, TOKEN_MANIFEST
from seesay.schemas.learning import WORD_EMBEDDINGS
from seesay.schemas.scoring import HUMAN_RANKS, SYNTHETIC, parted
from seesay.scoring.corpus import Corpus, Items
from seesay.settings.listen import ListenSettings
from seesay.shared import sources, tables

Record = dict[str, Any]

LEAST = 3  # words of a source: best, typical and worst
TOKENS = 2  # tokens of a word, by two talkers if possible


@dataclass(frozen=True)
class Shelf:
    """The test pictures of the page.

    `uses` has (image_id, spoken word) of all captions; `image_ids` and `regions` are those of each
    test fragment, `place` is each picture's number in the page.
    """

    uses: set[tuple[str, str]]
    image_ids: list[str]
    regions: list[int]
    place: dict[str, int]

    def __call__(self, near: Near, word: str, about: str) -> Record:
        """The page's record of a near fragment, for a word said about a picture or ""."""
        image_id = self.image_ids[near.item]
        own = image_id == about
        return {
            "picture": self.place[image_id],
            "region": self.regions[near.item],
            "right": own or (image_id, word) in self.uses,
            "own": own,
        }


@dataclass(frozen=True)
class Finds:
    """A token's nearest items: fragments of test pictures, and tokens of the captions' speech."""

    pictures: list[Near]
    words: list[Near]


@dataclass(frozen=True)
class People:
    """The human words to show: rows of `chosen`, and the nearest items of each and its neighbour.

    `beside` is the position, among the test tokens, of the same word by one of the captions' own
    talkers; -1 if no test picture has it.
    """

    chosen: pd.DataFrame
    beside: list[int]
    human: list[Finds]
    own: list[Finds | None]

    def fragments(self) -> list[int]:
        """All nearest fragments."""
        finds = [*self.human, *(one for one in self.own if one is not None)]
        return [near.item for one in finds for near in one.pictures]


def find(
    paths: Sequence[Path],
    corpus: Corpus,
    tokens: Items,
    fragments: Items,
    settings: ListenSettings,
) -> People:
    """Choose human words of every source by their ranks, and find their nearest items.

    `paths` are the embeddings of the human words, HUMAN_WORDS, their TOKEN_MANIFEST and HUMAN_RANKS
    of one system and seed; `tokens` and `fragments` are the test split's.
    """
    embeddings, human_words, manifest, ranks = paths
    frame, drawn = _ranked(human_words, manifest, ranks)
    number = frame["source"].nunique()
    most = max(LEAST, settings.words // (2 * number))
    each = min(settings.tokens, TOKENS)
    parts = []
    for _, rows in frame.groupby("source"):
        for _, record, labels in choose(rows, "word", most, settings.cases, each):
            parts += [{**record, "label": label} for label in labels]
    chosen = frame.loc[[part["label"] for part in parts]].reset_index(drop=True)
    chosen = chosen.assign(
        **{key: [part[key] for part in parts] for key in ("place", "kind", "median", "count")}
    )
    vectors = _vectors(embeddings, chosen["token_id"].tolist())
    place = pd.Index(tokens.names)
    beside = place.get_indexer(pd.Index([drawn.get(name, "") for name in chosen["token_id"]]))
    pictures = nearest(vectors, fragments.vectors, fragments.image, settings.neighbours)
    words = nearest(vectors, corpus.tokens.vectors, corpus.word, settings.neighbours)
    own = [
        None if at < 0 else _own(int(at), corpus, tokens, fragments, settings.neighbours)
        for at in beside
    ]
    human = [Finds(*pair) for pair in zip(pictures, words, strict=True)]
    return People(chosen, beside.tolist(), human, own)


def _ranked(human_words: Path, manifest: Path, ranks: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """The ranked words of the test, and the token beside each.

    Rows have their file, the `rank` of their word, and `looked`, the rank of the first right
    picture.
    """
    files = tables.read(TOKEN_MANIFEST, manifest)[["token_id", "path", "digest", "channel"]]
    frame = tables.read(HUMAN_WORDS, human_words).merge(files, on="token_id")
    found = tables.read(HUMAN_RANKS, ranks)
    own = found["gallery"].str.endswith(SYNTHETIC)
    for name, task in (("rank", "human_recognition"), ("looked", "picture_by_human_word")):
        rows = found[~own & (found["task"] == task)].set_index("query")["rank"]
        frame[name] = frame["token_id"].map(rows)
    frame = frame[frame["rank"].notna()].drop(columns="word")
    frame = frame.rename(columns={"spoken_word": "word"}).reset_index(drop=True)
    queries = found.loc[own & (found["task"] == "human_recognition"), "query"]
    known = set(frame["token_id"])
    return frame, dict(parted(query, known) for query in queries)


def _vectors(path: Path, names: list[str]) -> np.ndarray:
    """The embeddings of tokens, (n, d)."""
    found = {}
    wanted = set(names)
    for batch in tables.batches(WORD_EMBEDDINGS, path):
        rows = tables.matrix(batch.column("embedding"))
        for row, name in enumerate(batch.column("token_id").to_pylist()):
            if name in wanted:
                found[name] = rows[row]
    return np.stack([found[name] for name in names])


def _own(at: int, corpus: Corpus, tokens: Items, fragments: Items, number: int) -> Finds:
    """The nearest items of a test token, except itself."""
    vector, self = tokens.vectors[at][None], int(tokens.origin[at])
    (pictures,) = nearest(vector, fragments.vectors, fragments.image, number)
    others = np.delete(np.arange(len(corpus.word)), self)
    (words,) = nearest(vector, corpus.tokens.vectors[others], corpus.word[others], number)
    moved = [Near(int(others[near.item]), near.rank, near.tied, near.cosine) for near in words]
    return Finds(pictures, moved)


def records(
    people: People,
    heard: pd.DataFrame,
    words: NDArray[np.object_],
    shelf: Shelf,
    settings: ListenSettings,
) -> tuple[list[Record], int, Refused]:
    """A record for each human word, the number of sounds without room, and rejects.

    `heard` are the test split's tokens with their files, `words` the spoken word of every token of
    the corpus. Sounds get the share `SHARE` of the page's room; a word and the one beside it come
    together.
    """
    chosen = people.chosen
    other = heard.loc[[at for at in people.beside if at >= 0]]
    pairs = pd.concat([chosen, other.assign(source="", looked=np.nan)], ignore_index=True)
    second = len(chosen) + np.cumsum([at >= 0 for at in people.beside]) - 1
    order: list[int] = []
    for nth, at in enumerate(people.beside):
        order += [nth, *([int(second[nth])] if at >= 0 else [])]
    room = settings.model_copy(update={"sound_megabytes": settings.sound_megabytes * SHARE})
    sounding, silent, refused = clips(pairs.loc[order], set(), [], room, 0, 0.0)
    sources.unchanged(pairs, "speech")
    sound = dict(zip(order, sounding, strict=True))
    found = []
    for nth, row in enumerate(chosen.to_dict("records")):
        own, word, about = people.own[nth], str(row["word"]), str(row["image_id"])
        keys = ("source", "word", "kind", "place", "median", "count")
        record: Record = {key: row[key] for key in keys}
        record["looked"] = None if pd.isna(row["looked"]) else float(row["looked"])
        record["human"] = {**sound[nth], **_found(people.human[nth], word, about, words, shelf)}
        record["own"] = None
        if own is not None:
            more = _found(own, word, about, words, shelf)
            record["own"] = {**sound[int(second[nth])], **more}
        found.append(record)
    return found, silent, refused


def _found(finds: Finds, word: str, about: str, words: NDArray[np.object_], shelf: Shelf) -> Record:
    """The nearest items of a token, as records of the page."""
    said = [str(words[near.item]) for near in finds.words]
    return {
        "near": [
            {**ranked(near, finds.pictures), **shelf(near, word, about)} for near in finds.pictures
        ],
        "words": [
            {**ranked(near, finds.words), "word": name, "right": name == word}
            for near, name in zip(finds.words, said, strict=True)
        ],
    }


def ranked(near: Near, found: list[Near]) -> Record:
    """The place of a word or picture among words or pictures, given the nearest in `found`.

    Its own rank counts all tokens or fragments, of which each word and picture has several.
    """
    return {
        "rank": 1 + sum(other.rank < near.rank for other in found),
        "tied": sum(other.rank == near.rank for other in found) - 1,
        "cosine": round(near.cosine, 3),
    }
