"""fc7: the features of each region, and the choice of the best regions.

As in R-CNN (Girshick et al. 2014), each candidate box is cut out, warped to a square and passed to
a network trained on ImageNet; or, as in Faster R-CNN, pooled from a detector's single pass over the
picture. The candidates with the highest class probability stay, and the whole image (section 2 of
the paper: 19 and 1); their features are the penultimate activations of the same pass. The column is
named fc7 after the layer of the paper's network, whatever the network.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from seesay.schemas.vision import FC7, MANIFEST
from seesay.settings.fc7 import Fc7Settings
from seesay.shared import sources, tables
from seesay.shared.ahead import ahead
from seesay.shared.columns import sized
from seesay.shared.device import choose
from seesay.vision.candidates import Candidates, Fragment, candidates_of, opened
from seesay.vision.crops import crops_of, look
from seesay.vision.networks import find, load
from seesay.vision.proposals import Boxes
from seesay.vision.regions import suppress

# Pictures whose rows are written at once: bounds the memory and keeps row groups large.
PICTURES_A_WRITE = 20


def extract_shard(
    manifest: Path,
    regions: Path,
    fc7: Path,
    settings: Fc7Settings,
    device: str = "auto",
    threads: int = 1,
    workers: int = 1,
) -> None:
    """Write the table `fc7` for the pictures of a shard, sorted by picture and region.

    The network computes on `threads` threads; `workers` others decode and warp, and change no
    number. Memory does not grow with the number of pictures. Raises InputError for a picture that
    cannot be decoded or is not the one of `regions`, for weights that are missing or do not fit,
    and for a device that this machine lacks.
    """
    torch.set_num_threads(threads)
    place = choose(device)
    candidates = candidates_of(manifest, regions)
    see = _pooled if hasattr(find(settings.network), "Detector") else _cropped
    width, fragments = see(candidates, settings, place, workers)
    pictures = (list(group) for _, group in groupby(fragments, attrgetter("image_id")))
    with tables.Writer(sized(FC7, feature=width), fc7) as writer:
        while some := list(islice(pictures, PICTURES_A_WRITE)):
            kept = [best(of_one, settings.regions, settings.nms) for of_one in some]
            writer.write(_columns(list(chain.from_iterable(kept))))
        sources.unchanged(tables.read(MANIFEST, manifest), "pictures")


def best(fragments: list[Fragment], count: int, nms: float = 1.0) -> list[Fragment]:
    """The whole image and the `count` best scored other regions, sorted by region.

    Ties go to the lower region number. Drops a region that overlaps the whole image, or a better
    one that stays, by more than `nms` (intersection over union).
    """
    ordered = sorted(fragments, key=attrgetter("region"))
    boxes = np.array([f.box for f in ordered], dtype=np.int32)
    kept = best_rows(boxes, np.array([f.score for f in ordered]), count, nms)
    return [ordered[row] for row in kept]


def best_rows(
    boxes: Boxes, scores: NDArray[np.floating], count: int, nms: float
) -> NDArray[np.int64]:
    """The rows that stay of boxes (n, 4) and scores (n,), ascending; row 0 is the whole image."""
    order = np.lexsort((-scores, np.arange(len(boxes)) > 0))
    if nms < 1:
        order = order[suppress(boxes[order], nms)]
    rows: NDArray[np.int64] = np.sort(order[: 1 + count])
    return rows


def _cropped(
    candidates: Iterable[Candidates], settings: Fc7Settings, device: torch.device, workers: int
) -> tuple[int, Iterator[Fragment]]:
    """The width of the features, and all regions as crops, in batches across pictures."""
    network = load(settings.network, settings.weights, settings.size).to(device)
    crops = crops_of(candidates, settings, network.fill, workers)
    return network.width, look(network, crops, settings.batch, device)


def _pooled(
    candidates: Iterable[Candidates], settings: Fc7Settings, device: torch.device, workers: int
) -> tuple[int, Iterator[Fragment]]:
    """The width of the features, and all regions of pictures that a detector sees whole."""
    detector = find(settings.network).Detector(settings.weights, settings.size, device)

    def pool() -> Iterator[Fragment]:
        for of_it, picture in ahead(lambda given: (given, opened(given)), candidates, workers):
            numbers, boxes = zip(*of_it.regions, strict=True)
            features, scores = detector.pooled(np.array(picture), boxes)
            for row in zip(numbers, boxes, scores, features, strict=True):
                yield Fragment(of_it.image_id, *row)

    return detector.width, pool()


def _columns(fragments: list[Fragment]) -> dict[str, Any]:
    return {
        "image_id": [f.image_id for f in fragments],
        "region": [f.region for f in fragments],
        "score": np.array([f.score for f in fragments], dtype=np.float32),
        "feature": np.stack([f.feature for f in fragments]),
    }
