"""Pretrained image networks, one a module; the config names which (`fc7.network`).

A module's `build(weights, size)` gives an `ImageNetwork` for crops. A network that sees whole
pictures has a class `Detector` instead (`seesay.vision.networks.fasterrcnn`).
"""

from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from seesay.settings import choice


class ImageNetwork(nn.Module):
    """A classification network that also returns its penultimate activations.

    `body` maps normalised pixels (n, 3, size, size) to activations (n, width), `head` maps those to
    class logits. `mean` and `std` normalise pixels of 0 to 255, one number a colour.
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
        # The fill beyond a picture's border; it becomes 0 when normalised.
        self.fill = (round(mean[0]), round(mean[1]), round(mean[2]))
        self.register_buffer("mean", torch.tensor(mean).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(3, 1, 1))

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """Activations (n, width) and highest class probabilities (n,), float32.

        `crops` are uint8 RGB, (n, size, size, 3).
        """
        # As (n, 3, size, size), these bytes are already channels-last in memory.
        pixels = (crops.permute(0, 3, 1, 2).float() - self.mean) / self.std
        activations: Tensor = self.body(pixels)
        scores = self.head(activations).float().softmax(dim=1).amax(dim=1)
        return activations.float(), scores


def find(name: str) -> ModuleType:
    """The module of this name."""
    return choice.load(__name__, name)


def load(name: str, weights: str, size: int) -> ImageNetwork:
    """A network for crops of `size` px, in evaluation mode and without gradients.

    `weights` is `DEFAULT` (trained on ImageNet), `random` (always the same; for tests), or the path
    of a state dict. Raises InputError for weights that are missing or do not fit.
    """
    network: ImageNetwork = find(name).build(weights, size).eval().requires_grad_(False)
    # Channels last: 1.5 times as fast on a CPU.
    return network.to(memory_format=torch.channels_last)


def of_classifier(net: Any) -> ImageNetwork:
    """torchvision's AlexNet or VGG: fc7 is the input of its last layer, after the ReLU.

    Pixels are normalised by ImageNet's means and deviations.
    """
    *hidden, head = net.classifier.children()
    body = nn.Sequential(net.features, net.avgpool, nn.Flatten(), *hidden)
    # 255 times (0.485, 0.456, 0.406) and (0.229, 0.224, 0.225).
    return ImageNetwork(body, head, (123.675, 116.28, 103.53), (58.395, 57.12, 57.375))
