"""What the page shows of a search: pictures for a word, words for a picture, as records."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import soundfile
from numpy.typing import NDArray
from PIL import Image

from seesay.commands.demo.chance import Wrong
from seesay.exhibits.gallery import Floats, Gallery, Integers
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import CAPTIONS, IMAGES
from seesay.shared import data_uris, tables
from seesay.shared.errors import InputError
from seesay.shared.pixels import decode
from seesay.shared.sound import facts, pieces
from seesay.shared.sound.opening import Floats as Samples

Record = dict[str, Any]

TOP = 10
BINS = 40  # of the histogram of all pictures' cosines
SIDE, QUALITY = 640, 82  # of a picture on the page: the longer side in px, and of the JPEG
POINTS = 240  # of the drawing of a sound
BOX = ["x0", "y0", "x1", "y1"]


class Searcher(Protocol):
    """What the page needs of `seesay.commands.search.Search`."""

    files: dict[str, Path]

    @property
    def fragments(self) -> Gallery:
        """All fragments of the run."""

    @property
    def tokens(self) -> Gallery:
        """All tokens of the run."""

    def hear(self, recording: Path) -> NDArray[np.float32]:
        """A word's embedding (1, d)."""

    def pictures_of(self, word: NDArray[np.floating], split: str | None) -> tuple[Integers, Floats]:
        """Pictures for a word."""

    def see(self, picture: Path) -> tuple[pd.DataFrame, NDArray[np.float32]]:
        """A picture's boxes and embeddings."""

    def words_of(
        self, boxes: pd.DataFrame, fragments: NDArray[np.floating], top: int
    ) -> pd.DataFrame:
        """Words for a picture."""

    def cut(self, found: pd.DataFrame, folder: str | Path) -> list[Path]:
        """Tokens as WAV files."""

    def place(self, path: str) -> Path:
        """Where a file of the run is now."""


