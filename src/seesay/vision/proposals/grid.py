"""A grid: boxes at fixed places and sizes, the same for every picture."""

from collections.abc import Iterator
from itertools import chain, zip_longest

import numpy as np

from seesay.settings.facts import Proposals
from seesay.settings.regions import RegionsSettings
from seesay.vision.proposals import Boxes, Pixels, Proposer, rounded

ABOUT = Proposals("the same boxes in every picture")
BEST_FIRST = True

# Width to height, as a multiple of the picture's own.
SHAPES = (1.0, 2.0, 0.5)
# Most halvings of the area: no box is smaller than 1/256 of the picture.
HALVINGS = 8

Edges = tuple[float, float, float, float]


def proposer(settings: RegionsSettings, device: str) -> Proposer:
    """Boxes of 1/2, 1/4, ... of the picture down to `min_area`, the same for every picture.

    Neighbouring boxes of a size overlap by half. The sizes take turns, largest first, and each
    begins in the middle of the picture, so the first few boxes have every size and are not all from
    one corner.
    """
    shares = [0.5**n for n in range(1, HALVINGS + 1) if 0.5**n >= settings.min_area]
    levels = [
        sorted(chain.from_iterable(laid_out(share, shape) for shape in SHAPES), key=from_middle)
        for share in shares
    ]
    turns = chain.from_iterable(zip_longest(*levels))
    boxes = np.array([box for box in turns if box is not None]).reshape(-1, 4)

    def propose(pixels: Pixels) -> Boxes:
        height, width = pixels.shape[:2]
        return rounded(boxes * [width, height, width, height])

    return propose


def laid_out(share: float, shape: float) -> Iterator[Edges]:
    """Boxes of one size and shape that cover a picture of 1 x 1."""
    width, height = (share * shape) ** 0.5, (share / shape) ** 0.5
    for y in places(height):
        for x in places(width):
            yield x, y, x + width, y + height


def places(side: float) -> list[float]:
    """Starts of intervals of length `side`, at most half of it apart, from 0 to 1 - `side`."""
    # Rounded, because half of a half of 1 must not exceed a quarter by a rounding error.
    steps = int(np.ceil(round((1 - side) / (side / 2), 6)))
    return [(1 - side) * step / max(steps, 1) for step in range(steps + 1)]


def from_middle(box: Edges) -> tuple[float, float, float]:
    """The squared distance of a box from the middle; of equally near ones, upper left first."""
    x0, y0, x1, y1 = box
    return round((x0 + x1 - 1) ** 2 + (y0 + y1 - 1) ** 2, 6), y0, x0
