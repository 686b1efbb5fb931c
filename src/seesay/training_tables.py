"""The table that the stage training writes, apart from its code.

The report reads it, and does not depend on how it was made.
"""

import pyarrow as pa

from seesay.tables import Column, Table

HISTORY = Table(
    "history",
    ("experiment", "system", "seed", "epoch", "split"),
    (
        Column("experiment", pa.string(), "the experiment"),
        Column("system", pa.string(), "model or a control"),
        Column("seed", pa.int64(), "the seed"),
        Column("epoch", pa.int32(), "epochs trained; 0 is before training", "epochs"),
        Column("split", pa.string(), "train (running, while training) or validation"),
        Column("loss", pa.float64(), "mean coscos2 over pairs, without the L2 term"),
        Column("same", pa.float64(), "mean cosine of same pairs (Fig. 1)"),
        Column("different", pa.float64(), "mean cosine of different pairs (Fig. 1)"),
        Column(
            "dead_image_units", pa.float64(), "units never active, of the image branch", "share"
        ),
        Column("dead_speech_units", pa.float64(), "units never active, speech branch", "share"),
        Column("tied_images", pa.float64(), "fragments embedded exactly like another", "share"),
        Column("tied_words", pa.float64(), "tokens embedded exactly like another", "share"),
        Column("seconds", pa.float64(), "time since the start of the epoch", "s"),
        Column("kept", pa.bool_(), "whether this epoch's weights are the ones kept"),
    ),
)
