"""AlexNet (Krizhevsky et al. 2012, in torchvision's one-column form), the paper's kind."""

from torchvision.models import AlexNet_Weights, alexnet

from seesay.settings.facts import Network
from seesay.vision.networks import ImageNetwork, of_classifier
from seesay.vision.networks.weights import fetched, weighted

ABOUT = Network(
    "AlexNet",
    data="ImageNet",
    width=4096,
    sides=(64, 512, 1),
    memory=2000,
    whose="torchvision's AlexNet",
    terms="BSD-3-Clause",
    link="https://github.com/pytorch/vision",
)
URL = AlexNet_Weights.DEFAULT.url


def build(weights: str, size: int) -> ImageNetwork:
    """The network (4,096 activations, 61 million weights), for crops of any size."""
    return of_classifier(weighted(alexnet, weights, lambda: fetched(URL)))
