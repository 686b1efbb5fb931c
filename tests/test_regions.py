from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from seesay.schemas.vision import MANIFEST, REGIONS
from seesay.settings import choice
from seesay.settings.regions import RegionsSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.pixels import decode
from seesay.vision import regions
from seesay.vision.proposals import selective_search
from seesay.vision.proposals.edge_boxes import edges
from seesay.vision.proposals.grid import places
from seesay.vision.regions import (
    Regions,
    area,
    by_size_in_turn,
    largest_first,
    propose_shard,
    suppress,
)
from support.alive import Alive
from support.peak import peak
from support.pictures import REGIONS_SETTINGS as SETTINGS
from support.pictures import pictures

PACKAGE = "seesay.vision.proposals"
METHODS = choice.names(PACKAGE)
# Side in px to search at: a network needs no larger one here, and takes longest.
SIDES = {name: 64 if choice.about(PACKAGE, name).network else 160 for name in METHODS}
# A large, a middle and a small thing of a picture of 160 x 120 px: 25 %, 8 %, 3 % of it.
THINGS = [(8, 10, 88, 70), (100, 64, 148, 96), (112, 10, 136, 34)]


def changed(**values: object) -> RegionsSettings:
    return SETTINGS.model_copy(update=values)


def propose(pixels: np.ndarray, settings: RegionsSettings) -> np.ndarray:
    return Regions(settings).of(pixels)


def drawn() -> Image.Image:
    picture = Image.new("RGB", (160, 120), (40, 90, 60))
    pencil = ImageDraw.Draw(picture)
    for (x0, y0, x1, y1), colour in zip(THINGS, ["red", "white", "yellow"], strict=True):
        pencil.rectangle((x0, y0, x1 - 1, y1 - 1), fill=colour)
    return picture


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    both = max(width, 0) * max(height, 0)
    return both / (area(np.array([one, other])).sum() - both)


def found(thing: tuple[int, ...], boxes: np.ndarray) -> bool:
    """Is a box within 3 px of the thing on each side? The search blurs the picture that much."""
    return bool((np.abs(boxes - thing).max(axis=1) <= 3).any())


def busy() -> np.ndarray:
    """Overlapping rectangles of all sizes, as pixels (120, 160, 3)."""
    random = np.random.default_rng(0)
    picture = drawn()
    pencil = ImageDraw.Draw(picture)
    for x, y, w, h, *colour in random.integers(0, [160, 120, 50, 50, 256, 256, 256], (40, 7)):
        pencil.rectangle((x, y, x + w, y + h), fill=tuple(colour))
    return np.asarray(picture)


boxes_drawn = st.lists(
    st.tuples(*[st.integers(0, 12)] * 2, *[st.integers(1, 9)] * 2), min_size=1, max_size=40
)


@given(boxes_drawn, st.sampled_from([0.31, 0.52, 0.74, 1.0]))
def test_suppression_equals_a_plain_loop(sides, threshold):
    boxes = np.unique([(x, y, x + w, y + h) for x, y, w, h in sides], axis=0).astype(np.int32)
    kept: list[np.ndarray] = []
    for box in sorted(boxes, key=lambda b: (-(b[2] - b[0]) * (b[3] - b[1]), b[1], b[0])):
        if all(overlap(box, other) <= threshold for other in kept):
            kept.append(box)
    ordered = largest_first(boxes)
    stay = suppress(ordered, threshold)
    assert (np.diff(stay) > 0).all()
    np.testing.assert_array_equal(ordered[stay], np.array(kept))


def test_sizes_take_turns_largest_first():
    share = np.array([0.6, 0.5, 0.3, 0.26, 0.25, 0.2, 0.1])
    # Classes: 0.6 0.5 | 0.3 0.26 0.25 | 0.2 | 0.1
    assert share[by_size_in_turn(share)].tolist() == [0.6, 0.3, 0.2, 0.1, 0.5, 0.26, 0.25]


def test_regions_are_the_whole_image_and_the_things_in_it():
    boxes = propose(np.asarray(drawn()), SETTINGS)
    assert boxes.dtype == np.int32
    assert boxes[0].tolist() == [0, 0, 160, 120]
    assert all(found(thing, boxes[1:]) for thing in THINGS)


