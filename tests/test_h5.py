"""Vectors in files of h5features, in the layouts of its versions 1.0, 1.1 and 2.0."""

import numpy as np
import pytest

from seesay.commands.evaluate.reading import PICTURES, WORDS, read
from seesay.shared.errors import InputError

h5py = pytest.importorskip("h5py", reason="h5py is not installed (the extra h5features)")

ITEMS = {"b/1.jpg": [[1.0, 2.0], [3.0, 4.0]], "a": [[5.0, 6.0]]}
WORD = {"w2": [[1.0, 2.0]], "w1": [[5.0, 6.0]]}


def first(path, items, version="1.1"):
    """A file of versions 1, whose items stand in one table."""
    names = {"1.0": ("files", "file_index", "times"), "1.1": ("items", "index", "labels")}
    listed, index, times = names.get(version, names["1.1"])
    rows = np.concatenate([np.array(each) for each in items.values()])
    with h5py.File(path, "w") as file:
        group = file.create_group("vectors")
        group.attrs["version"] = version
        group[listed] = list(items)
        group[index] = np.cumsum([len(each) for each in items.values()]) - 1
        group[times] = np.arange(len(rows)) / 100
        group["features"] = rows
    return path


def second(path, items):
    """A file of version 2, with a group an item and flat rows."""
    with h5py.File(path, "w") as file:
        group = file.create_group("vectors")
        group.attrs["version"] = "2.0"
        for name, rows in items.items():
            item = group.create_group(name)
            item["features"] = np.ravel(rows)
            item["features"].attrs["dim"] = len(rows[0])
            item["times"] = np.arange(len(rows)) / 100
    return path


WRITERS = {
    "1.0": lambda path, items: first(path, items, "1.0"),
    "1.1": first,
    "2.0": second,
}


@pytest.mark.parametrize("version", WRITERS)
def test_rows_of_a_picture_are_its_fragments(tmp_path, version):
    found = read(WRITERS[version](tmp_path / "p.h5f", ITEMS), PICTURES)
    rows = zip(found.ids, found.numbers.tolist(), found.values.tolist(), strict=True)
    assert sorted(rows) == [
        ("a", 0, [5.0, 6.0]), ("b/1.jpg", 0, [1.0, 2.0]), ("b/1.jpg", 1, [3.0, 4.0]),
    ]  # fmt: skip
    assert found.numbered


@pytest.mark.parametrize("version", WRITERS)
def test_a_word_has_one_row(tmp_path, version):
    found = read(WRITERS[version](tmp_path / "w.h5", WORD), WORDS)
    assert dict(zip(found.ids, found.values.tolist(), strict=True)) == {
        "w1": [5.0, 6.0], "w2": [1.0, 2.0],
    }  # fmt: skip
    assert not found.numbered
    with pytest.raises(InputError, match=r"item b/1\.jpg has 2 rows; pool them to one vector"):
        read(WRITERS[version](tmp_path / "more.h5", ITEMS), WORDS)


def unlike(path):
    second(path, {"w1": [[1.0, 2.0]], "w2": [[1.0, 2.0, 3.0]]})


def no_rows(path):
    second(path, WORD)
    with h5py.File(path, "a") as file:
        file["vectors/w1/features"].attrs["dim"] = 3


def no_index(path):
    first(path, WORD)
    with h5py.File(path, "a") as file:
        del file["vectors/index"]


def wrong_index(path):
    first(path, WORD)
    with h5py.File(path, "a") as file:
        file["vectors/index"][1] = 5


def two_groups(path):
    first(path, WORD)
    with h5py.File(path, "a") as file:
        file.create_group("more").attrs["version"] = "1.1"


def plain(path):
    with h5py.File(path, "w") as file:
        file["vectors"] = np.ones((2, 3))


def empty(path):
    second(path, {})


def cut(path):
    first(path, WORD)
    path.write_bytes(path.read_bytes()[:1000])


@pytest.mark.parametrize(
    ("write", "why"),
    [
        (unlike, "vectors of 2 and of 3 numbers"),
        (no_rows, "item w1: 2 numbers are no rows of 3"),
        (no_index, "no index; write it again"),
        (wrong_index, "index does not fit items and features"),
        (two_groups, "2 groups of h5features"),
        (plain, "0 groups of h5features"),
        (empty, "no items"),
        (lambda path: first(path, WORD, "3.0"), "version 3.0 of h5features; known are 1.0"),
        (cut, "not a readable .h5f file"),
        (lambda path: path.write_text("words"), "not a readable .h5f file"),
    ],
)
def test_a_file_that_is_not_vectors_is_one_line(tmp_path, write, why):
    write(tmp_path / "w.h5f")
    with pytest.raises(InputError) as error:
        read(tmp_path / "w.h5f", WORDS)
    assert why in str(error.value)
    assert "\n" not in str(error.value)
    assert str(tmp_path / "w.h5f") in str(error.value)
