"""Candidate regions: boxes around what may be a thing in a picture.

Selective search (Uijlings et al. 2013) proposes boxes, most of them small and many nearly the
same. Small ones are dropped, near copies suppressed, and the rest put into an order in which
the first few are large and yet of every size. Section 2 of the paper takes its fragments from
such regions; which of them are kept is decided by the network's scores (`seesay.fc7`).
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from seesay import tables
from seesay.errors import InputError
from seesay.pictures import MANIFEST
from seesay.pixels import decode
from seesay.progress import progress
from seesay.settings.regions import RegionsSettings
from seesay.tables import Column, Table

Boxes = NDArray[np.int32]

REGIONS = Table(
    "regions",
    ("image_id", "region"),
    (
        Column("image_id", pa.string(), "the picture"),
        Column("region", pa.int32(), "0 is the whole image, 1 and on are candidate boxes"),
        Column("x0", pa.int32(), "left edge of the box", "px"),
        Column("y0", pa.int32(), "upper edge of the box", "px"),
        Column("x1", pa.int32(), "right edge, the first column outside the box", "px"),
        Column("y1", pa.int32(), "lower edge, the first row outside the box", "px"),
    ),
)

# Pictures whose boxes are written at once: bounds the memory, and a row group is not tiny.
PICTURES_A_WRITE = 256


def propose_shard(manifest: Path, regions: Path, rejects: Path, settings: RegionsSettings) -> None:
    """Write the tables `regions` and `rejects` for the pictures of a manifest.

    One picture is in memory at a time. Raises InputError for a picture that cannot be decoded
    when `on_bad_input` is `fail`.
    """
    # Shards run side by side; OpenCV would take every core for each of them.
    cv2.setNumThreads(1)
    refused: list[tuple[str, str, str]] = []
    proposed = _propose_each(tables.read(MANIFEST, manifest), settings, refused)
    with tables.Writer(REGIONS, regions) as writer:
        while some := list(islice(proposed, PICTURES_A_WRITE)):
            writer.write(_columns(some))
    tables.write(tables.REJECTS, rejects, tables.rejects(refused))


def propose(pixels: NDArray[np.uint8], settings: RegionsSettings) -> Boxes:
    """The regions of a picture (height, width, 3) RGB: int32 (1 + n, 4) of x0, y0, x1, y1.

    Boxes are half-open, in px. The first is the whole image; the same picture and settings
    always give the same boxes in the same order.
    """
    height, width = pixels.shape[:2]
    whole = np.array([[0, 0, width, height]], dtype=np.int32)
    found = selective_search(pixels, settings.mode, settings.side)
    found = found[area(found) >= settings.min_area * width * height]
    # The whole image takes part in the suppression, and so comes first of all.
    distinct = suppress(np.unique(np.concatenate([whole, found]), axis=0), settings.nms)[1:]
    ordered = distinct[by_size_in_turn(area(distinct) / (width * height))]
    return np.concatenate([whole, ordered[: settings.candidates]])


def selective_search(pixels: NDArray[np.uint8], mode: str, side: int) -> Boxes:
    """Selective search's boxes (n, 4) in the px of a picture (height, width, 3) RGB.

    It works on the picture scaled down to the long side `side`. Its order is random; the
    boxes themselves are not.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, side / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(np.ascontiguousarray(pixels[:, :, ::-1]), size, interpolation=cv2.INTER_AREA)
    search = cv2.ximgproc.segmentation.createSelectiveSearchSegmentation()
    search.setBaseImage(small)
    if mode == "fast":
        search.switchToSelectiveSearchFast()
    else:
        search.switchToSelectiveSearchQuality()
    x, y, w, h = np.array(search.process(), dtype=np.float64).reshape(-1, 4).T
    across, down = width / size[0], height / size[1]
    edges = np.stack([x * across, y * down, (x + w) * across, (y + h) * down], axis=1)
    boxes: Boxes = np.rint(edges).astype(np.int32)
    return boxes


def suppress(boxes: Boxes, threshold: float) -> Boxes:
    """Non-maximum suppression of distinct boxes (n, 4), larger ones first.

    Proposals carry no score, so the area stands in for it: of boxes that overlap by more than
    `threshold` (intersection over union) the largest stays, for a fragment had better show a
    little too much than cut its thing. The boxes returned are sorted by area, largest first;
    of equal ones, the upper left first.
    """
    order = np.lexsort((boxes[:, 0], boxes[:, 1], -area(boxes)))
    boxes = boxes[order]
    sides = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    kept = cv2.dnn.NMSBoxes(sides.tolist(), area(boxes).astype(float).tolist(), 0.0, threshold)
    return boxes[np.sort(np.asarray(kept, dtype=np.int64))]


def by_size_in_turn(share: NDArray[np.float64]) -> NDArray[np.int64]:
    """An order of boxes, given their areas (n,) as shares of the picture, largest first.

    The largest boxes alone are scenery, the smallest alone are scraps. So boxes are classed by
    halving the area (1/2 and more, 1/4 and more, ...), and taken from each class in turn,
    beginning with the largest class and the largest box of each.
    """
    octave = np.ceil(-np.log2(share)).astype(np.int64)
    # Sorted by area, a class is a run: the place within it is the distance from its start.
    place = np.arange(len(share)) - np.searchsorted(octave, octave)
    return np.lexsort((octave, place))


def area(boxes: Boxes) -> NDArray[np.int64]:
    """The areas (n,) of boxes (n, 4), in px^2."""
    x0, y0, x1, y1 = boxes.astype(np.int64).T
    areas: NDArray[np.int64] = (x1 - x0) * (y1 - y0)
    return areas


def _propose_each(
    pictures: pd.DataFrame, settings: RegionsSettings, refused: list[tuple[str, str, str]]
) -> Iterator[tuple[str, Boxes]]:
    rows = zip(pictures["image_id"], pictures["path"], strict=True)
    for image_id, path in progress(rows, "regions", "picture", len(pictures)):
        try:
            picture = decode(Path(path))
        except InputError as error:
            if settings.on_bad_input == "fail":
                raise
            refused.append(("regions", image_id, str(error)))
            continue
        yield image_id, propose(np.asarray(picture), settings)


def _columns(pictures: list[tuple[str, Boxes]]) -> dict[str, Any]:
    counts = [len(boxes) for _, boxes in pictures]
    corners = np.concatenate([boxes for _, boxes in pictures]).T
    return {
        "image_id": np.repeat([image_id for image_id, _ in pictures], counts),
        "region": np.concatenate([np.arange(count, dtype=np.int32) for count in counts]),
        **dict(zip(("x0", "y0", "x1", "y1"), corners, strict=True)),
    }
