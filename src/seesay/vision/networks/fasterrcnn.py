"""torchvision's Faster R-CNN (Ren et al. 2015; ResNet-50 and FPN) in two halves.

The region proposal network, for the stage regions, says where something may be; the box head, for
the stage fc7, says what it is. Each sees a picture once.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.models.detection import (
    FasterRCNN,
    FasterRCNN_ResNet50_FPN_Weights,
    fasterrcnn_resnet50_fpn,
)
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.transform import resize_boxes

from seesay.settings.facts import Network
from seesay.shared.errors import InputError
from seesay.vision.networks.weights import fetched, weighted

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

# Short side, and longest long side, of torchvision's scaled pictures, in px.
SHORT, LONG = 800, 1333
ABOUT = Network(
    "Faster R-CNN (ResNet-50 FPN)",
    data="COCO",
    labels="labels and boxes",
    width=1024,
    sides=(64, 1600, 1),
    memory=2500,
    whose="torchvision's Faster R-CNN (ResNet-50 FPN)",
    terms="BSD-3-Clause",
    link="https://github.com/pytorch/vision",
    tap="the box head's second fully connected layer, after the ReLU",
)
URL = FasterRCNN_ResNet50_FPN_Weights.DEFAULT.url


class Detector:
    """Faster R-CNN on one picture at a time, so that no other picture's padding affects it.

    `side` is the short side in px to which pictures are scaled (torchvision: 800); for long
    pictures, the long side is 5/3 of it instead. `weights` as in
    `seesay.vision.networks.weights.weighted`; torchvision's were trained on COCO. On a GPU the
    backbone computes in mixed precision.
    """

    width = 1024

    def __init__(self, weights: str, side: int, device: torch.device) -> None:
        self.device = device
        self.longest = round(side * LONG / SHORT)
        self.net = _build(weights, side, self.longest).to(device)

    @torch.inference_mode()
    def proposals(self, pixels: Pixels) -> Floats:
        """The boxes (n, 4) of a picture (height, width, 3) RGB, the likeliest objects first.

        x0, y0, x1, y1 in px of the picture, inside it; torchvision's own number and suppression
        (1,000 at most, intersection over union 0.7 within a scale).
        """
        images, features = self._seen(pixels)
        boxes, _ = self.net.rpn(images, features)
        height, width = pixels.shape[:2]
        found = resize_boxes(boxes[0], images.image_sizes[0], [height, width])
        return found.cpu().numpy()

    @torch.inference_mode()
    def pooled(self, pixels: Pixels, boxes: Sequence[Sequence[int]]) -> tuple[Floats, list[float]]:
        """The box head's fc7 (n, 1024) and scores (n,) of boxes of a picture.

        The boxes are those of `proposals` or any others, in px of the picture (height, width, 3)
        RGB. A score is the highest probability of a class that is not the background.
        """
        images, features = self._seen(pixels)
        height, width = pixels.shape[:2]
        edges = torch.tensor(boxes, dtype=torch.float32, device=self.device)
        scaled = resize_boxes(edges, [height, width], images.image_sizes[0])
        heads = self.net.roi_heads
        activations = heads.box_head(heads.box_roi_pool(features, [scaled], images.image_sizes))
        logits, _ = heads.box_predictor(activations)
        scores = logits.softmax(dim=1)[:, 1:].amax(dim=1)
        return activations.cpu().numpy(), scores.cpu().tolist()

    def _seen(self, pixels: Pixels) -> tuple[ImageList, dict[str, Tensor]]:
        """The picture as the network sees it, and the backbone's feature maps."""
        height, width = pixels.shape[:2]
        if min(height, width) * self.longest < max(height, width):
            raise InputError(
                f"a picture of {width} x {height} px is too thin for Faster R-CNN, which sees it"
                f" {self.longest} px long; remove it, or choose another network"
            )
        bytes_ = torch.tensor(pixels)
        on_gpu = self.device.type == "cuda"
        if on_gpu:
            bytes_ = bytes_.pin_memory().to(self.device, non_blocking=True)
        images, _ = self.net.transform([bytes_.permute(2, 0, 1).float() / 255])
        with torch.autocast(self.device.type, enabled=on_gpu):
            features = self.net.backbone(images.tensors)
        # The heads are small, and boxes in half precision would be off by pixels.
        return images, {level: maps.float() for level, maps in features.items()}


def _build(weights: str, short: int, long: int) -> FasterRCNN:
    def build() -> FasterRCNN:
        net: FasterRCNN = fasterrcnn_resnet50_fpn(
            weights=None, weights_backbone=None, min_size=short, max_size=long
        )
        return net

    net = weighted(build, weights, lambda: fetched(URL))
    _fold(net.backbone.body)
    # Channels last: a sixth less time on a CPU.
    net.backbone.to(memory_format=torch.channels_last)
    return net


def _fold(body: nn.Module) -> None:
    """Fold the batch norms of a ResNet into its convolutions: the same function, but faster."""
    block: Any
    for block in list(body.modules()):
        for conv, norm in (("conv1", "bn1"), ("conv2", "bn2"), ("conv3", "bn3")):
            if hasattr(block, norm):
                _fold_pair(block, conv, norm)
        if getattr(block, "downsample", None) is not None:
            _fold_pair(block.downsample, "0", "1")


def _fold_pair(module: Any, conv: str, norm: str) -> None:
    layer = module.get_submodule(norm)
    # torchvision trained these weights without an epsilon.
    layer.eps = 0.0
    setattr(module, conv, fuse_conv_bn_eval(module.get_submodule(conv), layer))
    setattr(module, norm, nn.Identity())
