"""Boxes, scores and features as one npz file a picture, as bottom-up-attention hands them on.

The tables `regions` and `fc7` hold the same numbers; these files are for programs of others.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from seesay.schemas.vision import FC7, REGIONS
from seesay.shared import tables, writing
from seesay.shared.errors import InputError

BOX = ["x0", "y0", "x1", "y1"]
KEY = ["image_id", "region"]


def write_pictures(fc7: Sequence[Path], regions: Sequence[Path], folder: Path) -> None:
    """Write `folder`/IMAGE_ID.npz for every picture; the n-th shard of `regions` is that of `fc7`.

    A file holds, for n fragments, sorted by region, of which the first is the whole picture:
    boxes, float32 (n, 4): x0, y0, x1, y1 in px, half-open; scores, float32 (n,): the network's
    highest class probability; features, float32 (n, width); regions, int32 (n,): their numbers in
    the tables; and image_w and image_h in px. The folder appears when all files are complete.
    Raises InputError for a fragment without a box.
    """
    with writing.folder(folder) as part:
        for features, boxes in zip(fc7, regions, strict=True):
            for image_id, rows in groupby(_rows(features, boxes), itemgetter(0)):
                path = part / f"{image_id}.npz"
                path.parent.mkdir(parents=True, exist_ok=True)
                np.savez(path, **_arrays([row[1:] for row in rows]))


def _rows(fc7: Path, regions: Path) -> Iterator[tuple[Any, ...]]:
    """The picture, region, score, feature and box of each fragment of a shard, in their order."""
    known = tables.read(REGIONS, regions)
    places, boxes = pd.MultiIndex.from_frame(known[KEY]), known[BOX].to_numpy(np.float32)
    for batch in tables.batches(FC7, fc7):
        keys = batch.select(KEY).to_pandas()
        rows = places.get_indexer(pd.MultiIndex.from_frame(keys))
        if (rows < 0).any():
            lost = keys.iloc[int(np.argmax(rows < 0))]
            raise InputError(
                f"{regions}: no box of region {lost['region']} of {lost['image_id']}, which {fc7}"
                " has; make regions and fc7 again"
            )
        scores, features = batch["score"].to_numpy(), tables.matrix(batch["feature"])
        yield from zip(*(keys[name] for name in KEY), scores, features, boxes[rows], strict=True)


def _arrays(rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """The arrays of a picture's file."""
    numbers, scores, features, boxes = zip(*rows, strict=True)
    found = np.stack(boxes)
    if numbers[0] != 0:
        raise ValueError("the whole picture is no fragment")
    return {
        "boxes": found,
        "scores": np.array(scores, dtype=np.float32),
        "features": np.stack(features),
        "regions": np.array(numbers, dtype=np.int32),
        "image_w": np.int32(found[0, 2]),
        "image_h": np.int32(found[0, 3]),
    }
