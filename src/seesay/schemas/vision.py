"""Tables of pictures, regions, and their features."""

import pyarrow as pa

from seesay.shared.columns import FEATURE_BITS, Column, Table, features

IMAGES = Table(
    "images",
    ("image_id",),
    (
        Column("image_id", pa.string(), "[corpus name/]path among its pictures, without extension"),
        Column("path", pa.string(), "the file; empty where captions alone are enough"),
        Column("digest", pa.string(), "digest of the file's bytes (BLAKE2b, 128 bits, hex)"),
        Column("width", pa.int32(), "width of the picture held upright; 0 without a file", "px"),
        Column("height", pa.int32(), "its height", "px"),
        Column("split", pa.string(), "train, validation or test"),
    ),
)

CAPTIONS = Table(
    "captions",
    ("image_id", "caption"),
    (
        Column("image_id", pa.string(), "the picture"),
        Column("caption", pa.int32(), "number of the caption, from 0 in the corpus's order"),
        Column("text", pa.string(), "the caption as it is written"),
    ),
)

MANIFEST = Table(
    "manifest",
    ("image_id",),
    (
        Column("image_id", pa.string(), "the picture"),
        Column("path", pa.string(), "the file"),
        Column("digest", pa.string(), "digest of the file's bytes: new when the file is"),
    ),
)

COPIES = Table(
    "copies",
    ("image_id", "other"),
    (
        Column("image_id", pa.string(), "a picture"),
        Column("other", pa.string(), "one of another split that looks the same, later by id"),
        Column("split", pa.string(), "the first one's split"),
        Column("other_split", pa.string(), "the other's"),
        Column("bits", pa.int32(), "how many of 64 bits of their pHash differ"),
    ),
)

REGIONS = Table(
    "regions",
    ("image_id", "region"),
    (
        Column("image_id", pa.string(), "the picture"),
        Column("region", pa.int32(), "0 is the whole image, 1 and on are candidate boxes"),
        Column("x0", pa.int32(), "left edge of the box", "px"),
        Column("y0", pa.int32(), "upper edge of the box", "px"),
        Column("x1", pa.int32(), "right edge, the first column outside the box", "px"),
        Column("y1", pa.int32(), "lower edge, the first row outside the box", "px"),
    ),
)

THINGS_TABLE = Table(
    "things",
    ("image_id", "thing"),
    (
        Column("image_id", pa.string(), "the scene"),
        Column("thing", pa.int32(), "number of the thing in the scene, from 0"),
        Column("word", pa.string(), "the usual noun for it"),
        Column("x0", pa.int32(), "left edge of its ink", "px"),
        Column("y0", pa.int32(), "upper edge", "px"),
        Column("x1", pa.int32(), "right edge, exclusive", "px"),
        Column("y1", pa.int32(), "lower edge, exclusive", "px"),
    ),
)

FC7 = Table(
    "fc7",
    ("image_id", "region"),
    (
        Column("image_id", pa.string(), "the picture"),
        Column(
            "region",
            pa.int32(),
            "a region of the table `regions`; 0 is the whole image (of ready-made fragments: the"
            " row of the codes, and 0 is the whole image only where fragments.whole says which)",
        ),
        Column(
            "score",
            pa.float32(),
            "the network's highest class probability; 0 for ready-made fragments, without scores",
            "0 to 1",
        ),
        Column("feature", features(0), "the network's penultimate activations", bits=FEATURE_BITS),
    ),
)
