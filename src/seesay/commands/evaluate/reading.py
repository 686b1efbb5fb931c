"""Embeddings of any model, checked and converted: `seesay.commands.evaluate.formats` reads them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.commands.evaluate import formats
from seesay.commands.evaluate.formats import Kind
from seesay.shared.errors import InputError
from seesay.shared.printable import printable

HALF = re.compile("[\ud800-\udfff]")  # of a surrogate pair; no table can hold it
MOST = np.iinfo(np.int32).max
PICTURES = Kind("picture", "image_id", "region")
WORDS = Kind("word", "token_id")
CAPTIONS = Kind("caption", "recording_id")


@dataclass(frozen=True)
class Vectors:
    """Vectors of one file: `ids` (n,) as texts, `numbers` (n,), and `values` (n, d), all finite.

    No two rows have the same id and number. If not `numbered`, all numbers are 0.
    """

    path: Path
    kind: Kind
    ids: NDArray[np.object_]
    numbers: NDArray[np.int32]
    values: NDArray[np.float32]
    numbered: bool

    @property
    def size(self) -> int:
        """The numbers in a vector."""
        return self.values.shape[1]

    def of(self, kept: NDArray[np.bool_]) -> "Vectors":
        """The rows of a mask (n,)."""
        rows = self.ids[kept], self.numbers[kept], self.values[kept]
        return Vectors(self.path, self.kind, *rows, self.numbered)


def read(path: Path, kind: Kind) -> Vectors:
    """Read a file of vectors. Raises InputError, in one line, for whatever is wrong with it."""
    ids, numbers, values = formats.read(path, kind)
    if values.ndim != 2 or not values.shape[1]:
        raise InputError(
            f"{path}: vectors of shape {values.shape}, expected ({kind.name}s, numbers in a vector)"
        )
    for name, rows in (("ids", ids), (f"{kind.number}s", numbers)):
        if rows is not None and len(rows) != len(values):
            raise InputError(
                f"{path}: {len(rows):,} {name} and {len(values):,} vectors; each vector needs one"
            )
    if not len(values):
        raise InputError(f"{path}: has no rows")
    texts = _texts(path, ids)
    found = Vectors(
        path, kind, texts, _numbers(path, kind, numbers, len(texts)),
        _floats(path, values, texts), numbers is not None,
    )  # fmt: skip
    _refuse_doubles(found)
    return found


def _texts(path: Path, given: Sequence[Any]) -> NDArray[np.object_]:
    """Ids as texts; whole numbers are taken for what they look like."""
    found = np.empty(len(given), dtype=object)
    for row, each in enumerate(given):
        text = each.decode(errors="replace") if isinstance(each, bytes) else each
        if isinstance(text, int) and not isinstance(text, bool):
            text = str(text)
        if not isinstance(text, str) or not text or HALF.search(text):
            raise InputError(f"{path}: row {row}: the id is {text!r}; give each vector a text")
        found[row] = text
    return found


def _numbers(path: Path, kind: Kind, given: Sequence[Any] | None, rows: int) -> NDArray[np.int32]:
    if given is None:
        return np.zeros(rows, np.int32)
    for row, each in enumerate(given):
        if not isinstance(each, int) or isinstance(each, bool) or not 0 <= each <= MOST:
            raise InputError(
                f"{path}: row {row}: {kind.number} {each!r}, expected a whole number from 0 on"
            )
    return np.array(given, np.int32)


def _floats(path: Path, given: NDArray[Any], ids: NDArray[np.object_]) -> NDArray[np.float32]:
    """Finite numbers as float32."""
    if given.dtype.kind not in "fiu":
        raise InputError(f"{path}: vectors of dtype {given.dtype}, expected numbers (float32)")
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(given, dtype=np.float32)
    finite = np.isfinite(values).all(axis=1)
    if not finite.all():
        row = int(np.flatnonzero(~finite)[0])
        kinds = {True: "NaN or a missing number", False: "a number that is infinite in float32"}
        what = kinds[bool(np.isnan(values[row]).any())]
        raise InputError(
            f"{path}: {np.count_nonzero(~finite):,} vectors are not finite, the first in row {row}"
            f" ({printable(ids[row])}): {what}; leave these out, or embed them again"
        )
    return values


def _refuse_doubles(found: Vectors) -> None:
    rows = pd.DataFrame({"id": found.ids, "number": found.numbers})
    double = rows.duplicated()
    if not double.any():
        return
    row = int(np.flatnonzero(double)[0])
    first = int(np.flatnonzero((rows == rows.iloc[row]).all(axis=1))[0])
    number = found.kind.number
    which = f", {number} {found.numbers[row]}" if found.numbered else ""
    tell = "" if found.numbered or not number else f"; say which fragment is which by {number}s"
    raise InputError(
        f"{found.path}: {double.sum():,} rows have an id that is there already, the first row {row}"
        f" ({printable(found.ids[row])}{which}, as row {first}); keep one{tell}"
    )
