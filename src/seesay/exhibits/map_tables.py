"""The table that the stage map writes, apart from its code.

The report reads it, and does not depend on how it was made.
"""

import pyarrow as pa

from seesay.shared.tables import Column, Table

NEIGHBOURS = 10  # nearest items that `kept` asks about

MAP = Table(
    "map",
    ("kind", "item"),
    (
        Column("kind", pa.string(), "word or fragment"),
        Column("item", pa.string(), "a spoken word, or image_id#region"),
        Column("image_id", pa.string(), "a fragment's picture; empty for a word"),
        Column("region", pa.int32(), "a fragment's region; -1 for a word"),
        Column("tokens", pa.int32(), "tokens that a word is the mean of; 0 for a fragment"),
        Column("x", pa.float64(), "place on the map; its unit means nothing"),
        Column("y", pa.float64(), "place on the map"),
        Column("kept", pa.float64(), "of the 10 nearest items, the share near on the map too"),
    ),
)