class Answers:
    """Searches of one model. Pictures and tokens are numbered; nothing is known by its path."""

    def __init__(self, search: Searcher) -> None:
        self.search = search
        fragments, tokens = search.fragments, search.tokens
        self.wrong_words = Wrong.drawn(tokens, "spoken_word", alone=True)
        self.wrong_pictures = Wrong.drawn(fragments, "image_id", alone=False)
        said = tables.read(SPOKEN_CAPTIONS, search.files["spoken_captions"])
        self.words_said = said.groupby("image_id")["spoken_word"].agg(set).to_dict()
        self.said_of = said.groupby("spoken_word")["image_id"].agg(set).to_dict()
        self.token = {name: row for row, name in enumerate(tokens.keys["token_id"])}

    @cached_property
    def pictures(self) -> list[Record]:
        """What is known of each picture, by number: id, captions, width, height (px) and split."""
        gallery, files = self.search.fragments, self.search.files
        images = tables.read(IMAGES, files["pictures"]).set_index("image_id")
        path = files["pictures"].with_name("captions.parquet")
        captions = tables.read(CAPTIONS, path) if path.is_file() else None
        texts = {} if captions is None else captions.groupby("image_id")["text"].agg(list).to_dict()
        named = gallery.keys["image_id"].iloc[gallery.starts]
        rows = images.loc[named].reset_index().to_dict("records")
        return [
            {
                "number": number,
                "id": row["image_id"],
                "captions": texts.get(row["image_id"], []),
                "width": row["width"],
                "height": row["height"],
                "split": row["split"],
            }
            for number, row in enumerate(rows)
        ]

    def say(
        self, path: Path, part: tuple[float, float] | None = None, split: str | None = None
    ) -> Record:
        """Pictures for the word in a WAV file, from onset to offset of a part, or all of it.

        The file then holds the part alone. Raises InputError, without a path.
        """
        mono, rate = samples_of(path)
        first, last = (0, len(mono)) if part is None else (round(time * rate) for time in part)
        if part is not None:
            soundfile.write(path, mono[first:last], rate, format="WAV", subtype="FLOAT")
        return {
            "seconds": len(mono) / rate,
            "taken": [first / len(mono), last / len(mono)],
            "wave": drawn(mono),
            **self._found(self.search.hear(path), split),
        }

    def say_token(self, token: int, split: str | None = None) -> Record:
        """Pictures for a token of the run."""
        row = self.search.tokens.keys.iloc[token]
        found = self._found(self.search.tokens.units[[token]], split)
        said = {"spoken": row["spoken_word"], "word": row["word"], "talker": row["talker"]}
        return {**said, "token": token, **found}

    def look(self, path: Path) -> Record:
        """Words for a picture file. Raises InputError, without a path."""
        shown = decode(path)
        width, height = shown.size
        boxes, vectors = self.search.see(path)
        found = self._heard(boxes, vectors, set())
        # The pixels that were looked at: a browser may not show the format, or turn it.
        uri = data_uris.jpeg(shown, SIDE, QUALITY)
        return {"width": width, "height": height, "uri": uri, **found}

    def look_picture(self, number: int) -> Record:
        """Words for a picture of the run."""
        gallery, rows = self.search.fragments, self._rows(number)
        picture = self.pictures[number]
        found = self._heard(gallery.keys.iloc[rows], gallery.units[rows], {picture["id"]})
        return {"picture": picture, **found}

    def sound(self, token: int) -> bytes:
        """A token as a WAV file. Raises InputError if its recording is gone or has changed."""
        with self._cut(token) as path:
            return path.read_bytes()

    def samples(self, token: int) -> tuple[Samples, int]:
        """A token's samples (n,), and their rate in Hz. Raises InputError as `sound` does."""
        with self._cut(token) as path:
            return samples_of(path)

    @contextmanager
    def _cut(self, token: int) -> Iterator[Path]:
        """A token as a WAV file, for a while."""
        row = self.search.tokens.keys.iloc[[token]].assign(rank=1)
        with tempfile.TemporaryDirectory() as folder:
            yield self.search.cut(row, folder)[0]

    def picture(self, number: int) -> Image.Image:
        """The pixels of a picture. Raises InputError if it has no file, or no readable one."""
        gallery = self.search.fragments
        path = str(gallery.keys["path"].iat[gallery.starts[number]])
        if not path:
            raise InputError("the run has no file of this picture")
        return decode(self.search.place(path))

    def _rows(self, number: int) -> slice:
        """The fragments of a picture."""
        ends = np.append(self.search.fragments.starts, len(self.search.fragments.units))
        return slice(int(ends[number]), int(ends[number + 1]))

    def _found(self, word: NDArray[np.floating], split: str | None) -> Record:
        gallery = self.search.fragments
        rows, cosine = self.search.pictures_of(word, split)
        numbers = np.searchsorted(gallery.starts, rows, side="right") - 1
        found = []
        for rank, (row, number) in enumerate(zip(rows[:TOP], numbers, strict=False), 1):
            picture, key = self.pictures[number], gallery.keys.iloc[row]
            right = self.words_said.get(picture["id"], set())
            units = gallery.units[self._rows(number)]
            found.append(
                {
                    "rank": rank,
                    "picture": picture,
                    "box": box_of(key),
                    "cosine": float(cosine[row]),
                    "above": above(cosine[rows], rank - 1),
                    "wrong": self.wrong_words.as_near(units, float(cosine[row]), right),
                }
            )
        return {"found": found, "of": len(rows), "all": spread(cosine[rows])}

    def _heard(self, boxes: pd.DataFrame, vectors: NDArray[np.floating], own: set[str]) -> Record:
        found = self.search.words_of(boxes, vectors, len(self.search.tokens.starts))
        cosine, records = found["cosine"].to_numpy(), []
        for row in found.head(TOP).to_dict("records"):
            token = self.token[row["token_id"]]
            right = self.said_of.get(row["spoken_word"], set()) | own
            units = self.search.tokens.units[[token]]
            records.append(
                {
                    "rank": row["rank"],
                    "word": row["word"],
                    "spoken": row["spoken_word"],
                    "talker": row["talker"],
                    "token": token,
                    "box": box_of(row),
                    "cosine": row["cosine"],
                    "above": above(cosine, row["rank"] - 1),
                    "wrong": self.wrong_pictures.as_near(units, row["cosine"], right),
                }
            )
        return {"found": records, "of": len(found), "all": spread(cosine)}


def spread(cosines: Floats) -> list[Any]:
    """A histogram of cosines: its ends, and the numbers between them in `BINS` equal steps."""
    counts, edges = np.histogram(cosines, BINS)
    return [float(edges[0]), float(edges[-1]), counts.tolist()]


def above(cosines: Floats, place: int) -> float | None:
    """The share of the other items that are less near than the one at a place; None if alone.

    >>> above(np.array([0.9, 0.5, 0.5, 0.1]), 1)
    0.3333333333333333
    """
    others = len(cosines) - 1
    return float(np.sum(cosines < cosines[place]) / others) if others else None


def box_of(row: Any) -> list[int] | None:
    """A fragment's box as x0, y0, width and height in px; None without one."""
    if pd.isna(row["x0"]):
        return None
    x0, y0, x1, y1 = (int(row[name]) for name in BOX)
    return [x0, y0, x1 - x0, y1 - y0]


def samples_of(path: Path) -> tuple[Samples, int]:
    """A sound file's samples (n,), the mean of its channels, and their rate in Hz."""
    return np.concatenate([*pieces(path)]), facts(path, decode=False).rate


def drawn(mono: NDArray[np.float32]) -> list[float]:
    """The loudest sample of each of `POINTS` parts of a sound (n,), at most 1."""
    parts = np.array_split(np.abs(mono), min(POINTS, len(mono)))
    return [round(min(float(part.max()), 1.0), 4) for part in parts]
