"""Reads and writes the Parquet tables in which stages meet.

A table's columns and types (`seesay.shared.columns`) are checked when it is written and when it is
read. Tables are written beside their place and renamed, so that nobody sees half a table.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from seesay.shared import seals, writing
from seesay.shared.columns import Column, Table
from seesay.shared.errors import InputError
from seesay.shared.printable import printable

# Bytes of a row group, which is held in memory: smaller ones make the file's directory long.
GROUP = 4 << 20

# Errors for damaged files: Arrow's own, and MemoryError for absurd sizes.
UNREADABLE = (pa.ArrowException, OSError, ValueError, LookupError, TypeError, MemoryError)


REJECTS = Table(
    "rejects",
    ("stage", "id"),
    (
        Column("stage", pa.string(), "the stage that refused it"),
        Column("id", pa.string(), "what was refused: a file, a row, a caption, a token"),
        Column("reason", pa.string(), "why, and what to do"),
    ),
)


class Writer:
    """Writes a table batch by batch; use it in a `with` block.

    The file appears under its name, sealed (`seesay.shared.seals`), only if the block ends without
    an exception. Pages also have Parquet's own checksums, for other readers.
    """

    def __init__(self, table: Table, path: Path, schema: pa.Schema | None = None) -> None:
        self.table, self.path = table, path
        schema = schema or table.schema
        self.schema = schema.with_metadata({**(schema.metadata or {}), **seals.METADATA})
        self.bits = {column.name: column.bits for column in table.columns}
        self.rows, self.waiting, self.bytes = 0, list[pa.RecordBatch](), 0
        self.opened = _sealed(path, self.schema)

    def write(self, columns: dict[str, Any] | pd.DataFrame) -> None:
        """Append rows, given as one array a column.

        A 2-D float32 array becomes a column of fixed-size lists, rounded to the column's `bits`.
        Raises ValueError if the columns are not those of the table.
        """
        wanted = self.schema.names
        if sorted(map(str, columns)) != sorted(wanted):
            raise ValueError(
                f"{self.table.name}: columns {sorted(map(str, columns))}, wanted {wanted}"
            )
        arrays = [
            _array(columns[name], self.schema.field(name).type, self.bits.get(name, 0))
            for name in wanted
        ]
        batch = pa.record_batch(arrays, schema=self.schema)
        if batch.num_rows:
            # A copy: the caller may use its arrays again.
            self.waiting.append(pa.ipc.read_record_batch(batch.serialize(), self.schema))
            self.rows += batch.num_rows
            self.bytes += batch.nbytes
        if self.bytes >= GROUP:
            self.flush()

    def flush(self) -> None:
        """Write the rows that wait, in row groups of about `GROUP` bytes."""
        if self.waiting:
            batch = pa.concat_batches(self.waiting)
            groups = max(1, round(self.bytes / GROUP))
            self.writer.write_batch(batch, row_group_size=-(-batch.num_rows // groups))
        self.waiting.clear()
        self.bytes = 0

    def __enter__(self) -> "Writer":
        with ExitStack() as stack:
            self.writer = stack.enter_context(self.opened)
            stack.push(lambda kind, *_: None if kind else self.flush())
            self.stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stack.__exit__(kind, error, trace)


@contextmanager
def _sealed(path: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    # Features hardly repeat, so they need no dictionary; byte by byte, signs and exponents do.
    numbers = [f"{field.name}.list.element" for field in schema if _numbers(field.type)]
    options = {
        "compression": "zstd",
        "write_page_checksum": True,
        "use_byte_stream_split": numbers,
        "use_dictionary": [field.name for field in schema if not _numbers(field.type)],
    }
    with writing.replacing(path) as part:
        with seals.Summed(part) as file, pq.ParquetWriter(file, schema, **options) as writer:
            yield writer
        seals.seal(part, file.crc)


def write(table: Table, path: Path, columns: dict[str, Any] | pd.DataFrame) -> None:
    """Write a whole table at once, sorted by key; a repeated key is an error.

    Optional columns that are not given hold nulls.
    """
    frame = pd.DataFrame(columns, columns=[c.name for c in table.columns])
    frame = frame.sort_values(list(table.key), kind="stable").reset_index(drop=True)
    repeated = frame.duplicated(list(table.key))
    if repeated.any():
        first = frame.loc[repeated, list(table.key)].iloc[0].to_dict()
        raise ValueError(f"{table.name}: the key {first} is there twice")
    with Writer(table, path) as writer:
        writer.write(frame)


def read(
    table: Table, paths: Path | Sequence[Path], columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Read a table, or its shards one after the other, as a data frame sorted by key.

    `columns` are the columns to load, including the key; None: all.
    """
    frames = [part.to_pandas() for part in batches(table, paths, columns=columns)]
    names = [c.name for c in table.columns if columns is None or c.name in columns]
    frame = (
        pd.concat(frames, ignore_index=True) if frames else table.schema.empty_table().to_pandas()
    )
    frame = frame.reindex(columns=names).sort_values(list(table.key), kind="stable")
    return frame.reset_index(drop=True)


