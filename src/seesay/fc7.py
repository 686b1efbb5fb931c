"""fc7: what an image network makes of each region, and the regions worth keeping.

Every candidate box is cut out, warped to a square and given to a network trained on ImageNet,
as in R-CNN (Girshick et al. 2014). The candidates on which the network is most certain of a
class stay, and the whole image (section 2 of the paper: 19 and 1); their features are the
penultimate activations of that same pass. The column is called fc7 after the layer of the
paper's network, whatever the network.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from seesay import tables
from seesay.device import choose
from seesay.errors import InputError
from seesay.fc7_networks import ImageNetwork, load
from seesay.fc7_tables import FC7
from seesay.pictures import MANIFEST
from seesay.pixels import decode
from seesay.progress import progress
from seesay.regions import REGIONS
from seesay.settings.fc7 import Fc7Settings

Box = tuple[int, int, int, int]
Colour = tuple[int, int, int]

# Pictures whose rows are written at once: bounds the memory, and a row group is not tiny.
PICTURES_A_WRITE = 50


class Crop(NamedTuple):
    """A warped region: `pixels` are uint8 RGB (size, size, 3)."""

    image_id: str
    region: int
    pixels: NDArray[np.uint8]


@dataclass(frozen=True)
class Fragment:
    """A region that the network has seen: `feature` is float32 (width,)."""

    image_id: str
    region: int
    score: float
    feature: NDArray[np.float32]


def extract_shard(
    manifest: Path,
    regions: Path,
    fc7: Path,
    settings: Fc7Settings,
    device: str = "auto",
    threads: int = 1,
) -> None:
    """Write the table `fc7` for the pictures of a shard, sorted by picture and region.

    Crops of several pictures share a batch. Memory does not grow with the number of pictures.
    Raises InputError for a picture that cannot be decoded or is not the one of `regions`, and
    for a device that this machine lacks.
    """
    torch.set_num_threads(threads)
    place = choose(device)
    network = load(settings.network, settings.weights, settings.size).to(place)
    crops = crops_of(manifest, regions, settings, network.fill)
    fragments = look(network, crops, settings.batch, place)
    pictures = (list(group) for _, group in groupby(fragments, attrgetter("image_id")))
    with tables.Writer(tables.sized(FC7, feature=network.width), fc7) as writer:
        while some := list(islice(pictures, PICTURES_A_WRITE)):
            kept = [best(of_one, settings.regions) for of_one in some]
            writer.write(_columns(list(chain.from_iterable(kept))))


def crops_of(manifest: Path, regions: Path, settings: Fc7Settings, fill: Colour) -> Iterator[Crop]:
    """Every region of every picture of the shard, warped, one picture in memory at a time."""
    paths = tables.read(MANIFEST, manifest).set_index("image_id")["path"].to_dict()
    rows = (row for part in tables.batches(REGIONS, regions) for row in part.to_pylist())
    pictures = groupby(rows, lambda row: row["image_id"])
    for image_id, of_it in progress(pictures, "fc7", "picture", len(paths)):
        if image_id not in paths:
            raise InputError(f"{regions}: {image_id} is not in {manifest}; make the regions again")
        picture = decode(Path(paths[image_id]))
        for row in of_it:
            box = (row["x0"], row["y0"], row["x1"], row["y1"])
            if row["region"] == 0 and box != (0, 0, *picture.size):
                raise InputError(
                    f"{paths[image_id]}: is {picture.width} x {picture.height} px and was"
                    f" {box[2]} x {box[3]} px when its regions were made; make them again"
                )
            # Nothing lies around the whole image: a border of plain colour would only cost the
            # network pixels, and recognition (105 photographed animals: 51 % instead of 68 %).
            context = settings.context if row["region"] else 0
            pixels = warp(picture, box, settings.size, context, fill)
            yield Crop(image_id, row["region"], pixels)


def warp(
    picture: Image.Image, box: Box, size: int, context: int, fill: Colour
) -> NDArray[np.uint8]:
    """A box of an RGB picture, warped to uint8 (size, size, 3) whatever its proportions.

    Girshick et al. 2014, supplement A: the box fills the crop but for a border of `context`
    px, which shows what lies around it; where that is beyond the picture, the crop has the
    colour `fill`.
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
    """Give the crops to the network, `batch` at a time, and yield them in their order.

    On a GPU it computes in mixed precision.
    """
    for some in _ahead(iter(crops), batch):
        pixels = torch.from_numpy(np.stack([crop.pixels for crop in some]))
        if device.type == "cuda":
            pixels = pixels.pin_memory().to(device, non_blocking=True)
        with torch.inference_mode(), torch.autocast(device.type, enabled=device.type == "cuda"):
            activations, scores = network(pixels)
        features, certain = activations.cpu().numpy(), scores.cpu().tolist()
        for crop, score, feature in zip(some, certain, features, strict=True):
            yield Fragment(crop.image_id, crop.region, score, feature)


def best(fragments: list[Fragment], count: int) -> list[Fragment]:
    """The whole image and the `count` best scored others, sorted by region.

    Of equally scored ones, those of the lower region number stay.
    """
    whole = [f for f in fragments if f.region == 0]
    others = [f for f in fragments if f.region != 0]
    ranked = sorted(others, key=lambda f: (-f.score, f.region))
    return sorted(whole + ranked[:count], key=attrgetter("region"))


def _ahead(crops: Iterator[Crop], batch: int) -> Iterator[list[Crop]]:
    """Batches of crops; the next is decoded and warped while the last is computed on."""

    def next_batch() -> list[Crop]:
        return list(islice(crops, batch))

    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(next_batch)
        while some := coming.result():
            coming = pool.submit(next_batch)
            yield some


def _columns(fragments: list[Fragment]) -> dict[str, Any]:
    return {
        "image_id": [f.image_id for f in fragments],
        "region": [f.region for f in fragments],
        "score": np.array([f.score for f in fragments], dtype=np.float32),
        "feature": np.stack([f.feature for f in fragments]),
    }
