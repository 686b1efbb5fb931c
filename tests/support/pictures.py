"""Small pictures and caption files, and the pictures stage on them."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from seesay.schemas.vision import CAPTIONS, IMAGES, MANIFEST
from seesay.settings.fc7 import Fc7Settings
from seesay.settings.pictures import PicturesSettings
from seesay.settings.regions import RegionsSettings
from seesay.shared import tables
from seesay.shared.tables import REJECTS
from seesay.vision.pictures import read_corpora

FIVE = "".join(f"Sentence {number}.\n" for number in range(5))
HEAVY = 3000  # MB: an image network that needs more is too large for most tests
EXACT = {"method": "exact", "train": 4, "validation": 1, "test": 1}


def jpeg(path: Path, size: tuple[int, int] = (20, 10), shade: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_noise(size, 40 + shade).save(path, quality=90)
    return path


def text(path: Path, content: str = FIVE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def settings(**change) -> PicturesSettings:
    values = {"corpora": [], "split": EXACT, "on_bad_input": "reject"}
    return PicturesSettings.model_validate_json(json.dumps(values | change))


def read(root: Path, out: Path, shards: int = 2, threads: int = 1, **change) -> dict:
    """Run the stage on a folder in Pascal1K's layout, or on the corpora that `change` lists."""
    manifests = [out / f"{shard}.parquet" for shard in range(shards)]
    paths = [out / f"{name}.parquet" for name in ("images", "captions", "rejects")]
    change = {"corpora": [{"reader": "pascal1k", "path": str(root)}]} | change
    read_corpora(*paths, manifests, settings(**change), threads=threads)
    images, captions, rejects = (
        tables.read(table, path)
        for table, path in zip((IMAGES, CAPTIONS, REJECTS), paths, strict=True)
    )
    return {
        "images": images.set_index("image_id"),
        "captions": captions,
        "rejects": dict(zip(rejects["id"], rejects["reason"], strict=True)),
        "manifests": [tables.read(MANIFEST, path) for path in manifests],
    }


def entry(filename: str, split: str, *raw: str, **more: str) -> dict:
    return {"filename": filename, "split": split, "sentences": [{"raw": r} for r in raw], **more}


def dataset(folder: Path, *images: object, name: str = "dataset_flickr8k.json") -> Path:
    return text(folder / name, json.dumps({"dataset": "flickr8k", "images": images}))


REGIONS_SETTINGS = RegionsSettings(
    proposals="selective_search",
    mode="fast",
    weights="random",
    side=160,
    min_area=0.02,
    nms=0.5,
    candidates=40,
    on_bad_input="reject",
)
FC7_SETTINGS = Fc7Settings(
    network="efficientnet_lite0",
    weights="DEFAULT",
    size=64,
    context=8,
    nms=1.0,
    regions=2,
    batch=4,
)


def pictures(folder: Path, count: int, size: tuple[int, int]) -> Path:
    """Pictures of blurred noise and the manifest that lists them."""
    random, rows = np.random.default_rng(0), []
    for number in range(count):
        path = folder / f"{number:04}.jpg"
        noise = Image.fromarray(random.integers(0, 256, (6, 8, 3), dtype=np.uint8))
        noise.resize(size, Image.Resampling.BICUBIC).save(path)
        rows.append((path.stem, str(path), "-"))
    columns = dict(zip(("image_id", "path", "digest"), zip(*rows, strict=True), strict=True))
    tables.write(MANIFEST, folder / "manifest.parquet", columns)
    return folder / "manifest.parquet"
