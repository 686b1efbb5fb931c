from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from seesay import tables
from seesay.errors import InputError
from seesay.pictures import MANIFEST
from seesay.pixels import decode
from seesay.regions import REGIONS, area, by_size_in_turn, propose, propose_shard, suppress
from seesay.settings.regions import RegionsSettings

SETTINGS = RegionsSettings(
    proposals="selective_search",
    mode="fast",
    side=160,
    min_area=0.02,
    nms=0.5,
    candidates=40,
    on_bad_input="reject",
)
# A large, a middle and a small thing of a picture of 160 x 120 px: 25 %, 8 %, 3 % of it.
THINGS = [(8, 10, 88, 70), (100, 64, 148, 96), (112, 10, 136, 34)]


def changed(**values: object) -> RegionsSettings:
    return SETTINGS.model_copy(update=values)


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
    np.testing.assert_array_equal(suppress(boxes, threshold), np.array(kept))


def test_sizes_take_turns_largest_first():
    share = np.array([0.6, 0.5, 0.3, 0.26, 0.25, 0.2, 0.1])
    # Classes: 0.6 0.5 | 0.3 0.26 0.25 | 0.2 | 0.1
    assert share[by_size_in_turn(share)].tolist() == [0.6, 0.3, 0.2, 0.1, 0.5, 0.26, 0.25]


def test_regions_are_the_whole_image_and_the_things_in_it():
    boxes = propose(np.asarray(drawn()), SETTINGS)
    assert boxes.dtype == np.int32
    assert boxes[0].tolist() == [0, 0, 160, 120]
    assert all(found(thing, boxes[1:]) for thing in THINGS)


def test_boxes_lie_inside_are_large_enough_and_differ():
    boxes = propose(busy(), SETTINGS)
    assert len(boxes) > 20
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


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (30, 40)])
def test_a_picture_of_nothing_is_one_region(shape):
    boxes = propose(np.full((*shape, 3), 80, dtype=np.uint8), SETTINGS)
    assert boxes.tolist() == [[0, 0, shape[1], shape[0]]]


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


def test_a_shard_twice_gives_the_same_bytes_and_names_what_it_refused(tmp_path):
    listed = manifest(tmp_path)
    runs = []
    for run in "12":
        out, refused = tmp_path / f"regions{run}.parquet", tmp_path / f"rejects{run}.parquet"
        propose_shard(listed, out, refused, SETTINGS)
        runs.append((out.read_bytes(), refused.read_bytes()))
    assert runs[0] == runs[1]

    table = tables.read(REGIONS, out)
    assert table["image_id"].unique().tolist() == ["a", "b"]
    for image_id, name in [("a", "a.jpg"), ("b", "b.png")]:
        rows = table[table["image_id"] == image_id]
        expected = propose(np.asarray(decode(tmp_path / name)), SETTINGS)
        assert rows["region"].tolist() == list(range(len(expected)))
        np.testing.assert_array_equal(rows[["x0", "y0", "x1", "y1"]].to_numpy(), expected)

    rejected = tables.read(tables.REJECTS, refused)
    assert rejected[["stage", "id"]].to_numpy().tolist() == [
        ["regions", "cut"],
        ["regions", "gone"],
    ]
    assert "truncated" in rejected["reason"][0]
    assert "No such file" in rejected["reason"][1]
    assert all("\n" not in reason for reason in rejected["reason"])


def test_a_bad_picture_can_end_the_run_and_leaves_no_table(tmp_path):
    listed, out = manifest(tmp_path), tmp_path / "regions.parquet"
    with pytest.raises(InputError, match=r"cut\.jpg: .*truncated"):
        propose_shard(listed, out, tmp_path / "rejects.parquet", changed(on_bad_input="fail"))
    assert not out.exists()


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
