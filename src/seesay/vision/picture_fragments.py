"""The fragments of a picture that is an array: its boxes, and the features of any boxes.

The same code as that of the stages regions and fc7 (paper, section 2), without their tables.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from seesay.settings.fc7 import Fc7Networks, Fc7Settings
from seesay.settings.regions import RegionsSettings
from seesay.shared import arguments
from seesay.shared.device import choose
from seesay.shared.errors import InputError
from seesay.vision.crops import Crop, cut, look
from seesay.vision.fc7 import best_rows
from seesay.vision.networks import find, load
from seesay.vision.proposals import Boxes, Pixels
from seesay.vision.regions import Regions
from seesay.vision.side_by_side import side_by_side

Floats = NDArray[np.float32]


def propose(picture: Any, device: str = "cpu", **options: Any) -> Boxes:
    """The candidate boxes of a picture, the whole picture first.

    Args:
        picture: RGB, uint8 (height, width, 3); a Pillow image of mode RGB is one, too.
        device: cpu, cuda or auto; of the method rpn, which is a network.
        options: Keys of the section `regions` of a config: proposals, min_area, nms, candidates
            and so on, each with its default there.

    Returns:
        int32 (1 + n, 4): x0, y0, x1, y1 in px, half-open, in the order of `Regions.of`.

    Raises:
        InputError: For an array of another shape or type, or an unknown option.
    """
    settings = arguments.settings("options", RegionsSettings, options)
    return Regions(settings, device).of(_pixels(picture))


def features(
    picture: Any, boxes: Any, device: str = "cpu", **options: Any
) -> tuple[Floats, Floats]:
    """What an image network makes of each box of a picture.

    Args:
        picture: As of `propose`.
        boxes: (n, 4) integers, x0, y0, x1, y1 in px, half-open, inside the picture.
        device: cpu, cuda or auto.
        options: Keys of the section `fc7` of a config: network, weights, size, context, batch.

    Returns:
        The penultimate activations, float32 (n, width): 1,280 numbers of efficientnet_lite0, those
        of several networks side by side; and the (first) network's highest class probability,
        float32 (n,).

    Raises:
        InputError: For arrays of another shape or type, boxes without area or outside of the
            picture, an unknown option, or weights that are missing or do not fit.
    """
    pixels, place = _pixels(picture), choose(device)
    wanted = _boxes(boxes, pixels)
    settings = arguments.settings("options", Fc7Networks, options)
    seen = [_features(pixels, wanted, each, place) for each in settings.each()]
    if len(seen) > 1:
        return side_by_side([values for values, _ in seen]), seen[0][1]
    return seen[0]


def _features(
    pixels: Pixels, wanted: Boxes, settings: Fc7Settings, place: torch.device
) -> tuple[Floats, Floats]:
    """As `features`, of one network."""
    network = _network(
        settings.network, settings.weights, _changed(settings.weights), settings.size, place
    )
    if hasattr(find(settings.network), "Detector"):
        pooled, scores = network.pooled(pixels, wanted.tolist())
        return pooled, np.array(scores, dtype=np.float32)
    shown = Image.fromarray(pixels)
    whole = np.array([0, 0, shown.width, shown.height])

    def crops() -> Iterator[Crop]:
        for number, box in enumerate(wanted, start=1):
            region = 0 if np.array_equal(box, whole) else number
            yield from cut(shown, "", [(region, tuple(box.tolist()))], settings, network.fill)

    seen = list(look(network, crops(), settings.batch, place))
    found = np.stack([fragment.feature for fragment in seen])
    return found, np.array([fragment.score for fragment in seen], dtype=np.float32)


def keep(boxes: Any, scores: Any, **options: Any) -> NDArray[np.int64]:
    """Which boxes are the picture's fragments: the whole picture and the best scored others.

    Args:
        boxes: (n, 4) as of `propose`, the whole picture first.
        scores: (n,) as of `features`.
        options: Keys of the section `fc7` of a config: regions (how many beside the whole
            picture) and nms.

    Returns:
        Their rows, ascending, int64 (1 + regions,) or fewer.

    Raises:
        InputError: For arrays of another shape, numbers that are not finite, or an unknown option.
    """
    certain = arguments.floats("scores", scores, ("boxes",))
    edges = _whole_numbers(boxes, len(certain))
    settings = arguments.settings("options", Fc7Networks, options)
    return best_rows(edges, certain, settings.regions, settings.nms)


def _pixels(picture: Any) -> Pixels:
    found = arguments.shaped("picture", picture, ("height", "width", 3))
    if found.dtype != np.uint8:
        raise InputError(f"picture: dtype {found.dtype}, expected uint8, 0 to 255")
    if not found.size:
        raise InputError(f"picture: shape {found.shape}, expected a height and width of 1 or more")
    return np.ascontiguousarray(found)


def _boxes(boxes: Any, pixels: Pixels) -> Boxes:
    found = _whole_numbers(boxes, "boxes")
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = found.T
    inside = (x0 >= 0) & (y0 >= 0) & (x0 < x1) & (y0 < y1) & (x1 <= width) & (y1 <= height)
    if not inside.all():
        row = int(np.flatnonzero(~inside)[0])
        raise InputError(
            f"boxes: row {row} is {found[row].tolist()}, expected x0 < x1 <= {width} and"
            f" y0 < y1 <= {height}, none below 0"
        )
    return found


def _whole_numbers(boxes: Any, count: int | str) -> Boxes:
    found = arguments.shaped("boxes", boxes, (count, 4))
    if found.dtype.kind not in "iu":
        raise InputError(f"boxes: dtype {found.dtype}, expected integers (px)")
    if not len(found):
        raise InputError("boxes: shape (0, 4), expected one box or more")
    return found.astype(np.int32)


def _changed(weights: str) -> int:
    """When a file of weights was last changed, in ns; 0 for weights that are no file."""
    return Path(weights).stat().st_mtime_ns if Path(weights).is_file() else 0


@lru_cache(maxsize=4)  # networks that may be side by side
def _network(name: str, weights: str, changed: int, size: int, device: torch.device) -> Any:
    """The network, kept for the next picture."""
    module = find(name)
    if hasattr(module, "Detector"):
        return module.Detector(weights, size, device)
    return load(name, weights, size).to(device)