@pytest.mark.parametrize("proposals", METHODS)
def test_boxes_lie_inside_are_large_enough_and_differ(proposals):
    boxes = propose(busy(), changed(proposals=proposals, side=SIDES[proposals]))
    assert len(boxes) > 1
    assert boxes[0].tolist() == [0, 0, 160, 120]
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, :2] < boxes[:, 2:]).all()
    assert (boxes[:, 2:] <= [160, 120]).all()
    assert area(boxes).min() >= 0.02 * 160 * 120
    for i, box in enumerate(boxes):
        assert max((overlap(box, other) for other in boxes[:i]), default=0.0) <= 0.5


def test_small_boxes_go_and_large_ones_stay():
    boxes = propose(np.asarray(drawn()), changed(min_area=0.06))[1:]
    assert area(boxes).min() >= 0.06 * 160 * 120
    assert [found(thing, boxes) for thing in THINGS] == [True, True, False]


def test_the_first_candidates_are_kept():
    every, few = propose(busy(), SETTINGS), propose(busy(), changed(candidates=7))
    np.testing.assert_array_equal(few, every[:8])


def test_a_large_picture_is_searched_small():
    pixels = busy()
    # Scaled down to 160 px it is the same picture again.
    twice = pixels.repeat(2, axis=0).repeat(2, axis=1)
    np.testing.assert_array_equal(propose(twice, SETTINGS), 2 * propose(pixels, SETTINGS))


@pytest.mark.parametrize("mode", ["fast", "quality"])
def test_scales_by_default_are_those_of_opencv_s_mode(mode):
    """Its fast mode has three scales: 150, 300 and 450; none of them alone has all boxes."""
    pixels = np.asarray(drawn().resize((320, 240)).convert("RGB"))
    pixels = pixels ^ np.random.default_rng(0).integers(0, 32, pixels.shape, dtype=np.uint8)
    search = cv2.ximgproc.segmentation.createSelectiveSearchSegmentation()
    search.setBaseImage(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    getattr(search, f"switchToSelectiveSearch{mode.title()}")()
    theirs = {(x, y, x + w, y + h) for x, y, w, h in search.process().tolist()}
    settings = changed(mode=mode, side=320)

    def ours(**values):
        boxes = selective_search.proposer(settings.model_copy(update=values), "cpu")(pixels)
        return set(map(tuple, boxes.tolist()))

    assert ours() == theirs
    assert ours(k=(150, 300), min_size=100, sigma=0.8) < theirs
    assert ours(k=(150,)) | ours(k=(300,)) | ours(k=(450,)) <= theirs


def test_smaller_scales_and_segments_have_more_boxes_and_blur_fewer(real_data):
    """R-CNN's own: k = 50 and 100, each with segments of as many px at least."""
    paths = sorted((real_data / "pascal1k_282" / "images").rglob("*.jpg"))[:2]
    for pixels in (np.asarray(Image.open(path).convert("RGB")) for path in paths):

        def count(pixels=pixels, **values):
            settings = changed(side=500).model_copy(update=values)
            return len(selective_search.proposer(settings, "cpu")(pixels))

        fast, rcnn = count(), count(k=(50, 100), min_size="k")
        assert rcnn > count(k=(50, 100)) > fast
        assert rcnn > 2 * fast
        assert count(k=(50, 100), min_size="k", sigma=2.0) < rcnn


@pytest.mark.parametrize("proposals", ["selective_search", "edge_boxes"])
@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (30, 40)])
def test_a_picture_of_nothing_is_one_region(shape, proposals):
    boxes = propose(np.full((*shape, 3), 80, dtype=np.uint8), changed(proposals=proposals))
    assert boxes.tolist() == [[0, 0, shape[1], shape[0]]]


