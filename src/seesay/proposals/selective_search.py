"""Selective search (Uijlings et al. 2013): segments that grow together, and their boxes."""

import cv2

from seesay.proposals import Boxes, Pixels, Proposer, enlarged, shrunk
from seesay.settings.regions import RegionsSettings

# OpenCV's order is random; the boxes themselves are not.
BEST_FIRST = False


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
        return enlarged(search.process(), small, pixels)

    return propose
