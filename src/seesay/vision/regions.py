"""Candidate regions: boxes around possible things in a picture.

A method of `seesay.vision.proposals` proposes boxes, most of them small and many nearly the same.
Small ones are dropped, near copies suppressed, and the first of the rest kept. Section 2 of the
paper takes its fragments from such regions; the network's scores choose among them
(`seesay.vision.fc7`).
"""

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
from seesay.vision.proposals import Boxes, Pixels, find

# Pictures whose boxes are written at once: bounds the memory and keeps row groups large.
PICTURES_A_WRITE = 256


def propose_shard(
    manifest: Path,
    regions: Path,
    rejects: Path,
    settings: RegionsSettings,
    device: str = "auto",
) -> None:
    """Write the tables `regions` and `rejects` for the pictures of a manifest.

    Only a few pictures are in memory at a time. Raises InputError for a picture that has changed
    since it was listed, or, with `on_bad_input: fail`, cannot be used; `device` is for a network
    that proposes.
    """
    # Shards run side by side, and OpenCV would take every core for each.
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
    """Finds the regions of pictures by the method of the settings, loaded once."""

    def __init__(self, settings: RegionsSettings, device: str = "auto") -> None:
        method = find(settings.proposals)
        self.settings = settings
        self.propose = method.proposer(settings, device)
        self.best_first: bool = method.BEST_FIRST

    def of(self, pixels: Pixels) -> Boxes:
        """The regions of a picture (height, width, 3) RGB: int32 (1 + n, 4) of x0, y0, x1, y1.

        Boxes are half-open, in px. The first is the whole image. The same picture and settings
        always give the same boxes in the same order: by score if the method has one, otherwise by
        sizes in turn.
        """
        height, width = pixels.shape[:2]
        whole = np.array([[0, 0, width, height]], dtype=np.int32)
        found = np.clip(self.propose(pixels), 0, [width, height] * 2, dtype=np.int32)
        least = max(self.settings.min_area * width * height, 1)
        found = distinct(found[area(found) >= least])
        if not self.best_first:
            found = largest_first(found)
        # The whole image takes part in the suppression, so it comes first.
        boxes = distinct(np.concatenate([whole, found]))
        boxes = boxes[suppress(boxes, self.settings.nms)][1:]
        if not self.best_first:
            boxes = boxes[by_size_in_turn(area(boxes) / (width * height))]
        return np.concatenate([whole, boxes[: self.settings.candidates]])


def distinct(boxes: Boxes) -> Boxes:
    """Boxes (n, 4) without repeats."""
    _, first = np.unique(boxes, axis=0, return_index=True)
    return boxes[np.sort(first)]


def largest_first(boxes: Boxes) -> Boxes:
    """Boxes (n, 4) by area; of equal ones, the upper left first.

    The area replaces a missing score: a fragment should rather show a little too much than cut its
    thing.
    """
    return boxes[np.lexsort((boxes[:, 2], boxes[:, 0], boxes[:, 1], -area(boxes)))]


def suppress(boxes: Boxes, threshold: float) -> NDArray[np.int64]:
    """Non-maximum suppression of distinct boxes (n, 4): which of them stay, in order.

    Drops a box that overlaps an earlier box that stays by more than `threshold` (intersection over
    union).
    """
    sides = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    merit = np.arange(len(boxes), 0.0, -1.0)
    kept = cv2.dnn.NMSBoxes(sides.tolist(), merit.tolist(), 0.0, threshold)
    return np.sort(np.asarray(kept, dtype=np.int64))


def by_size_in_turn(share: NDArray[np.float64]) -> NDArray[np.int64]:
    """An order of boxes, given their areas (n,) as shares of the picture, largest first.

    The largest boxes are mostly scenery, the smallest are scraps. So boxes form classes by halving
    the area (at least 1/2, at least 1/4, ...), and the classes take turns, the largest class and
    its largest box first.
    """
    octave = np.ceil(-np.log2(share)).astype(np.int64)
    # Sorted by area, each class is a run: a box's place in it is the distance from its start.
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
    """The id and the picture of a manifest's row, or why the picture cannot be read."""
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