def test_edge_boxes_come_best_first_and_find_the_things():
    settings = changed(proposals="edge_boxes", nms=0.85)
    pixels = np.asarray(drawn())
    boxes = propose(pixels, settings)[1:]
    # Looser than selective search's: a box holds the whole contour, and is tried in steps.
    assert all(max(overlap(np.array(t), box) for box in boxes) > 0.75 for t in THINGS)
    few = propose(pixels, settings.model_copy(update={"candidates": 5}))[1:]
    np.testing.assert_array_equal(few, boxes[:5])
    assert max(overlap(np.array(THINGS[1]), box) for box in few) > 0.8


def test_an_edge_is_thin_and_its_direction_is_across_it():
    down, right = np.mgrid[:60, :80]
    upright, flat = (np.where(side[..., None] < 30, 0, 200) for side in (right, down))
    falling, rising = (
        np.where(side[..., None] < 70, 0, 200) for side in (right + down, right - down + 60)
    )
    for pixels, expected in [(upright, 0), (flat, 0.5), (falling, 0.25), (rising, 0.75)]:
        strength, direction = edges(pixels.repeat(3, axis=2).astype(np.uint8))
        on = np.argwhere(strength > 0.5)
        on = on[(on > 3).all(axis=1) & (on < [56, 76]).all(axis=1)]
        assert 40 < len(on) < 140
        np.testing.assert_allclose(direction[tuple(on.T)] / np.pi, expected, atol=0.01)


def test_an_edge_between_colours_of_equal_brightness_is_seen():
    pixels = np.zeros((40, 40, 3), dtype=np.uint8)
    pixels[:, :20, 0], pixels[:, 20:, 1] = 196, 100  # Equally grey: 0.299 r = 0.587 g
    assert edges(pixels)[0][5:35, 18:22].max(axis=1).min() > 0.9


def test_the_grid_is_laid_out_by_hand():
    assert places(0.5) == [0, 0.25, 0.5]
    assert places(1.0) == [0]
    np.testing.assert_allclose(places(0.4), [0, 0.2, 0.4, 0.6])
    every = changed(proposals="grid", min_area=0.5, nms=1.0)
    # Half of a picture of 160 x 120 px: as wide as it (3), as high (3), and of its shape (4).
    boxes = propose(np.zeros((120, 160, 3), dtype=np.uint8), every)[1:]
    assert boxes[:2].tolist() == [[40, 0, 120, 120], [0, 30, 160, 90]]
    assert sorted(boxes.tolist()) == sorted(
        [
            *[[0, y, 160, y + 60] for y in (0, 30, 60)],
            *[[x, 0, x + 80, 120] for x in (0, 40, 80)],
            *[[x, y, x + 113, y + 85] for x in (0, 47) for y in (0, 35)],
        ]
    )


def test_the_grid_is_the_same_in_every_picture_and_of_every_size_at_first():
    settings = changed(proposals="grid", nms=0.7, candidates=5000)
    boxes = propose(busy(), settings)
    np.testing.assert_array_equal(propose(np.asarray(drawn()), settings), boxes)
    share = area(boxes[1:6]) / (160 * 120)
    np.testing.assert_allclose(share, [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32], rtol=0.1)
    centres = (boxes[1:6, :2] + boxes[1:6, 2:]) / 2
    assert (np.abs(centres - [80, 60]) < [30, 25]).all()
    covered = np.zeros((120, 160), dtype=bool)
    for x0, y0, x1, y1 in boxes[area(boxes) < 0.04 * 160 * 120]:
        covered[y0:y1, x0:x1] = True
    assert covered.all()


def manifest(folder: Path) -> Path:
    """Two good pictures, one cut short and one that is not there."""
    drawn().save(folder / "b.png")
    drawn().rotate(90, expand=True).save(folder / "a.jpg", quality=95)
    (folder / "cut.jpg").write_bytes((folder / "a.jpg").read_bytes()[:900])
    names = ["b.png", "gone.jpg", "cut.jpg", "a.jpg"]
    rows = {
        "image_id": [name.partition(".")[0] for name in names],
        "path": [str(folder / name) for name in names],
        "digest": names,
    }
    tables.write(MANIFEST, folder / "manifest.parquet", rows)
    return folder / "manifest.parquet"


