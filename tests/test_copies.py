"""Pictures that look like one of another split."""

import io
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seesay.schemas.vision import COPIES
from seesay.settings.pictures import PicturesSettings
from seesay.shared import tables
from seesay.vision.copies import across, apart, signature, told
from seesay.vision.pictures import read_corpora


def photograph(seed: int, side: int = 120) -> Image.Image:
    """Blots of colour, with some grain."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (9, 9, 3), np.uint8)
    smooth = np.asarray(Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC))
    grain = random.integers(-9, 10, smooth.shape)
    return Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))


def encoded(picture: Image.Image, quality: int) -> Image.Image:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality)
    return Image.open(stream).convert("RGB")


CHANGES = {
    "scaled down": lambda p: p.resize((60, 60)),
    "scaled up": lambda p: p.resize((300, 300)),
    "another aspect": lambda p: p.resize((120, 80)),
    "encoded anew": lambda p: encoded(p, 30),
    "both": lambda p: encoded(p.resize((60, 60)), 50),
    "grey": lambda p: p.convert("L").convert("RGB"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_copy_in_another_split_is_found_and_nothing_else(change) -> None:
    pictures = {f"p{seed:02}": photograph(seed) for seed in range(20)}
    pictures |= {"q": change(pictures["p07"]), "r": change(pictures["p08"])}
    splits = dict.fromkeys(pictures, "train") | {"q": "test"}  # r is where p08 is
    found = across({name: signature(p) for name, p in pictures.items()}, splits)
    assert found.drop(columns="bits").values.tolist() == [["p07", "q", "train", "test"]]
    assert told(found) == "p07 (train) and q (test)"


def test_copies_that_one_fold_alone_puts_apart_are_found() -> None:
    signs = {f"p{n}": signature(photograph(n % 3)) for n in range(9)}
    names = ("train", "validation", "test")
    # Copies are three apart: in fold 0 they share a split, in fold 1 those of p0 do not.
    folds = [{name: names[int(name[1]) % 3] for name in signs} for _ in range(3)]
    folds[1] |= {"p3": "test"}
    folds[2] |= {"p0": "validation", "p6": "test", "p8": "train"}
    found = across(signs, *folds).drop(columns="bits").values.tolist()
    assert found == [
        ["p0", "p3", "train", "test"],
        ["p0", "p6", "validation", "test"],
        ["p2", "p8", "test", "train"],
        ["p3", "p6", "test", "train"],
        ["p5", "p8", "test", "train"],
    ]
    assert across(signs, folds[0]).empty
    assert across({}, *folds).empty


def test_pairs_do_not_depend_on_the_size_of_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    signs = {f"p{n:02}": signature(photograph(n % 7)) for n in range(40)}
    splits = {name: ("train", "test", "validation")[n % 3] for n, name in enumerate(signs)}
    pairs = [
        (one, other)
        for n, one in enumerate(signs)
        for other in list(signs)[n + 1 :]
        if signs[one] == signs[other] and splits[one] != splits[other]
    ]
    for size in (1, 7, 1000):
        monkeypatch.setattr("seesay.vision.copies.BLOCK", size)
        found = across(signs, splits)
        assert list(zip(found["image_id"], found["other"], strict=True)) == pairs
        assert (found["bits"] == 0).all()


def test_memory_grows_by_the_signature_of_a_picture() -> None:
    """Where one block of pictures was held against all others, it grew by 13 kB a picture."""

    def peak(pictures: int) -> int:
        random = np.random.default_rng(0)
        signs = {str(n): random.bytes(129) for n in range(pictures)}
        splits = {name: str(int(name) % 2) for name in signs}
        tracemalloc.start()
        assert across(signs, splits).empty
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(4000) - peak(2000) < 2000 * 1000


def test_flat_pictures_are_like_none() -> None:
    flat = {name: signature(Image.new("RGB", (50, 50), name)) for name in ("red", "blue")}
    assert set(flat.values()) == {b""}
    assert across(flat, {"red": "train", "blue": "test"}).empty


def test_bits_are_counted_as_by_hand() -> None:
    some, others = (np.array(rows, np.uint8) for rows in ([[0, 0, 1]], [[0, 1, 0], [0, 0, 1]]))
    assert apart(some, others).tolist() == [[2.0, 0.0]]


def test_the_stage_tells_and_keeps_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lists: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
    (tmp_path / "in").mkdir()
    for number, split in enumerate(["train", "validation", "test"] * 2):
        picture = photograph(number) if number < 5 else photograph(0).resize((90, 90))
        picture.save(tmp_path / "in" / f"{number}.png")
        (tmp_path / "in" / f"{number}.txt").write_text("a dog\n")
        lists[split].append(f"{number}\n")
    for split, names in lists.items():
        (tmp_path / f"{split}.txt").write_text("".join(names))
    files = {split: str(tmp_path / f"{split}.txt") for split in lists}
    settings = PicturesSettings.model_validate(
        {
            "corpora": [{"reader": "pascal1k", "path": str(tmp_path / "in")}],
            "split": {"method": "files", **files},
            "on_bad_input": "fail",
        }
    )
    out = [tmp_path / name for name in ("images", "captions", "rejects")]
    read_corpora(*out, [tmp_path / "shard"], settings, alike=tmp_path / "copies")
    found = tables.read(COPIES, tmp_path / "copies")
    assert found[["image_id", "other"]].values.tolist() == [["0", "5"]]
    text = "1 pair of pictures in two splits that look the same: 0 (train) and 5 (test)"
    assert text in capsys.readouterr().out


@pytest.mark.slow
def test_no_two_photographs_are_taken_for_copies(real_data: Path) -> None:
    files = sorted((real_data / "flickr8k_1000" / "images").glob("*.jpg"))
    signatures = {f.stem: signature(Image.open(f).convert("RGB")) for f in files}
    assert across(signatures, {name: name for name in signatures}).empty  # each in its own split
