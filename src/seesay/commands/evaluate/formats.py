"""The formats in which embeddings of any model come: ids, numbers of fragments, and vectors.

X.parquet   a column of ids, and a column of vectors or a column for each number (e0, e1, ...)
X.npz       the arrays `ids` and `vectors`; for fragments also `regions`
X.npy       the vectors; X.tsv beside it has the ids, a line each below a heading
X.h5f, .h5  h5features
"""

import csv
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from seesay.commands.evaluate import h5
from seesay.shared.errors import InputError
from seesay.shared.printable import printable
from seesay.shared.tables import UNREADABLE

# RuntimeError: an archive with a password; it also is the base of NotImplementedError.
DAMAGED = (*UNREADABLE, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)
# Lists whose numbers stand in any order.
VIEWS = pa.types.is_list_view, pa.types.is_large_list_view
# Ids, numbers of fragments or None, vectors.
Raw = tuple[Sequence[Any], Sequence[Any] | None, NDArray[Any]]


@dataclass(frozen=True)
class Kind:
    """What vectors are of: a name, the column of ids, and that of numbers within an id, if any."""

    name: str
    key: str
    number: str = ""

    @property
    def columns(self) -> str:
        """The columns of ids, as a message names them."""
        return f"{self.key}, and {self.number} for fragments" if self.number else self.key


def read(path: Path, kind: Kind) -> Raw:
    """What a file holds, unchecked. Raises InputError for a file that is not what its name says."""
    reader = READERS.get(path.suffix)
    if reader is None:
        *most, last = READERS
        raise InputError(
            f"{path}: expected a name that ends in {', '.join(most)} or {last}; convert it"
        )
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        return reader(path, kind)
    except DAMAGED as error:
        cause = printable(" ".join(str(error).split())) or type(error).__name__
        raise InputError(f"{path}: not a readable {path.suffix} file ({cause}); write it again") \
            from error  # fmt: skip


def _parquet(path: Path, kind: Kind) -> Raw:
    # A ParquetFile takes no columns from the names of folders.
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        table = file.read()
    names = [name for name in table.column_names if not name.startswith("__index_level_")]
    key = kind.key if kind.key in names else "id"
    if key not in names:
        raise InputError(
            f"{path}: columns {_some(names)}; none of them is {kind.key} (the ids): name it so"
        )
    number = kind.number if kind.number in names else None
    rest = [name for name in names if name not in (key, number)]
    lists = [name for name in rest if _is_list(_plain(table.column(name)).type)]
    if len(lists) > 1:
        raise InputError(f"{path}: vectors in the columns {_some(lists)}; keep one of them")
    if lists:
        values = _of_lists(path, lists[0], _plain(table.column(lists[0])))
    else:
        columns = _numbered(path, rest)
        values = np.column_stack([_array(table.column(name)) for name in columns])
    numbers = None if number is None else table.column(number).to_pylist()
    return table.column(key).to_pylist(), numbers, values


