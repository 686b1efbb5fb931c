"""The tables that the stage embedding writes, apart from its code.

The stages after it read them, and do not depend on how they were made.
"""

import pyarrow as pa

from seesay.shared import tables
from seesay.shared.tables import Column, Table

# Vectors of size 0 stand for any one size.
IMAGE_EMBEDDINGS = Table(
    "image_embeddings",
    ("image_id", "region"),
    (
        Column("image_id", pa.string(), "the picture"),
        Column("region", pa.int32(), "the fragment's region; 0 is the whole picture"),
        Column("embedding", tables.features(0), "place in the shared space"),
    ),
)

WORD_EMBEDDINGS = Table(
    "word_embeddings",
    ("token_id",),
    (
        Column("token_id", pa.string(), "the spoken word's token"),
        Column("embedding", tables.features(0), "place in the shared space"),
    ),
)
