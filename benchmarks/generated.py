"""A generated corpus of spoken captions: the tables that come before matching, and features.

A picture has seven types, one a fragment; its captions say words of these types and others, by
Zipf's law. Each type has a prototype of its look and one of its sound, and every fragment and token
is one with noise, so that there is something to learn. At full size it has the size of SpokenCOCO:
123,000 pictures, 600,000 captions, 3.4 million tokens by 2,352 talkers.
"""

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from seesay.schemas.audio import LOGMEL, RECORDINGS, SPOKEN_WORDS
from seesay.schemas.captions import CAPTION_WORDS, SPOKEN_TAGS
from seesay.schemas.vision import CAPTIONS, FC7, IMAGES, REGIONS
from seesay.shared import tables
from seesay.shared.columns import Table, sized

PICTURES, TALKERS, TEST = 123_000, 2352, 5000
FRAGMENTS, LOOK, FRAMES, TYPES = 7, 1280, 40, 10_000
WORDS = (5, 6, 6)  # of a picture's captions, in turn
READERS = 20  # talkers of speech that knows no pictures
BLOCK = 100  # pictures generated at once
SYLLABLES = [first + second for first in "bdfgkmnpt" for second in "ao"]


@dataclass(frozen=True)
class Corpus:
    """A corpus of so many `pictures`, `test` of them for the test and a 20th for validation."""

    folder: Path
    pictures: int
    test: int
    sizes: dict[str, int] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        """The file of a table."""
        return self.folder / f"{name}.parquet"

    @cached_property
    def split(self) -> list[str]:
        """The split of each picture; those of validation and test lie among the others."""
        order = np.random.default_rng(0).permutation(self.pictures)
        names = np.full(self.pictures, "train", object)
        names[order[: self.test]] = "test"
        names[order[self.test : self.test + self.pictures // 20]] = "validation"
        return names.tolist()

    def write(self) -> None:
        """Write all tables, some pictures at a time; `sizes` then has their numbers of rows."""
        rng = np.random.default_rng(1)
        looks = rng.standard_normal((TYPES, LOOK), np.float32)
        sounds = rng.standard_normal((TYPES, FRAMES * 40), np.float32)
        schemas = [IMAGES, CAPTIONS, CAPTION_WORDS, SPOKEN_TAGS, SPOKEN_WORDS, REGIONS, RECORDINGS]
        named = {schema.name: schema for schema in schemas} | {
            "read_words": SPOKEN_WORDS,
            "fc7": sized(FC7, feature=LOOK),
            "logmel": sized(LOGMEL, feature=FRAMES * 40),
        }
        writers = {name: tables.Writer(schema, self.path(name)) for name, schema in named.items()}
        for name, writer in writers.items():
            with writer:
                for start in range(0, self.pictures, BLOCK):
                    block = Block(self, start, min(BLOCK, self.pictures - start))
                    writer.write(filled(named[name], block.table(name, looks, sounds)))
            self.sizes[name] = writer.rows


class Block:
    """Some pictures of a corpus with all that belongs to them; the same at every call."""

    def __init__(self, corpus: Corpus, start: int, count: int) -> None:
        rng = np.random.default_rng([2, start])
        number = np.arange(start, start + count)
        self.ids = np.array([f"p{n:06}" for n in number], object)
        self.splits, self.start = corpus.split[start : start + count], start
        share = 1 / (np.arange(TYPES) + 3.0)
        share = np.cumsum(share / share.sum())

        def drawn(size: Any) -> np.ndarray:
            return np.minimum(np.searchsorted(share, rng.random(size)), TYPES - 1)

        self.shown = drawn((count, FRAGMENTS))
        # 123,000 pictures have 600,000 captions.
        captions = np.where(number % 41 < 5, 4, 5)
        self.caption_picture = np.repeat(np.arange(count), captions)
        self.caption = np.concatenate([np.arange(n) for n in captions])
        words = np.resize(WORDS, len(self.caption))
        self.owner = np.repeat(np.arange(len(words)), words)
        self.position = np.concatenate([np.arange(n) for n in words])
        picture = self.caption_picture[self.owner]
        own = self.shown[picture, rng.integers(FRAGMENTS, size=len(picture))]
        self.type = np.where(rng.random(len(picture)) < 0.7, own, drawn(len(picture)))
        talkers = max(24, TALKERS * corpus.pictures // PICTURES)
        self.talker = rng.integers(talkers, size=len(words))
        self.reader = rng.integers(READERS, size=len(picture))
        self.rng = rng

    def table(self, name: str, looks: np.ndarray, sounds: np.ndarray) -> dict[str, Any]:
        """The rows of a table, by column; other columns have nothing to say."""
        word = np.array([spelt(n) for n in self.type], object)
        image = self.ids[self.caption_picture]
        recording = image + np.array([f"-{n}" for n in self.caption], object)
        token = recording[self.owner] + np.array([f"@{n:02}" for n in self.position], object)
        use = {"image_id": image[self.owner], "caption": self.caption[self.owner]}
        heard = {"token_id": token, "recording_id": recording[self.owner], "word": word}
        fragment = {
            "image_id": np.repeat(self.ids, FRAGMENTS),
            "region": np.tile(np.arange(FRAGMENTS), len(self.ids)),
        }
        match name:
            case "images":
                return {"image_id": self.ids, "split": self.splits}
            case "captions":
                texts = pd.Series(word).groupby(self.owner).agg(" ".join)
                return {"image_id": image, "caption": self.caption, "text": texts.to_numpy()}
            case "caption_words":
                tags = {"text": word, "lemma": word, "pos": ["NOUN"] * len(word)}
                return {**use, "position": self.position, **tags}
            case "recordings":
                about = {"picture": image, "caption": self.caption}
                return {"recording_id": recording, "talker": called(self.talker), **about}
            case "spoken_words":
                return {**heard, "talker": called(self.talker[self.owner]), **self.times()}
            case "read_words":
                return {**heard, "talker": called(self.reader), **self.times()}
            case "spoken_tags":
                return {"token_id": token, "lemma": word, "pos": ["NOUN"] * len(word)}
            case "regions":
                side = 40 + 20 * fragment["region"]
                whole = fragment["region"] == 0
                return {**fragment, "x1": np.where(whole, 200, side), "y1": side + 160 * whole}
            case "fc7":
                shown = looks[self.shown.ravel()]
                shown[::FRAGMENTS] = looks[self.shown].mean(axis=1)  # of the whole picture
                noise = self.rng.standard_normal(shown.shape, np.float32)
                return {**fragment, "feature": np.maximum(shown + noise, 0)}
            case _:
                noise = self.rng.standard_normal((len(word), sounds.shape[1]), np.float32)
                return {"token_id": token, "feature": sounds[self.type] + noise}

    def times(self) -> dict[str, Any]:
        """Half a second for each word of a recording."""
        return {"onset": self.position * 0.5, "offset": self.position * 0.5 + 0.5}


def spelt(number: int) -> str:
    """The word of a type: four syllables."""
    return "".join(SYLLABLES[number // 18**place % 18] for place in range(4))


def called(talkers: np.ndarray) -> list[str]:
    """Names of talkers."""
    return [f"t{n:04}" for n in talkers]


def filled(table: Table, columns: dict[str, Any]) -> dict[str, Any]:
    """The columns of a table, with zeros or empty texts where `columns` has none."""
    rows = len(next(iter(columns.values())))
    empty = {c.name: [""] if c.type == pa.string() else [0] for c in table.columns}
    falses = {c.name: [False] for c in table.columns if c.type == pa.bool_()}
    return {name: value * rows for name, value in (empty | falses).items()} | columns


def layout(folder: Path, pictures: int) -> None:
    """A corpus as the readers find it before the first stage: SpokenCOCO's JSON, and empty files.

    That is all that planning looks at.
    """
    entries = []
    for n in range(pictures):
        name, captions = f"train2014/{n:06}.jpg", range(4 if n % 41 < 5 else 5)
        said = [{"text": "a dog", "wav": f"wavs/{n // 1000}/{n:06}-{c}.wav"} for c in captions]
        entries.append({"image": name, "captions": said})
        for path in (name, *(caption["wav"] for caption in said)):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).touch()
    (folder / "SpokenCOCO_train.json").write_text(json.dumps({"data": entries}))
