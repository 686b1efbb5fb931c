"""VGG-16 (Simonyan and Zisserman 2014), R-CNN's later network."""

from torchvision.models import VGG16_Weights, vgg16

from seesay.settings.facts import Network
from seesay.vision.networks import ImageNetwork, of_classifier
from seesay.vision.networks.weights import fetched, weighted

ABOUT = Network(
    "VGG16",
    data="ImageNet",
    width=4096,
    sides=(64, 512, 1),
    memory=4000,
    whose="torchvision's VGG16",
    terms="BSD-3-Clause",
    link="https://github.com/pytorch/vision",
)
URL = VGG16_Weights.DEFAULT.url


def build(weights: str, size: int) -> ImageNetwork:
    """The network (4,096 activations, 138 million weights), for crops of any size."""
    return of_classifier(weighted(vgg16, weights, lambda: fetched(URL)))
