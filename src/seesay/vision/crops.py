"""Crops: regions cut out, warped to a square, and passed to a network in batches."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain, islice, repeat, takewhile
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from seesay.settings.fc7 import Fc7Settings
from seesay.shared.ahead import ahead
from seesay.vision.candidates import Box, Candidates, Fragment, opened
from seesay.vision.networks import ImageNetwork

Colour = tuple[int, int, int]
# Crops that a CPU passes through the network at once. The activations of more are too large for its
# caches, and for the heap: 64 crops took 1.5 times as long.
AT_ONCE = 16


class Crop(NamedTuple):
    """A warped region: `pixels` are uint8 RGB (size, size, 3)."""

    image_id: str
    region: int
    box: Box
    pixels: NDArray[np.uint8]


def crops_of(
    pictures: Iterable[Candidates], settings: Fc7Settings, fill: Colour, workers: int = 1
) -> Iterator[Crop]:
    """Every region of every picture, warped, in their order, by `workers` threads."""
    # A part has at most a batch of regions: thousands from one picture would fill the memory.
    parts = chain.from_iterable(_parts(picture, settings.batch) for picture in pictures)
    return chain.from_iterable(ahead(partial(_cut, settings=settings, fill=fill), parts, workers))


def warp(
    picture: Image.Image, box: Box, size: int, context: int, fill: Colour
) -> NDArray[np.uint8]:
    """A box of an RGB picture, warped to uint8 (size, size, 3), whatever its proportions.

    Girshick et al. 2014, supplement A: the box fills the crop except a border of `context` px,
    which shows its surroundings; beyond the picture, the crop has the colour `fill`.
    """
    x0, y0, x1, y1 = with_context(box, size, context)
    seen = (max(x0, 0.0), max(y0, 0.0), min(x1, picture.width), min(y1, picture.height))
    across, down = size / (x1 - x0), size / (y1 - y0)
    left, right = round((seen[0] - x0) * across), round((seen[2] - x0) * across)
    upper, lower = round((seen[1] - y0) * down), round((seen[3] - y0) * down)
    crop = Image.new("RGB", (size, size), fill)
    part = picture.resize((right - left, lower - upper), Image.Resampling.BICUBIC, box=seen)
    crop.paste(part, (left, upper))
    return np.asarray(crop)


def with_context(box: Box, size: int, context: int) -> tuple[float, float, float, float]:
    """The part of the picture's plane, in px, that a crop shows; it may exceed the picture.

    Warped to `size` px, the box has a border of exactly `context` px on each side.
    """
    x0, y0, x1, y1 = box
    across = (x1 - x0) * context / (size - 2 * context)
    down = (y1 - y0) * context / (size - 2 * context)
    return x0 - across, y0 - down, x1 + across, y1 + down


def look(
    network: ImageNetwork, crops: Iterable[Crop], batch: int, device: torch.device
) -> Iterator[Fragment]:
    """Pass the crops to the network, `batch` at a time, and yield them in order.

    Prepares the next batch while the last one is computed. On a GPU the network computes in mixed
    precision.
    """
    coming = iter(crops)
    on_gpu = device.type == "cuda"

    def next_batch(_: None) -> tuple[list[Crop], Tensor]:
        some = list(islice(coming, batch))
        pixels = torch.from_numpy(np.array([crop.pixels for crop in some]))
        # The GPU copies from pinned memory by itself while this thread continues.
        return some, pixels.pin_memory() if on_gpu else pixels

    for some, pixels in takewhile(itemgetter(0), ahead(next_batch, repeat(None))):
        with torch.inference_mode(), torch.autocast(device.type, enabled=on_gpu):
            parts = pixels.to(device, non_blocking=True).split(batch if on_gpu else AT_ONCE)
            activations, scores = map(torch.cat, zip(*map(network, parts), strict=True))
        features, certain = activations.cpu().numpy(), scores.cpu().tolist()
        for crop, score, feature in zip(some, certain, features, strict=True):
            yield Fragment(crop.image_id, crop.region, crop.box, score, feature)


def _parts(candidates: Candidates, size: int) -> Iterator[Candidates]:
    for start in range(0, len(candidates.regions), size):
        yield replace(candidates, regions=candidates.regions[start : start + size])


def _cut(candidates: Candidates, settings: Fc7Settings, fill: Colour) -> list[Crop]:
    picture = opened(candidates)
    return list(cut(picture, candidates.image_id, candidates.regions, settings, fill))


def cut(
    picture: Image.Image,
    image_id: str,
    regions: Iterable[tuple[int, Box]],
    settings: Fc7Settings,
    fill: Colour,
) -> Iterator[Crop]:
    """Regions of an RGB picture, warped, in their order; region 0 is the whole image."""
    for region, box in regions:
        # Nothing lies around the whole image: a border of plain colour would only cost the
        # network pixels, and recognition (105 photographed animals: 51 % instead of 68 %).
        context = settings.context if region else 0
        pixels = warp(picture, box, settings.size, context, fill)
        yield Crop(image_id, region, box, pixels)
