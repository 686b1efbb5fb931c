"""The table of the stage fc7, apart from its code: ready-made fragments fill it as well."""

import pyarrow as pa

from seesay.shared import tables
from seesay.shared.tables import Column, Table

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
        Column("feature", tables.features(0), "the network's penultimate activations"),
    ),
)
