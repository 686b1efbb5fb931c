"""Contracts of the tables in which stages meet: columns, Arrow types, units, meanings and key."""

from dataclasses import dataclass, replace

import pyarrow as pa


@dataclass(frozen=True)
class Column:
    """A column: its name, Arrow type, unit ("" without one) and meaning.

    An `optional` column may hold nulls, and may be missing, which is the same as nulls alone. The
    float32 numbers of a column with `bits` are rounded to so many significant bits when they are
    written; 0 keeps all.
    """

    name: str
    type: pa.DataType
    meaning: str
    unit: str = ""
    optional: bool = False
    bits: int = 0


@dataclass(frozen=True)
class Table:
    """The fixed schema of a table. No two rows share their `key` columns."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, with the table's name as metadata."""
        fields = [pa.field(c.name, c.type, nullable=c.optional) for c in self.columns]
        return pa.schema(fields, metadata={"table": self.name})


# Significant bits of stored features, as many as float16 has: noise of 0.05 %, half the bytes.
FEATURE_BITS = 11


def features(size: int) -> pa.DataType:
    """The Arrow type of a feature vector of `size` float32 numbers."""
    return pa.list_(pa.float32(), size)


def sized(table: Table, **sizes: int) -> Table:
    """The same table with the actual sizes of its feature columns."""
    columns = tuple(
        replace(c, type=features(sizes[c.name])) if c.name in sizes else c for c in table.columns
    )
    return replace(table, columns=columns)
