"""Edge Boxes (Zitnick and Dollár 2014): boxes that hold whole contours.

The authors' edges came from a structured forest, whose model no package carries. Here they come
from the picture: the gradient of the strongest colour (Sobel), thinned as in Canny, and its
direction. Such edges separate texture from outline less well; the search among them is OpenCV's.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from seesay.settings.facts import Proposals
from seesay.settings.regions import RegionsSettings
from seesay.vision.proposals import Boxes, Pixels, Proposer, enlarged, shrunk

ABOUT = Proposals("boxes that hold whole contours")
BEST_FIRST = True
# Most boxes, and least area of one in px^2: smaller ones would make the search endless.
MOST, LEAST = 10_000, 64

Floats = NDArray[np.float32]


def proposer(settings: RegionsSettings, device: str) -> Proposer:
    """Edge Boxes on the picture scaled down to the long side `side`, best scored first."""

    def propose(pixels: Pixels) -> Boxes:
        small = shrunk(pixels, settings.side)
        height, width = small.shape[:2]
        search = cv2.ximgproc.createEdgeBoxes(
            beta=settings.nms,
            maxBoxes=MOST,
            minBoxArea=max(settings.min_area * width * height, LEAST),
        )
        rectangles, scores = search.getBoundingBoxes(*edges(small))
        boxes = enlarged(rectangles, small, pixels)
        merit = np.asarray(scores if len(boxes) else [], dtype=np.float64).reshape(-1)
        # Small boxes often have equal scores; their place then decides.
        return boxes[np.lexsort((*boxes.T, -merit))][:MOST]

    return propose


def edges(pixels: Pixels) -> tuple[Floats, Floats]:
    """Edges (height, width), 0 to 1, and the direction across them, 0 to pi from x to y.

    An edge is one px wide; all else is 0. The strongest edge of the picture is 1.
    """
    smooth = cv2.GaussianBlur(pixels, (0, 0), 1.0)
    across, down = (cv2.Sobel(smooth, cv2.CV_16S, *axis) for axis in ((1, 0), (0, 1)))
    steepness = np.hypot(across.astype(np.float32), down.astype(np.float32))
    colour = steepness.argmax(axis=2)[:, :, None]
    across, down, steep = (
        np.ascontiguousarray(np.take_along_axis(each, colour, axis=2)[:, :, 0])
        for each in (across, down, steepness)
    )
    thin = cv2.Canny(across, down, 1, 1, L2gradient=True) > 0
    strength = np.where(thin, steep, 0) / max(float(steep.max()), 1.0)
    direction = np.arctan2(down.astype(np.float32), across.astype(np.float32)) % np.pi
    return strength.astype(np.float32), direction.astype(np.float32)
