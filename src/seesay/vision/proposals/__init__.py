"""Methods that propose boxes, one a module; the config names which (`regions.proposals`).

Each has `BEST_FIRST`, whether its boxes come in an order of merit (else their sizes decide), and
`proposer(settings, device)`, which gives a function from a picture (height, width, 3) uint8 RGB
to boxes (n, 4) of x0, y0, x1, y1 in px. Boxes may repeat, be too small or reach beyond the
picture; `seesay.vision.regions` sees to that.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from seesay.settings.choice import load

Pixels = NDArray[np.uint8]
Boxes = NDArray[np.int32]
Proposer = Callable[[Pixels], Boxes]


def find(name: str) -> ModuleType:
    """The method of this name."""
    return load(__name__, name)


def shrunk(pixels: Pixels, side: int) -> Pixels:
    """The picture scaled down to the long side `side` px; a smaller one as it is."""
    height, width = pixels.shape[:2]
    scale = min(1.0, side / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small: Any = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return small


def enlarged(rectangles: Any, small: Pixels, pixels: Pixels) -> Boxes:
    """OpenCV's rectangles (n, 4) of x, y, width, height in `small` as boxes of `pixels`."""
    x, y, w, h = np.array(rectangles, dtype=np.float64).reshape(-1, 4).T
    across, down = pixels.shape[1] / small.shape[1], pixels.shape[0] / small.shape[0]
    return rounded(np.stack([x * across, y * down, (x + w) * across, (y + h) * down], axis=1))


def rounded(boxes: NDArray[np.floating[Any]]) -> Boxes:
    """Boxes (n, 4) on whole px."""
    whole: Boxes = np.rint(boxes).astype(np.int32)
    return whole
