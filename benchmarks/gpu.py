"""The stages that use a GPU, on one and on the CPU: `python benchmarks/gpu.py [--small]`.

It needs this repository's environment and nothing else: pictures are drawn, weights and features
are random. fc7 is compared with its networks' forward pass alone, training with one core of this
machine, and both give the CPU's numbers to the tolerance that is printed. Without a GPU the same
code runs on the CPU, on less: that shows that it works, and no more. `--small` takes less of
everything on a GPU too; all of it takes some ten minutes on a recent one.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from against import RECIPES, trained
from fc7 import ALEXNET, draw
from paired import machine

from seesay.learning import loop
from seesay.model.network import Network
from seesay.schemas.vision import FC7, MANIFEST, REGIONS
from seesay.settings.fc7 import Fc7Settings
from seesay.shared import tables
from seesay.vision.candidates import candidates_of
from seesay.vision.crops import crops_of
from seesay.vision.fc7 import extract_shard
from seesay.vision.networks import load

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Sizes:
    """How much each measurement does, on the device and on the CPU beside it."""

    pictures: int  # of fc7
    boxes: int  # candidates of a picture
    detected: int  # pictures of Faster R-CNN
    compared: int  # pictures of which features are compared with the CPU's
    trained: int  # pictures of an epoch
    rounds: int


FULL = Sizes(pictures=50, boxes=2000, detected=200, compared=2, trained=400, rounds=3)
SMALL = Sizes(pictures=4, boxes=30, detected=4, compared=2, trained=40, rounds=1)


def seconds(work: Callable[[], object], device: torch.device, rounds: int) -> float:
    """The median time of some rounds, after one that is not counted, with the device's queue."""
    times = []
    for _ in range(1 + rounds):
        began = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])


def fc7_of(
    folder: Path, device: torch.device, settings: Fc7Settings, pictures: int, boxes: int
) -> tuple[np.ndarray, Callable[[], None], Path, Path]:
    """The first features of a drawn corpus, the whole stage as a function, and its inputs."""
    folder.mkdir()
    manifest, regions, out = (folder / f"{name}.parquet" for name in ("manifest", "regions", "fc7"))
    listed, boxed = draw(folder, pictures, boxes)
    tables.write(MANIFEST, manifest, listed)
    tables.write(REGIONS, regions, boxed)
    workers = max(1, (os.cpu_count() or 2) - 1)

    def stage() -> None:
        extract_shard(manifest, regions, out, settings, device.type, 1, workers)

    stage()
    return np.stack(tables.read(FC7, out)["feature"]), stage, manifest, regions


def alexnet(folder: Path, device: torch.device, sizes: Sizes) -> list[str]:
    """The whole stage beside its forward pass on crops that are on the device."""
    settings = ALEXNET.model_copy(update={"batch": 256, "regions": 19})
    _, stage, manifest, regions = fc7_of(
        folder / "many", device, settings, sizes.pictures, sizes.boxes
    )
    count = sizes.pictures * (sizes.boxes + 1)
    whole = seconds(stage, device, sizes.rounds)
    network = load(settings.network, settings.weights, settings.size).to(device)
    crops = crops_of(candidates_of(manifest, regions), settings, network.fill)
    some = [next(crops).pixels for _ in range(min(settings.batch, count))]
    pixels = torch.from_numpy(np.stack(some)).to(device)

    def forward() -> None:
        with torch.inference_mode():
            for _ in range(max(1, count // len(pixels))):
                network(pixels)

    done = max(1, count // len(pixels)) * len(pixels)
    bound = seconds(forward, device, sizes.rounds) / done
    every = whole / count * 1000 * 2000
    return [
        f"AlexNet, pictures to table, {count:,} crops: {count / whole:,.0f} crops/s; its forward "
        f"pass alone {1 / bound:,.0f} crops/s; share {bound * count / whole:.2f} (goal 0.70)",
        f"1,000 pictures x 2,000 candidates at that rate: {every / 60:.1f} min (goal < 5)",
        equal(folder / "few", device, settings, sizes),
    ]


def equal(folder: Path, device: torch.device, settings: Fc7Settings, sizes: Sizes) -> str:
    """How far the device's features are from the CPU's, as a share of their spread."""
    folder.mkdir()
    both = [
        fc7_of(folder / place.type, place, settings, sizes.compared, 20)[0]
        for place in dict.fromkeys((CPU, device))
    ]
    apart = np.abs(both[0] - both[-1]).max() / both[0].std()
    return f"greatest difference of a feature from the CPU's: {apart:.1e} standard deviations"


def detector(folder: Path, device: torch.device, sizes: Sizes) -> list[str]:
    """Faster R-CNN's one pass a picture, pictures to table."""
    settings = ALEXNET.model_copy(
        update={"network": "fasterrcnn", "size": 600, "regions": 19, "context": 0}
    )
    _, stage, _, _ = fc7_of(folder / "seen", device, settings, sizes.detected, 20)
    rate = sizes.detected / seconds(stage, device, sizes.rounds)
    return [f"Faster R-CNN, pictures to table: {rate:.1f} pictures/s (goal 25)"]


def epoch(
    values: dict[str, object], width: int, size: int, device: torch.device, pictures: int
) -> tuple[Callable[[], float], Network]:
    """An epoch's training on random features, whose result is its loss; and its network."""
    types, draws = np.random.default_rng(0), np.random.default_rng(1)
    parts = trained(values, width, size, pictures, types, device.type)
    return lambda: loop.train_epoch(*parts, draws), parts[0]


def training(device: torch.device, sizes: Sizes) -> list[str]:
    """Pictures a second of each recipe on the device and on one core, and how far they part."""
    lines = []
    for name, values, width, size in RECIPES:
        rates, weights = [], []
        # No dropout where weights are compared: the devices draw other numbers.
        plain = values | {"dropout": 0.0, "image_dropout": 0.0}
        for place in (CPU, device):
            work, network = epoch(plain, width, size, place, 20)
            work()
            weights.append(torch.cat([p.detach().cpu().flatten() for p in network.parameters()]))
            pictures = sizes.trained if place.type == "cuda" else 40
            timed, _ = epoch(values, width, size, place, pictures)
            rates.append(pictures / seconds(timed, place, sizes.rounds))
        apart = (weights[0] - weights[1]).abs().max() / weights[0].std()
        lines.append(
            f"{name}: {rates[1]:,.0f} pictures/s; one core {rates[0]:,.1f} pictures/s; "
            f"{rates[1] / rates[0]:.1f} times (goal {20 if name.startswith('best') else 10}); "
            f"weights after an epoch {apart:.1e} standard deviations from the CPU's"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--small", action="store_true", help="less of everything")
    small = parser.parse_args().small
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    sizes = SMALL if small or device.type == "cpu" else FULL
    torch.set_num_threads(1)
    what = torch.cuda.get_device_name() if device.type == "cuda" else "no GPU: the CPU in its place"
    print(f"{what}; {machine()}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        # Each is printed at once, in case a later one fails.
        for work in (
            lambda: alexnet(Path(name), device, sizes),
            lambda: detector(Path(name), device, sizes),
            lambda: training(device, sizes),
        ):
            print("\n".join(work()), flush=True)


if __name__ == "__main__":
    main()
