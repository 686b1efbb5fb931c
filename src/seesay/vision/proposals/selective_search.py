"""Selective search (Uijlings et al. 2013): segments that grow together, and their boxes.

OpenCV's modes choose the colour spaces, the ways to grow, and the scales k of the first segments
(Felzenszwalb & Huttenlocher 2004). Its "fast" has three scales, as do `base_k` and `inc_k` here.
"""

import cv2

from seesay.settings.facts import Proposals
from seesay.settings.regions import RegionsSettings
from seesay.vision.proposals import Boxes, Pixels, Proposer, enlarged, shrunk

ABOUT = Proposals("segments that grow together")
# OpenCV's order is random; the boxes themselves are not.
BEST_FIRST = False
SCALES = {"fast": (150, 300, 450), "quality": (150, 300, 450, 600, 750)}


def proposer(settings: RegionsSettings, device: str) -> Proposer:
    """Selective search on the picture scaled down to the long side `side`."""

    def propose(pixels: Pixels) -> Boxes:
        small = shrunk(pixels, settings.side)
        search = cv2.ximgproc.segmentation.createSelectiveSearchSegmentation()
        search.setBaseImage(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
        if settings.mode == "fast":
            search.switchToSelectiveSearchFast()
        else:
            search.switchToSelectiveSearchQuality()
        search.clearGraphSegmentations()
        for k in settings.k or SCALES[settings.mode]:
            least = k if settings.min_size == "k" else settings.min_size
            first = cv2.ximgproc.segmentation.createGraphSegmentation(settings.sigma, k, least)
            search.addGraphSegmentation(first)
        return enlarged(search.process(), small, pixels)

    return propose
