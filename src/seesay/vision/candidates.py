"""Fragments: the regions of pictures, before and after a network has seen them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from seesay.schemas.vision import MANIFEST, REGIONS
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.pixels import decode
from seesay.shared.progress import progress

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Candidates:
    """A picture file and some or all of its regions, each a number and a box."""

    image_id: str
    path: Path
    regions: list[tuple[int, Box]]


@dataclass(frozen=True)
class Fragment:
    """A region that the network has seen: `feature` is float32 (width,)."""

    image_id: str
    region: int
    box: Box
    score: float
    feature: NDArray[np.float32]


def candidates_of(manifest: Path, regions: Path) -> Iterator[Candidates]:
    """Every picture of a shard with its regions, in the order of the table.

    Raises InputError for a picture that is not in the manifest.
    """
    paths = tables.read(MANIFEST, manifest).set_index("image_id")["path"].to_dict()
    rows = (row for part in tables.batches(REGIONS, regions) for row in part.to_pylist())
    pictures = groupby(rows, itemgetter("image_id"))
    corners = itemgetter("x0", "y0", "x1", "y1")
    for image_id, of_it in progress(pictures, "fc7", "picture", len(paths)):
        if image_id not in paths:
            raise InputError(f"{regions}: {image_id} is not in {manifest}; make the regions again")
        numbered = [(row["region"], corners(row)) for row in of_it]
        yield Candidates(image_id, Path(paths[image_id]), numbered)


def opened(candidates: Candidates) -> Image.Image:
    """The picture of some candidates. Raises InputError unless it is the one they came from."""
    picture = decode(candidates.path)
    for region, (x0, y0, x1, y1) in candidates.regions:
        if region == 0 and (x0, y0, x1, y1) != (0, 0, *picture.size):
            raise InputError(
                f"{candidates.path}: is {picture.width} x {picture.height} px and was"
                f" {x1} x {y1} px when its regions were made; make them again"
            )
    return picture
