"""Tables of training histories and embeddings."""

import pyarrow as pa

from seesay.shared.columns import Column, Table, features

HISTORY = Table(
    "history",
    ("experiment", "system", "seed", "epoch", "split"),
    (
        Column("experiment", pa.string(), "the experiment"),
        Column("system", pa.string(), "model or a control"),
        Column("seed", pa.int64(), "the seed"),
        Column("epoch", pa.int32(), "epochs trained; 0 is before training", "epochs"),
        Column("split", pa.string(), "train (running, while training) or validation"),
        Column("loss", pa.float64(), "the experiment's loss, without L2 (paper: mean coscos2)"),
        Column("same", pa.float64(), "mean cosine of same pairs (Fig. 1)"),
        Column("different", pa.float64(), "mean cosine of different pairs (Fig. 1)"),
        Column(
            "false_negatives", pa.float64(), "different pairs whose word fits all the same", "share"
        ),
        Column(
            "r10",
            pa.float64(),
            "R@10 of the token and image searches, mean; null unless early stopping watches it",
            "%",
            optional=True,
        ),
        # The network's health on the validation set: null for train.
        *(
            Column(name, pa.float64(), meaning, "share", optional=True)
            for name, meaning in (
                ("dead_image_units", "units never active, of the image branch"),
                ("dead_speech_units", "units never active, of the speech branch"),
                ("tied_images", "fragments embedded exactly like another"),
                ("tied_words", "tokens embedded exactly like another"),
            )
        ),
        Column("seconds", pa.float64(), "time since the start of the epoch", "s"),
        Column("part", pa.int8(), "1: learning from sounds; later: a round of pseudo-words each"),
        Column("kept", pa.bool_(), "whether this epoch's weights are the ones kept"),
    ),
)

# Vectors of size 0 stand for any one size.
IMAGE_EMBEDDINGS = Table(
    "image_embeddings",
    ("image_id", "region"),
    (
        Column("image_id", pa.string(), "the picture"),
        Column("region", pa.int32(), "the fragment's region; 0 is the whole picture"),
        Column("embedding", features(0), "place in the shared space"),
    ),
)

WORD_EMBEDDINGS = Table(
    "word_embeddings",
    ("token_id",),
    (
        Column("token_id", pa.string(), "the spoken word's token"),
        Column("embedding", features(0), "place in the shared space"),
    ),
)

MOMENTS = Table(
    "moments",
    ("recording_id", "moment"),
    (
        Column("recording_id", pa.string(), "the recording, which says a caption"),
        Column("moment", pa.int32(), "the number of the moment, from 0"),
        Column("onset", pa.float64(), "start, from the start of the recording", "s"),
        Column("offset", pa.float64(), "end", "s"),
        Column("embedding", features(0), "place in the shared space"),
    ),
)
