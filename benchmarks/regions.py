"""regions: two jobs on two cores beside one, for every method that needs no weights."""

import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from paired import Comparison, Figure, interleave
from PIL import Image

from seesay.schemas.vision import MANIFEST, REGIONS
from seesay.settings.regions import RegionsSettings
from seesay.shared import tables
from seesay.vision.regions import propose_shard

PICTURES = 60
WIDTH, HEIGHT = 500, 375  # px, as the photographs of Pascal1K and Flickr8k
SETTINGS = RegionsSettings(
    proposals="selective_search",
    mode="fast",
    weights="random",
    side=224,
    min_area=0.02,
    nms=0.5,
    candidates=40,
    on_bad_input="fail",
)


def measure() -> list[Comparison | Figure]:
    with (
        tempfile.TemporaryDirectory() as name,
        ProcessPoolExecutor(2, get_context("spawn")) as pool,
    ):
        shards = {
            shard: draw(Path(name), shard, numbers)
            for shard, numbers in {
                "all": range(PICTURES),
                "even": range(0, PICTURES, 2),
                "odd": range(1, PICTURES, 2),
            }.items()
        }
        return [compare(pool, shards, method) for method in ("selective_search", "edge_boxes")]


def compare(pool: ProcessPoolExecutor, shards: dict[str, Path], method: str) -> Comparison:
    """The same pictures as two shards side by side, and as one."""
    settings = SETTINGS.model_copy(update={"proposals": method})

    def jobs(*names: str) -> None:
        for done in [pool.submit(job, shards[name], settings) for name in names]:
            done.result()

    def ours() -> None:
        jobs("even", "odd")

    def peer() -> None:
        jobs("all")

    times = interleave(ours, peer, rounds=3)
    halves = tables.read(REGIONS, [boxes(shards["even"]), boxes(shards["odd"])])
    assert halves.equals(tables.read(REGIONS, boxes(shards["all"])))
    return Comparison(
        "regions",
        f"{method}: {PICTURES} pictures of {WIDTH} x {HEIGHT} px, seen {settings.side} px long, "
        "files to file, as two jobs on two cores",
        "as one job",
        PICTURES,
        "pictures/s",
        *times,
    )


def job(manifest: Path, settings: RegionsSettings) -> None:
    propose_shard(manifest, boxes(manifest), manifest.with_suffix(".rejects"), settings)


def boxes(manifest: Path) -> Path:
    return manifest.with_suffix(".regions")


def draw(folder: Path, shard: str, numbers: range) -> Path:
    """Pictures of blurred noise of three scales as JPEG files, and the manifest of a shard."""
    rows = []
    for number in numbers:
        rng, path = np.random.default_rng(number), folder / f"{number:02}.jpg"
        layers = [
            Image.fromarray(rng.integers(0, 256, (side, side, 3), dtype=np.uint8)).resize(
                (WIDTH, HEIGHT), Image.Resampling.BICUBIC
            )
            for side in (4, 12, 40)
        ]
        Image.blend(Image.blend(layers[0], layers[1], 0.4), layers[2], 0.2).save(path)
        rows.append({"image_id": path.stem, "path": str(path), "digest": "-"})
    columns = {column: [row[column] for row in rows] for column in rows[0]}
    tables.write(MANIFEST, folder / f"{shard}.parquet", columns)
    return folder / f"{shard}.parquet"
