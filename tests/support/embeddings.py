"""Tables of features in shards, a few pictures and tokens, for what embeds them."""

import numpy as np
import pandas as pd

from seesay.learning.examples import Inputs
from seesay.schemas.audio import LOGMEL
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import FC7, IMAGES
from seesay.shared import tables
from seesay.shared.columns import sized

RNG = np.random.default_rng(5)
FRAGMENTS = {
    (image, region): RNG.normal(size=6).astype(np.float32) for image in "cab" for region in (2, 0)
}
TOKENS = {f"r@{n}": RNG.normal(size=10).astype(np.float32) for n in (3, 1, 0, 2, 4)}


def shard(table, path, rows, size):
    with tables.Writer(sized(table, feature=size), path) as writer:
        frame = pd.DataFrame(rows, columns=[column.name for column in table.columns])
        columns = frame.drop(columns="feature").to_dict("series")
        writer.write({**columns, "feature": np.stack(frame["feature"])})
    return path


def make(folder):
    images = [(name, "x.jpg", "0", 9, 9, split) for name, split in zip("abc", "tvx", strict=True)]
    splits = {"t": "train", "v": "validation", "x": "test"}
    images = [(*row[:-1], splits[row[-1]]) for row in images]
    spoken = [
        ("a", 0, "F1", 0, "dog", "dog", "r@2"),
        ("a", 1, "F1", 0, "dog", "dog", "r@2"),
        ("b", 0, "F1", 0, "cat", "cat", "r@0"),
        ("c", 0, "F1", 0, "cat", "cat", "r@1"),
        ("c", 0, "F1", 1, "dog", "dog", "r@3"),
    ]
    for table, name, rows in ((IMAGES, "images", images), (SPOKEN_CAPTIONS, "spoken", spoken)):
        columns = [column.name for column in table.columns]
        tables.write(table, folder / name, pd.DataFrame(rows, columns=columns))
    fragments = [(*key, 0.5, vector) for key, vector in FRAGMENTS.items()]
    tokens = [(key, 0, vector) for key, vector in TOKENS.items()]
    return Inputs(
        folder / "images",
        folder / "spoken",
        [shard(FC7, folder / f"f{n}", fragments[n::2], 6) for n in (1, 0)],
        [shard(LOGMEL, folder / f"l{n}", tokens[n::2], 10) for n in (1, 0)],
    )
