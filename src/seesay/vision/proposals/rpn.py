"""The region proposal network of torchvision's Faster R-CNN."""

import torch

from seesay.settings.facts import Proposals
from seesay.settings.regions import RegionsSettings
from seesay.shared.device import choose
from seesay.vision.networks.fasterrcnn import Detector
from seesay.vision.proposals import Boxes, Pixels, Proposer, rounded

ABOUT = Proposals(
    "the region proposal network of torchvision's Faster R-CNN", network="fasterrcnn", gpu=True
)
BEST_FIRST = True


def proposer(settings: RegionsSettings, device: str) -> Proposer:
    """Its proposals for the picture scaled to the short side `side`, likeliest objects first.

    Raises InputError for weights that are missing and for a device that this machine lacks.
    """
    # Shards run side by side, and one thread gives the same bits on every machine.
    torch.set_num_threads(1)
    detector = Detector(settings.weights, settings.side, choose(device))

    def propose(pixels: Pixels) -> Boxes:
        return rounded(detector.proposals(pixels))

    return propose
