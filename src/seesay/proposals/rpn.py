"""The region proposal network of torchvision's Faster R-CNN."""

import torch

from seesay.detector import Detector
from seesay.device import choose
from seesay.proposals import Boxes, Pixels, Proposer, rounded
from seesay.settings.regions import RegionsSettings

BEST_FIRST = True


def proposer(settings: RegionsSettings, device: str) -> Proposer:
    """Its proposals for the picture scaled to the short side `side`, likeliest objects first.

    Raises InputError for weights that are missing and for a device that this machine lacks.
    """
    # Shards run side by side; and one thread computes the same bits on every machine.
    torch.set_num_threads(1)
    detector = Detector(settings.weights, settings.side, choose(device))

    def propose(pixels: Pixels) -> Boxes:
        return rounded(detector.proposals(pixels))

    return propose
