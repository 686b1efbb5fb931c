"""Ready-made fragments: Karpathy's R-CNN features replace the stages regions and fc7.

They are the fragments of section 2 of the paper: 19 detections and the whole image, 4,096 numbers
each, but without boxes and scores. Later stages read them from the table `fc7` as usual.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seesay.corpora import Reject
from seesay.corpora.fragments import WIDTH, finder, read, sources
from seesay.schemas.vision import FC7, MANIFEST
from seesay.settings.fragments import FragmentsSettings
from seesay.shared import tables
from seesay.shared.columns import sized
from seesay.shared.errors import InputError
from seesay.shared.progress import progress
from seesay.shared.rejects import write_rejects
from seesay.shared.sources import seen, still
from seesay.vision.pictures import first_of

Features = NDArray[np.float32]

# Pictures whose rows are written at once, to keep row groups large.
PICTURES_A_WRITE = 50


def make_shards(
    manifests: Sequence[Path], fc7: Sequence[Path], rejects: Path, settings: FragmentsSettings
) -> None:
    """Write the table `fc7` of every shard: the n-th path for the n-th manifest.

    Codes of another shape, or of no picture of the manifests, go to the rejects or, with
    `on_bad_input: fail`, end the run; a picture without fragments always goes to the rejects. All
    features are in memory at once, 4 bytes a number: 330 MB for Pascal1K. Raises InputError also if
    a file is missing or no MATLAB file, if it has no fragments of any picture, if two files have
    the same picture, or if a file changes meanwhile.
    """
    shards = [tables.read(MANIFEST, path)["image_id"].tolist() for path in manifests]
    wanted = [image_id for shard in shards for image_id in shard]
    folder = Path(settings.path)
    before = seen(sources(folder).values())
    kept, bad = gather(folder, wanted, settings.whole)
    if bad and settings.on_bad_input == "fail":
        raise InputError(f"{first_of(bad)}; with on_bad_input: reject the run goes on without it")
    if not kept:
        why = f"; rejected: {first_of(bad)}" if bad else ""
        raise InputError(f"{folder}: no fragments of any picture of the corpora{why}")
    table = sized(FC7, feature=WIDTH)
    with ExitStack() as stack:
        for shard, path in zip(shards, fc7, strict=True):
            writer = stack.enter_context(tables.Writer(table, path))
            ids = iter([image_id for image_id in shard if image_id in kept])
            while some := list(islice(ids, PICTURES_A_WRITE)):
                writer.write(_columns(some, kept))
        still(before)
    reason = f"no fragments of it in {folder}; it takes no part in training and evaluation"
    bad += [Reject(image_id, reason) for image_id in wanted if image_id not in kept]
    refused = [("fragments", reject.id, reject.reason) for reject in bad]
    write_rejects(rejects, refused)


def gather(
    folder: Path, image_ids: Sequence[str], whole: str
) -> tuple[dict[str, Features], list[Reject]]:
    """The features (n, 4096) of each picture that has any, region by region, and rejects."""
    find = finder(image_ids)
    kept: dict[str, Features] = {}
    bad: list[Reject] = []
    for path in progress(list(sources(folder).values()), "fragments", "file"):
        found, faults = read(path)
        bad += faults
        for codes in found:
            image_id = find(codes.fname)
            if image_id is None:
                reason = f"fragments of no captioned picture (in {path.name}); add it to the corpus"
                bad.append(Reject(codes.fname, reason))
            elif image_id in kept:
                raise InputError(f"{path}: {codes.fname} is there twice; leave one")
            else:
                kept[image_id] = _in_order(codes.features, whole)
    return kept, bad


def _in_order(features: Features, whole: str) -> Features:
    """The rows with the whole image first, if it is known to be the last."""
    return np.roll(features, 1, axis=0) if whole == "last" else features


def _columns(image_ids: Sequence[str], kept: dict[str, Features]) -> dict[str, Any]:
    counts = [len(kept[image_id]) for image_id in image_ids]
    return {
        "image_id": np.repeat(np.array(image_ids, dtype=object), counts),
        "region": np.concatenate([np.arange(count) for count in counts]),
        "score": np.zeros(sum(counts), dtype=np.float32),
        "feature": np.concatenate([kept[image_id] for image_id in image_ids]),
    }
