"""Vectors in files of h5features, the format of the Zero Resource Challenges, versions 1.0 to 2.0.

A file has one group of items, an item being a name with rows of numbers and their times. Here an
item is an id; its rows are the fragments of a picture, numbered from 0, or the one vector of a word
or a caption. Times are not read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seesay.shared.errors import InputError
from seesay.shared.printable import printable

NAMES = {"1.0": ("files", "file_index"), "1.1": ("items", "index"), "1.2": ("items", "index")}
Item = tuple[str, NDArray[Any]]


def read(path: Path, fragments: bool) -> tuple[list[str], list[int] | None, NDArray[Any]]:
    """Ids (n,), numbers (n,) where an item has several rows, and vectors (n, d) of a file.

    Raises InputError for a file of another layout, and for items of several rows unless they may
    be `fragments`; OSError for a file that is no HDF5 or is damaged.
    """
    items = list(_items(path))
    if not items:
        raise InputError(f"{path}: its group has no items; write it with h5features")
    sizes = {rows.shape[1] for _, rows in items}
    if len(sizes) > 1:
        raise InputError(f"{path}: vectors of {min(sizes)} and of {max(sizes)} numbers; give one")
    lengths = [len(rows) for _, rows in items]
    several = next((n for n, length in enumerate(lengths) if length != 1), None)
    if several is not None and not fragments:
        raise InputError(
            f"{path}: item {printable(items[several][0])} has {lengths[several]} rows; pool them"
            " to one vector an item"
        )
    ids = [name for name, rows in items for _ in rows]
    numbers = [number for _, rows in items for number in range(len(rows))]
    return ids, None if several is None else numbers, np.concatenate([rows for _, rows in items])


def _items(path: Path) -> Iterator[Item]:
    try:
        import h5py
    except ImportError:
        raise InputError(
            f"{path}: reading it needs h5py; pip install 'seesay[h5features]'"
        ) from None
    with h5py.File(path, "r") as file:
        groups = [file, *(each for each in file.values() if isinstance(each, h5py.Group))]
        found = [group for group in groups if "version" in group.attrs]
        if len(found) != 1:
            raise InputError(
                f"{path}: {len(found)} groups of h5features; keep the group of these vectors alone"
            )
        (group,) = found
        version = str(np.asarray(group.attrs["version"]).astype(str))
        if version in NAMES:
            yield from _in_one(path, group, *NAMES[version])
        elif version == "2.0":
            yield from _apart(path, group)
        else:
            raise InputError(
                f"{path}: version {printable(version)} of h5features; known are"
                f" {', '.join(NAMES)} and 2.0"
            )


def _in_one(path: Path, group: Any, items: str, index: str) -> Iterator[Item]:
    """Items of versions 1: rows of all items in one table, and the last row of each."""
    lacking = [name for name in (items, index, "features") if name not in group]
    if lacking:
        raise InputError(f"{path}: group {group.name}: no {', '.join(lacking)}; write it again")
    names, ends, rows = group[items].asstr()[:], group[index][:], group["features"][:]
    starts = [0, *(int(end) + 1 for end in ends)]
    if len(names) != len(ends) or starts[-1] != len(rows) or starts != sorted(starts):
        raise InputError(f"{path}: {index} does not fit {items} and features; write it again")
    for name, start, stop in zip(names, starts, starts[1:], strict=False):
        yield str(name), rows[start:stop]


def _apart(path: Path, group: Any) -> Iterator[Item]:
    """Items of version 2: a group each, its rows one after another in a flat table."""
    import h5py

    found: list[str] = []

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and name.endswith("/features"):
            found.append(name.removesuffix("/features"))

    group.visititems(visit)  # a name with a slash is a group within a group
    for name in found:
        table = group[f"{name}/features"]
        size = int(table.attrs.get("dim", 0))
        if size < 1 or table.size % size:
            raise InputError(
                f"{path}: item {printable(name)}: {table.size} numbers are no rows of {size}; write"
                " it again"
            )
        yield name, table[:].reshape(-1, size)
