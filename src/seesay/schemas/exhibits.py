"""Tables of the map and of the lexicon."""

import pyarrow as pa

from seesay.shared.columns import Column, Table

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

LEXICON = Table(
    "lexicon",
    ("experiment", "pseudo_word"),
    (
        Column("experiment", pa.string(), "the experiment"),
        Column("pseudo_word", pa.int32(), "number of the pseudo-word, from 0"),
        Column("tokens", pa.int64(), "training tokens that sound most like it"),
        Column("talkers", pa.int32(), "talkers of these tokens"),
        Column("types", pa.int32(), "true types of these tokens"),
        Column("word", pa.string(), "their commonest true type; empty without tokens"),
        Column(
            "purity", pa.float64(), "that type's share of the tokens; null without any",
            "share", optional=True,
        ),
    ),
)  # fmt: skip