def _plain(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece; an extension type, such as a tensor's, as what it is stored as."""
    whole = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    return whole.storage if isinstance(whole.type, pa.BaseExtensionType) else whole


def _is_list(kind: pa.DataType) -> bool:
    return any(
        check(kind) for check in (pa.types.is_list, pa.types.is_large_list,
                                  pa.types.is_fixed_size_list, *VIEWS)
    )  # fmt: skip


def _of_lists(path: Path, name: str, column: pa.Array) -> NDArray[Any]:
    """A column of lists as an array (rows, length)."""
    if column.null_count:
        row = int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
        raise InputError(
            f"{path}: column {printable(name)}, row {row}: no vector; leave the row out"
        )
    if pa.types.is_fixed_size_list(column.type):
        return _array(column.flatten()).reshape(len(column), column.type.list_size)
    # Offsets do not tell the lengths of list views.
    lengths = np.asarray(column.value_lengths())
    odd = np.flatnonzero(lengths != lengths[:1])
    if len(odd):
        raise InputError(
            f"{path}: column {printable(name)}, row {odd[0]}: {lengths[odd[0]]} numbers, and"
            f" {lengths[0]} in row 0; all vectors need the same size"
        )
    return _array(column.flatten()).reshape(len(column), -1 if len(column) else 1)


def _array(column: pa.Array | pa.ChunkedArray) -> NDArray[Any]:
    """Numbers of a column; missing ones are NaN."""
    return np.asarray(_plain(column) if isinstance(column, pa.ChunkedArray) else column)


def _numbered(path: Path, names: Sequence[str]) -> list[str]:
    """The columns e0, e1, ... in the order of their numbers."""
    groups: dict[str, dict[int, str]] = {}
    for name in names:
        if found := re.fullmatch(r"(.*?)([0-9]{1,9})", name):
            group = groups.setdefault(found[1], {})
            if group.setdefault(int(found[2]), name) != name:
                raise InputError(
                    f"{path}: columns {_some([group[int(found[2])], name])}: keep one of them"
                )
    if not groups:
        raise InputError(
            f"{path}: columns {_some(names)}: no vectors; give a column of lists of numbers, or a"
            " column for each number (e0, e1, ...)"
        )
    if len(groups) > 1:
        firsts = [group[min(group)] for group in groups.values()]
        raise InputError(
            f"{path}: columns {_some(firsts)} and on: several kinds of numbered columns; keep those"
            " of the vectors"
        )
    ((prefix, group),) = groups.items()
    first = min(group)
    for number in range(first, first + len(group)):
        if number not in group:
            raise InputError(
                f"{path}: no column {printable(prefix)}{number}; all numbers of a vector count"
            )
    return [group[number] for number in sorted(group)]


def _npz(path: Path, kind: Kind) -> Raw:
    wanted = ["ids", "vectors"]
    with np.load(path, allow_pickle=False) as file:
        names = getattr(file, "files", [])
        lacking = [name for name in wanted if name not in names]
        if lacking:
            raise InputError(f"{path}: arrays {_some(names)}; missing: {', '.join(lacking)}")
        numbers = f"{kind.number}s" if kind.number and f"{kind.number}s" in names else None
        held = {}
        for name in filter(None, [*wanted, numbers]):
            try:
                held[name] = file[name]
            except ValueError as error:
                if "allow_pickle" not in str(error):
                    raise
                raise InputError(
                    f"{path}: array {name} holds Python objects, which are not read; save"
                    f" {'ids.astype(str)' if name == 'ids' else 'plain numbers'}"
                ) from error
    for name, array in held.items():
        # NumPy gives a member that is no array as its bytes.
        if not isinstance(array, np.ndarray):
            raise InputError(f"{path}: {name} is no array; write the file with numpy.savez")
    for name in held.keys() - {"vectors"}:
        if held[name].ndim != 1:
            raise InputError(f"{path}: {name} of shape {held[name].shape}, expected (vectors,)")
    return held["ids"].tolist(), held[numbers].tolist() if numbers else None, held["vectors"]


def _npy(path: Path, kind: Kind) -> Raw:
    beside = path.with_suffix(".tsv")
    if not beside.is_file():
        raise InputError(f"{beside}: no such file; it has the ids of {path.name}: {kind.columns}")
    try:
        frame = pd.read_csv(
            beside, sep="\t", dtype=str, keep_default_na=False, quoting=csv.QUOTE_NONE,
            encoding="utf-8-sig",
        )  # fmt: skip
    except DAMAGED as error:
        cause = printable(" ".join(str(error).split()))
        raise InputError(f"{beside}: not a table between tabs ({cause}); write it again") from error
    # pandas takes cells without a heading for an index, and moves all headings to the right.
    if not isinstance(frame.index, pd.RangeIndex):
        raise InputError(f"{beside}: rows have more cells than the heading; name every column")
    if kind.key not in frame:
        raise InputError(
            f"{beside}: the first line is {_some(list(frame.columns))}, expected the heading"
            f" {kind.columns}"
        )
    values = np.load(path, mmap_mode="r", allow_pickle=False)
    if not isinstance(values, np.ndarray):
        raise InputError(f"{path}: holds several arrays; name it .npz")
    if kind.number not in frame:
        return frame[kind.key].tolist(), None, values
    # Texts of whole numbers are these numbers.
    numbers = [int(x) if x.isdecimal() else x for x in frame[kind.number].tolist()]
    return frame[kind.key].tolist(), numbers, values


def _h5(path: Path, kind: Kind) -> Raw:
    return h5.read(path, bool(kind.number))


def _some(names: Sequence[str], most: int = 6) -> str:
    """The first of some names."""
    shown = [printable(name) for name in names[:most]]
    return ", ".join([*shown, "..."] if len(names) > most else shown) or "none"


READERS: dict[str, Callable[[Path, Kind], Raw]] = {
    ".parquet": _parquet,
    ".npz": _npz,
    ".npy": _npy,
    ".h5f": _h5,
    ".h5": _h5,
}
