"""Keyword localisation: is a fragment that shows a named thing found where its name is said?

The question of visually grounded keyword localisation (Olaleye & Kamper 2021, 2022), and of Harwath
& Glass 2017, with a picture in place of their text, which speech models here do not know. Composed
scenes record where each thing is drawn. For every token of a test picture whose caption word names
a thing of the picture, the query is the picture's fragment that fits the thing best, by
intersection over union. It is compared with all parts of the recording: the moments of a network
that hears captions, or the word tokens. Right is a part whose middle is within the word. Chance is
a part at random.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.schemas.audio import SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import THINGS_TABLE
from seesay.scoring.captions import moments
from seesay.scoring.corpus import Corpus, load, note
from seesay.scoring.grounding import Boxes, boxes_of, iou, judged, write
from seesay.shared import tables
from seesay.shared.ranking import STEPS, Floats, Integers
from seesay.shared.vectors import unit

FITS = 0.5  # least intersection over union of a query with its thing
# Among the moments of a caption, and among its tokens, whose boundaries are given.
AMONG_MOMENTS, AMONG_WORDS = "keyword_localisation", "keyword_localisation_words"
SPAN = ["onset", "offset"]


def localise(
    images: Path,
    words: Path,
    spoken_captions: Path,
    pictures: Path,
    things: Path,
    regions: list[Path],
    spoken_words: Path,
    out: Path,
    experiment: str,
    system: str,
    seed: int,
) -> None:
    """Write the results of one system in the table `grounding`: `pointing` is right or wrong.

    `iou` is the intersection over union of the part's time and the word's. Words of things that no
    fragment fits are left out. Moments are in the table beside `words`, if the system has any.
    Parts tied for the best share the score. If a recording says the word more than once, each time
    counts. The table is empty without any query. Raises InputError as `grounding.ground` does.
    """
    corpus = load(images, words, spoken_captions, pictures)
    named = queries(corpus, spoken_captions, things, boxes_of(corpus, regions))
    times = tables.read(SPOKEN_WORDS, spoken_words)[["token_id", "recording_id", *SPAN]]
    named = named.merge(times, on="token_id")
    rows = list(_judged(AMONG_WORDS, named, tokens_of(corpus, times), corpus))
    path = words.with_name("moments.parquet")
    # The moments of the control text are its words, which are judged already.
    if path.exists() and system != "text":
        found = moments.read(path)
        rows += _judged(AMONG_MOMENTS, named, (found.keys, found.vectors), corpus)
    if not rows:
        note("localisation: no fragment of a test picture fits a thing that its captions name")
    write(out, rows, experiment, system, seed)


def queries(corpus: Corpus, spoken_captions: Path, things: Path, boxes: Boxes) -> pd.DataFrame:
    """Tokens of test pictures that name a thing: image_id, word, token_id, and `fragment`.

    `fragment` is the position of the picture's fragment that fits a thing of this name best; the
    whole picture is none. Things that none fits are left out.
    """
    captions = tables.read(SPOKEN_CAPTIONS, spoken_captions)
    drawn = tables.read(THINGS_TABLE, things)
    place = pd.Index(corpus.image_ids).get_indexer(pd.Index(drawn["image_id"]))
    drawn = drawn[(place >= 0) & corpus.test[place]]
    whole = np.array([name.endswith("#0") for name in corpus.fragments.names])
    image_of = pd.Series(corpus.image_ids).to_dict()
    owner = np.array([image_of[image] for image in corpus.fragments.image], dtype=object)
    rows = []
    for (image_id, word), same in drawn.groupby(["image_id", "word"]):
        own = np.flatnonzero((owner == image_id) & ~whole)
        if not len(own):
            continue
        fits = iou(boxes[own], same[["x0", "y0", "x1", "y1"]].to_numpy(dtype=np.int64))
        if fits.max() >= FITS:
            rows.append((image_id, word, int(own[fits.argmax()])))
    found = pd.DataFrame(rows, columns=["image_id", "word", "fragment"])
    keys = ["image_id", "word", "token_id"]
    return captions[keys].drop_duplicates().merge(found, on=["image_id", "word"])


def tokens_of(corpus: Corpus, times: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.float32]]:
    """The embedded tokens as parts of their recordings, sorted by recording, with their vectors."""
    place = pd.Index(corpus.tokens.names).get_indexer(pd.Index(times["token_id"]))
    parts = times.assign(row=place)[place >= 0].sort_values(["recording_id", "onset", "token_id"])
    return parts.reset_index(drop=True), corpus.tokens.vectors[parts["row"]]


def _judged(
    task: str,
    named: pd.DataFrame,
    parts: tuple[pd.DataFrame, NDArray[np.float32]],
    corpus: Corpus,
) -> Iterator[dict[str, Any]]:
    """A row for each query: whether the nearest part of its recording is within the word."""
    keys, vectors = parts
    where = keys.groupby("recording_id").indices
    spans, times = keys[SPAN].to_numpy(), named[SPAN].to_numpy()
    key = ["recording_id", "image_id", "word"]
    alike = named.groupby(key).indices
    for _, query in named.iterrows():
        own: Integers = np.asarray(where.get(query["recording_id"], []), dtype=np.int64)
        if not len(own):
            continue
        said = times[alike[tuple(query[key])]]
        line = _cosines(corpus.fragments.vectors[query["fragment"]], vectors[own])
        yield {
            "task": task, "query": f"{query['image_id']}|{query['token_id']}",
            "image_id": query["image_id"], "word": query["word"],
            **judged(line, within(spans[own], said), shared(spans[own], said)),
        }  # fmt: skip


def within(spans: Floats, said: Floats) -> Floats:
    """1 for each span (n, 2) in s whose middle is within one of the words (m, 2), or else 0."""
    middle = spans.mean(axis=1)[:, None]
    return ((middle >= said[:, 0]) & (middle <= said[:, 1])).any(axis=1).astype(np.float64)


def shared(spans: Floats, said: Floats) -> Floats:
    """The greatest intersection over union of each span (n, 2) with one of the words (m, 2)."""
    low, high = np.maximum(spans[:, None, 0], said[:, 0]), np.minimum(spans[:, None, 1], said[:, 1])
    both = np.clip(high - low, 0, None)
    sizes = (spans[:, 1] - spans[:, 0])[:, None] + said[:, 1] - said[:, 0]
    best: Floats = (both / (sizes - both)).max(axis=1)
    return best


def _cosines(query: NDArray[np.float32], vectors: NDArray[np.float32]) -> Floats:
    """Cosines of a query (d,) with vectors (n, d), rounded to the step: (n,)."""
    exact = unit(vectors) @ unit(query[None])[0]
    found: Floats = np.floor(exact * STEPS + 0.5) / STEPS
    return found