@pytest.mark.parametrize("proposals", METHODS)
def test_a_shard_twice_gives_the_same_bytes_and_names_what_it_refused(tmp_path, proposals):
    listed = manifest(tmp_path)
    settings = changed(proposals=proposals, side=SIDES[proposals])
    runs = []
    for run in "12":
        out, refused = tmp_path / f"regions{run}.parquet", tmp_path / f"rejects{run}.parquet"
        propose_shard(listed, out, refused, settings, "cpu")
        runs.append((out.read_bytes(), refused.read_bytes()))
    assert runs[0] == runs[1]

    table = tables.read(REGIONS, out)
    assert table["image_id"].unique().tolist() == ["a", "b"]
    for image_id, name in [("a", "a.jpg"), ("b", "b.png")]:
        rows = table[table["image_id"] == image_id]
        expected = propose(np.asarray(decode(tmp_path / name)), settings)
        assert rows["region"].tolist() == list(range(len(expected)))
        np.testing.assert_array_equal(rows[["x0", "y0", "x1", "y1"]].to_numpy(), expected)

    rejected = tables.read(tables.REJECTS, refused)
    assert rejected[["stage", "id"]].to_numpy().tolist() == [
        ["regions", "cut"],
        ["regions", "gone"],
    ]
    assert "truncated" in rejected["reason"][0]
    assert "no such file" in rejected["reason"][1]
    assert all("\n" not in reason for reason in rejected["reason"])


def test_a_bad_picture_can_end_the_run_and_leaves_no_table(tmp_path):
    listed, out = manifest(tmp_path), tmp_path / "regions.parquet"
    with pytest.raises(InputError, match=r"cut\.jpg: .*truncated"):
        propose_shard(listed, out, tmp_path / "rejects.parquet", changed(on_bad_input="fail"))
    assert not out.exists()


def test_few_pictures_are_in_memory_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(regions, "PICTURES_A_WRITE", 3)
    decoded, boxes = Alive(), Alive()

    def opened(row):
        image_id, picture = open_picture(row)
        decoded.watch(picture)
        return image_id, picture

    def found(*arguments):
        for image_id, some in propose_each(*arguments):
            boxes.watch(some)
            yield image_id, some

    open_picture, propose_each = regions._open, regions._propose_each
    monkeypatch.setattr(regions, "_open", opened)
    monkeypatch.setattr(regions, "_propose_each", found)
    listed, out = pictures(tmp_path, 30, (96, 80)), tmp_path / "regions.parquet"
    propose_shard(listed, out, tmp_path / "rejects.parquet", changed(proposals="grid"))
    assert tables.read(REGIONS, out)["image_id"].nunique() == 30
    # What is proposed for, and what is decoded ahead; what is written, and what comes next.
    assert 0 < decoded.most <= 4
    assert 3 <= boxes.most <= 2 * 3


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here")
def test_the_memory_of_opencv_does_not_grow_with_the_number_of_pictures(tmp_path):
    settings = changed(proposals="selective_search", side=64, nms=0.9, candidates=200)
    peaks = []
    for count in (40, 400):
        folder = tmp_path / str(count)
        folder.mkdir()
        listed = pictures(folder, count, (320, 240))
        out = {"regions": folder / "regions.parquet", "rejects": folder / "rejects.parquet"}
        peaks.append(peak("regions", settings, manifest=listed, **out))
        found = tables.read(REGIONS, out["regions"])
        assert found["image_id"].nunique() == count
    assert peaks[1] < 1.15 * peaks[0]


def test_a_shard_without_pictures_is_an_empty_table(tmp_path):
    tables.write(MANIFEST, tmp_path / "m.parquet", {"image_id": [], "path": [], "digest": []})
    propose_shard(tmp_path / "m.parquet", tmp_path / "r.parquet", tmp_path / "x.parquet", SETTINGS)
    assert len(tables.read(REGIONS, tmp_path / "r.parquet")) == 0


def test_pictures_are_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by a quarter, clockwise
    drawn().save(tmp_path / "turned.png", exif=exif)
    np.testing.assert_array_equal(
        np.asarray(decode(tmp_path / "turned.png")), np.rot90(np.asarray(drawn()), k=-1)
    )
