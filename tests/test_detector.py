"""The detector's halves against torchvision's own forward pass, on the same pictures and boxes."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torchvision.models.detection import fasterrcnn_resnet50_fpn
from torchvision.models.detection.transform import resize_boxes

from seesay.shared.errors import InputError
from seesay.vision.networks.fasterrcnn import Detector

CPU = torch.device("cpu")
SIDE = 96
BOXES = [(0, 0, 120, 90), (3, 4, 60, 70), (50, 20, 118, 88), (10, 10, 26, 30), (0, 60, 120, 75)]


@pytest.fixture(scope="module")
def plain() -> nn.Module:
    """torchvision's Faster R-CNN as it comes, with random weights and random norms."""
    torch.manual_seed(3)
    net = fasterrcnn_resnet50_fpn(
        weights=None, weights_backbone=None, min_size=SIDE, max_size=SIDE * 5 // 3
    )
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.eps = 0.0
            for values, (low, high) in [
                (layer.weight, (0.2, 0.5)),
                (layer.bias, (-0.2, 0.2)),
                (layer.running_mean, (-0.2, 0.2)),
                (layer.running_var, (0.5, 1.5)),
            ]:
                nn.init.uniform_(values, low, high)
    for layer in (net.rpn.head.cls_logits, net.roi_heads.box_predictor.cls_score):
        nn.init.normal_(layer.weight, std=0.5)
    return net.eval()


@pytest.fixture(scope="module")
def detector(plain, tmp_path_factory) -> Detector:
    """Ours, from a file of those weights."""
    path: Path = tmp_path_factory.mktemp("weights") / "faster.pth"
    torch.save(plain.state_dict(), path)
    return Detector(str(path), SIDE, CPU)


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    noise = np.random.default_rng(0).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(noise).resize((120, 90), Image.Resampling.BICUBIC))


def given(pixels: np.ndarray) -> list[torch.Tensor]:
    return [torch.tensor(pixels).permute(2, 0, 1) / 255]


def test_the_box_head_is_torchvision_s_on_the_same_boxes(plain, detector, pixels):
    height, width = pixels.shape[:2]
    seen = {}

    def propose(layer, inputs, output):
        edges = torch.tensor(BOXES, dtype=torch.float32)
        return [resize_boxes(edges, (height, width), inputs[0].image_sizes[0])], {}

    hooks = [
        plain.rpn.register_forward_hook(propose),
        plain.roi_heads.box_head.register_forward_hook(lambda *call: seen.update(fc7=call[2])),
        plain.roi_heads.box_predictor.register_forward_hook(
            lambda *call: seen.update(logits=call[2][0])
        ),
    ]
    with torch.inference_mode():
        plain(given(pixels))
    for hook in hooks:
        hook.remove()

    features, scores = detector.pooled(pixels, BOXES)
    assert features.shape == (5, 1024)
    assert features.min() == 0 < features.max()
    scale = seen["fc7"].abs().max().item()
    np.testing.assert_allclose(features, seen["fc7"], atol=1e-5 * scale)
    expected = seen["logits"].softmax(dim=1)[:, 1:].amax(dim=1)
    np.testing.assert_allclose(scores, expected, atol=1e-5)
    assert np.ptp(scores) > 0.01


def test_proposals_are_torchvision_s_in_its_order(plain, detector, pixels):
    height, width = pixels.shape[:2]
    seen = {}
    hook = plain.rpn.register_forward_hook(
        lambda layer, inputs, output: seen.update(sizes=inputs[0].image_sizes, boxes=output[0][0])
    )
    with torch.inference_mode():
        plain(given(pixels))
    hook.remove()
    expected = resize_boxes(seen["boxes"], seen["sizes"][0], (height, width)).numpy()
    found = detector.proposals(pixels)
    assert len(found) == len(expected) > 20
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_a_box_is_the_same_whatever_the_others(detector, pixels):
    every, scores = detector.pooled(pixels, BOXES)
    for box, feature, score in zip(BOXES, every, scores, strict=True):
        alone, score_alone = detector.pooled(pixels, [box])
        np.testing.assert_allclose(alone[0], feature, rtol=1e-5, atol=1e-5 * every.max())
        assert score_alone[0] == pytest.approx(score, abs=1e-6)


def test_a_picture_that_is_too_thin_is_one_line(detector):
    with pytest.raises(InputError, match="200 x 1 px is too thin"):
        detector.proposals(np.zeros((1, 200, 3), dtype=np.uint8))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_sees_nearly_the_same(plain, detector, pixels, tmp_path):
    torch.save(plain.state_dict(), tmp_path / "faster.pth")
    on_gpu = Detector(str(tmp_path / "faster.pth"), SIDE, torch.device("cuda"))
    one, other = (torch.tensor(each.pooled(pixels, BOXES)[0]) for each in (detector, on_gpu))
    assert torch.cosine_similarity(one, other).min() > 0.99
