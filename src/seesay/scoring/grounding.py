"""Grounding: does a word that names a drawn thing find the thing's place in its picture?

Composed scenes record where each thing is drawn. For every token of a test picture whose caption
word names a thing of the picture, the picture's own fragments are ranked by cosine. The pointing
game asks whether the middle of the best fragment's box is inside the thing's box; iou is the
intersection over union of the two boxes. Chance is a fragment drawn at random.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.scoring import GROUNDING
from seesay.schemas.vision import REGIONS, THINGS_TABLE
from seesay.scoring.corpus import Corpus, load, note
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.ranking import STEPS, Floats, similarities

# With the whole picture among the fragments, and without it.
TASKS = ("grounding", "grounding_parts")
Boxes = NDArray[np.int64]


def ground(
    images: Path,
    words: Path,
    spoken_captions: Path,
    pictures: Path,
    things: Path,
    regions: list[Path],
    grounding: Path,
    experiment: str,
    system: str,
    seed: int,
    threads: int = 1,
) -> None:
    """Write the table `grounding` of one system.

    Fragments tied for the best share the score. If several things of a picture have one name, any
    of them counts. The table is empty if no token names a drawn thing. Raises InputError as `load`
    does, and for fragments without boxes.
    """
    corpus = load(images, words, spoken_captions, pictures)
    boxes = boxes_of(corpus, regions)
    wholes = np.array([name.endswith("#0") for name in corpus.fragments.names])
    captions = tables.read(SPOKEN_CAPTIONS, spoken_captions)
    named = captions.merge(tables.read(THINGS_TABLE, things), on=["image_id", "word"])
    named["row"] = pd.Index(corpus.tokens.names).get_indexer(pd.Index(named["token_id"]))
    named["image"] = pd.Index(corpus.image_ids).get_indexer(pd.Index(named["image_id"]))
    named = named[(named["row"] >= 0) & (named["image"] >= 0)]
    named = named[corpus.test[named["image"]]]
    fragments = corpus.fragments.of(corpus.test)
    tokens, row = np.unique(named["row"], return_inverse=True)
    cosines = _cosines(corpus.tokens.vectors[tokens], fragments.vectors, threads)
    rows = []
    for _, same in named.assign(row=row).groupby(["image", "row"]):
        first = same.iloc[0]
        image, number = int(first["image"]), int(first["row"])
        truth = same[["x0", "y0", "x1", "y1"]].to_numpy(dtype=np.int64)
        for task in TASKS:
            kept = (fragments.image == image) & ~(wholes[fragments.origin] & (task != "grounding"))
            if not kept.any():
                continue
            line, seen = cosines[number, kept], boxes[fragments.origin[kept]]
            rows.append({
                "task": task, "query": f"{first['image_id']}|{first['token_id']}",
                "image_id": first["image_id"], "word": first["word"],
                **judged(line, pointing(seen, truth), iou(seen, truth)),
            })  # fmt: skip
    if not rows:
        note("grounding: no spoken caption of a test picture names a drawn thing; it is left out")
    write(grounding, rows, experiment, system, seed)


def judged(line: Floats, hit: Floats, overlap: Floats) -> dict[str, float]:
    """What a query found, as columns of GROUNDING, with chance.

    `line` (n,) are its cosines with what it searches, and `hit` and `overlap` (n,) say how right
    each of these is. Those tied for the best share the score.
    """
    best = line == line.max()
    return {
        "gallery_size": len(line),
        "pointing": hit[best].mean(), "iou": overlap[best].mean(),
        "pointing_chance": hit.mean(), "iou_chance": overlap.mean(),
    }  # fmt: skip


def write(
    path: Path, rows: Sequence[Mapping[str, Any]], experiment: str, system: str, seed: int
) -> None:
    """Write the table GROUNDING of a system from rows for its queries, by test pictures."""
    frame = pd.DataFrame(rows, columns=[column.name for column in GROUNDING.columns])
    frame = frame.assign(experiment=experiment, system=system, seed=seed, gallery="test")
    tables.write(GROUNDING, path, frame)


def pointing(boxes: Boxes, truth: Boxes) -> Floats:
    """1 for each box (n, 4) whose middle is inside a true box (m, 4), otherwise 0; (n,)."""
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    x0, y0, x1, y1 = truth.T[:, None]
    inside = (x[:, None] >= x0) & (x[:, None] < x1) & (y[:, None] >= y0) & (y[:, None] < y1)
    return inside.any(axis=1).astype(np.float64)


def iou(boxes: Boxes, truth: Boxes) -> Floats:
    """The greatest intersection over union of each box (n, 4) with a true box (m, 4); (n,)."""
    low = np.maximum(boxes[:, None, :2], truth[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], truth[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    sizes = [(part[:, 2:] - part[:, :2]).prod(axis=1) for part in (boxes, truth)]
    best: Floats = (shared / (sizes[0][:, None] + sizes[1] - shared)).max(axis=1)
    return best


def _cosines(
    tokens: NDArray[np.float32], fragments: NDArray[np.float32], threads: int
) -> NDArray[np.float64]:
    """Cosines (tokens, fragments), rounded to the step."""
    blocks = [
        np.floor(block + 0.5) / STEPS
        for _, block in similarities(tokens, fragments, threads, description="grounding")
    ]
    return np.concatenate([np.empty((0, len(fragments))), *blocks])


def boxes_of(corpus: Corpus, regions: list[Path]) -> Boxes:
    """The box of every fragment, (fragments, 4): x0, y0, x1, y1 in px."""
    frame = tables.read(REGIONS, regions)
    names = frame["image_id"] + "#" + frame["region"].astype(str)
    rows = pd.Index(names).get_indexer(pd.Index(corpus.fragments.names))
    if (rows < 0).any():
        raise InputError(
            f"{regions[0].parent}: no box of the fragment {corpus.fragments.names[rows < 0][0]!r}; "
            "make regions and fc7 again"
        )
    return frame[["x0", "y0", "x1", "y1"]].to_numpy(dtype=np.int64)[rows]
