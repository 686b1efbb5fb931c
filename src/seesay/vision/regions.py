"""Candidate regions: boxes around what may be a thing in a picture.

A method of `seesay.vision.proposals` proposes boxes, most of them small and many nearly the same.
Small ones are dropped, near copies suppressed, and the first of the rest kept. Section 2 of the
paper takes its fragments from such regions; which of them stay is decided by the network's scores
(`seesay.vision.fc7`).
"""

import importlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from seesay.schemas.vision import MANIFEST, REGIONS
from seesay.settings.regions import RegionsSettings
from seesay.shared import sources, tables
from seesay.shared.ahead import ahead
from seesay.shared.errors import InputError, cause
from seesay.shared.pixels import decode
from seesay.shared.progress import progress
from seesay.shared.rejects import write_rejects
from seesay.vision.proposals import Boxes, Pixels

# Pictures whose boxes are written at once: bounds the memory, and a row group is not tiny.
PICTURES_A_WRITE = 256


def propose_shard(
    manifest: Path,
    regions: Path,
    rejects: Path,
    settings: RegionsSettings,
    device: str = "auto",
) -> None:
    """Write the tables `regions` and `rejects` for the pictures of a manifest.

    Few pictures are in memory at a time, whatever their number. Raises InputError for a picture
    that has changed since it was listed,
    or cannot be used when `on_bad_input` is `fail`; `device` is the proposing network's.
    """
    # Shards run side by side; OpenCV would take every core for each of them.
    cv2.setNumThreads(1)
    refused: list[tuple[str, str, str]] = []
    pictures = tables.read(MANIFEST, manifest)
    proposed = _propose_each(pictures, settings, device, refused)
    with tables.Writer(REGIONS, regions) as writer:
        while some := list(islice(proposed, PICTURES_A_WRITE)):
            writer.write(_columns(some))
        sources.unchanged(pictures, "pictures")
    write_rejects(rejects, refused)


class Regions:
    """What finds the regions of pictures: the method that the settings name, made ready once."""

    def __init__(self, settings: RegionsSettings, device: str = "auto") -> None:
        method = importlib.import_module(f"seesay.vision.proposals.{settings.proposals}")
        self.settings = settings
        self.propose = method.proposer(settings, device)
        self.best_first: bool = method.BEST_FIRST

    def of(self, pixels: Pixels) -> Boxes:
        """The regions of a picture (height, width, 3) RGB: int32 (1 + n, 4) of x0, y0, x1, y1.

        Boxes are half-open, in px. The first is the whole image; the same picture and settings
        always give the same boxes in the same order: of merit, where the method has one, else
        by size in turn.
        """
        height, width = pixels.shape[:2]
        whole = np.array([[0, 0, width, height]], dtype=np.int32)
        found = np.clip(self.propose(pixels), 0, [width, height] * 2, dtype=np.int32)
        least = max(self.settings.min_area * width * height, 1)
        found = distinct(found[area(found) >= least])
        if not self.best_first:
            found = largest_first(found)
        # The whole image takes part in the suppression, and so comes first of all.
        boxes = distinct(np.concatenate([whole, found]))
        boxes = boxes[suppress(boxes, self.settings.nms)][1:]
        if not self.best_first:
            boxes = boxes[by_size_in_turn(area(boxes) / (width * height))]
        return np.concatenate([whole, boxes[: self.settings.candidates]])


def distinct(boxes: Boxes) -> Boxes:
    """Boxes (n, 4) without those that were there before."""
    _, first = np.unique(boxes, axis=0, return_index=True)
    return boxes[np.sort(first)]


def largest_first(boxes: Boxes) -> Boxes:
    """Boxes (n, 4) by area; of equal ones, the upper left first.

    Where proposals carry no score, the area stands in for it: a fragment had better show a
    little too much than cut its thing.
    """
    return boxes[np.lexsort((boxes[:, 2], boxes[:, 0], boxes[:, 1], -area(boxes)))]


def suppress(boxes: Boxes, threshold: float) -> NDArray[np.int64]:
    """Non-maximum suppression of distinct boxes (n, 4): which of them stay, in their order.

    A box that overlaps an earlier one that stays by more than `threshold` (intersection over
    union) goes.
    """
    sides = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    merit = np.arange(len(boxes), 0.0, -1.0)
    kept = cv2.dnn.NMSBoxes(sides.tolist(), merit.tolist(), 0.0, threshold)
    return np.sort(np.asarray(kept, dtype=np.int64))


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
    pictures: pd.DataFrame,
    settings: RegionsSettings,
    device: str,
    refused: list[tuple[str, str, str]],
) -> Iterator[tuple[str, Boxes]]:
    regions = Regions(settings, device)
    rows = zip(pictures["image_id"], pictures["path"], strict=True)
    paths = dict(zip(pictures["image_id"], pictures["path"], strict=True))
    opened = ahead(_open, progress(rows, "regions", "picture", len(pictures)))
    for image_id, picture in opened:
        try:
            if isinstance(picture, InputError):
                raise picture
            boxes = regions.of(np.array(picture))
        except InputError as error:
            if settings.on_bad_input == "fail":
                raise
            refused.append(("regions", image_id, cause(error, Path(paths[image_id]))))
            continue
        yield image_id, boxes


def _open(row: tuple[str, str]) -> tuple[str, Image.Image | InputError]:
    """The id and the picture of a row of a manifest, or why the picture cannot be had."""
    image_id, path = row
    try:
        return image_id, decode(Path(path))
    except InputError as error:
        return image_id, error


def _columns(pictures: list[tuple[str, Boxes]]) -> dict[str, Any]:
    counts = [len(boxes) for _, boxes in pictures]
    corners = np.concatenate([boxes for _, boxes in pictures]).T
    return {
        "image_id": np.repeat([image_id for image_id, _ in pictures], counts),
        "region": np.concatenate([np.arange(count, dtype=np.int32) for count in counts]),
        **dict(zip(("x0", "y0", "x1", "y1"), corners, strict=True)),
    }