def batches(
    table: Table,
    paths: Path | Sequence[Path],
    rows: int = 4096,
    columns: Sequence[str] | None = None,
) -> Iterator[pa.RecordBatch]:
    """Iterate over a table's record batches of at most `rows` rows, shard by shard.

    `columns` are the columns to load; None: all. Raises InputError if a file is not Parquet, is
    damaged or lacks the table's columns and types.
    """
    for path in [paths] if isinstance(paths, Path) else paths:
        with opened(path) as file:
            check(table, path, file.schema_arrow)
            yield from _batches(path, file, rows, columns)


@contextmanager
def opened(path: Path) -> Iterator[pq.ParquetFile]:
    """A table's file, checked for damage. Raises InputError if it is damaged."""
    with _read(path):
        sealed = seals.check(path)
        # What is buffered ahead would stay in memory until the whole file has been read.
        file = pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False)
    with file:
        file.sealed = sealed
        yield file


def _batches(
    path: Path, file: pq.ParquetFile, rows: int, columns: Sequence[str] | None
) -> Iterator[pa.RecordBatch]:
    """The batches of an open file; errors raised here are the file's fault."""
    found = file.iter_batches(batch_size=rows, columns=columns)
    while True:
        with _read(path):
            batch = next(found, None)
            if batch is None:
                return
            if not file.sealed:
                batch.validate(full=True)
        yield batch


@contextmanager
def _read(path: Path) -> Iterator[None]:
    try:
        yield
    except UNREADABLE as error:
        cause = " ".join(str(error).split())
        raise InputError(f"{path}: not a readable Parquet file ({cause}); make it again") from error


def check(table: Table, path: Path, schema: pa.Schema) -> None:
    """Raise InputError unless `schema` has the columns of `table`.

    A feature column declared with size 0 accepts vectors of any one size.
    """
    for column in table.columns:
        if column.name not in schema.names and column.optional:
            continue
        if column.name not in schema.names:
            raise InputError(f"{path}: no column {column.name!r}; is it a table of {table.name}?")
        found = schema.field(column.name).type
        any_size = pa.types.is_fixed_size_list(column.type) and column.type.list_size == 0
        if found != column.type and not (any_size and pa.types.is_fixed_size_list(found)):
            raise InputError(
                f"{path}: column {column.name!r} is {found}, {table.name} needs {column.type}"
            )


def width(path: Path, column: str) -> int:
    """The size of a feature column's vectors. Raises InputError if the file is not Parquet."""
    with opened(path) as file, _read(path):
        return int(file.schema_arrow.field(column).type.list_size)


def rows(paths: Sequence[Path]) -> int:
    """The number of rows in the shards of a table. Raises InputError if one is not Parquet."""
    total = 0
    for path in paths:
        with opened(path) as file:
            total += file.metadata.num_rows
    return total


def matrix(column: pa.Array) -> np.ndarray:
    """A column of fixed-size lists as a float32 array (rows, size), without a copy."""
    values = column.flatten().to_numpy(zero_copy_only=False)
    return values.reshape(len(column), column.type.list_size)


def rejects(rows: Iterable[tuple[str, str, str]]) -> pd.DataFrame:
    """Rows (stage, id, reason) as a frame for `write(REJECTS, ...)`; one reason an id.

    Escapes unprintable characters: half a surrogate could not be written.
    """
    shown = [tuple(map(printable, row)) for row in rows]
    frame = pd.DataFrame(shown, columns=["stage", "id", "reason"], dtype="str")
    return frame.groupby(["stage", "id"], as_index=False, sort=True).agg({"reason": "; ".join})


def _numbers(kind: pa.DataType) -> bool:
    lists = pa.types.is_fixed_size_list(kind) or pa.types.is_list(kind)
    return bool(lists and kind.value_type == pa.float32())


def rounded(values: np.ndarray, bits: int) -> np.ndarray:
    """float32 numbers, rounded to `bits` significant bits, 2 to 23; ties to even (IEEE 754)."""
    whole = values.view(np.uint32)
    drop = 24 - bits
    even = (whole >> np.uint32(drop)) & np.uint32(1)
    near = whole + np.uint32((1 << (drop - 1)) - 1) + even
    found = (near & np.uint32(0xFFFFFFFF << drop & 0xFFFFFFFF)).view(np.float32)
    # A number that is not finite has no bits to spare, and the largest ones would become so.
    return np.where(np.isfinite(values) & np.isfinite(found), found, values)


def _array(values: Any, kind: pa.DataType, bits: int) -> pa.Array:
    if pa.types.is_fixed_size_list(kind):
        flat = np.ascontiguousarray(values, dtype=np.float32)
        if flat.ndim != 2 or flat.shape[1] != kind.list_size:
            raise ValueError(
                f"a feature column needs shape (rows, {kind.list_size}), got {flat.shape}"
            )
        flat = rounded(flat, bits) if bits else flat
        return pa.FixedSizeListArray.from_arrays(pa.array(flat.reshape(-1)), type=kind)
    if bits:
        values = [rounded(np.asarray(part, dtype=np.float32), bits) for part in values]
    array = pa.array(values, type=kind, from_pandas=True)
    # Pandas may store text in several chunks.
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
