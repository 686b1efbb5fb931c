"""The control `frequency`: the results of a prior that ignores the query.

A spoken word's prior is how often the captions of the training pictures use it. Its tokens get
embeddings that `seesay.scoring.evaluation`, which ignores this system's queries, ranks in that
order. An unseen picture has no prior, so all fragments are alike.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.schemas.audio import LOGMEL
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.schemas.vision import FC7, IMAGES
from seesay.shared import tables
from seesay.shared.columns import Table, sized
from seesay.shared.errors import InputError


def embed_prior(
    pictures: Path,
    spoken_captions: Path,
    fc7: Sequence[Path],
    logmel: Sequence[Path],
    images_out: Path,
    words_out: Path,
) -> None:
    """Write the tables `image_embeddings` and `word_embeddings` of the prior, d = 2.

    A token of a word with frequency f, as a share of the most frequent one's, is (f, root(1 -
    f^2)); a fragment is (1, 0). Rows are those of the other systems: tokens without a log-Mel
    vector are left out. Raises InputError if no training picture has a spoken caption.
    """
    images = tables.read(IMAGES, pictures)
    spoken = tables.read(SPOKEN_CAPTIONS, spoken_captions)
    trained = images.loc[images["split"] == "train", "image_id"]
    count = spoken.loc[spoken["image_id"].isin(trained), "spoken_word"].value_counts()
    if count.empty:
        raise InputError(f"{spoken_captions}: no spoken caption of a training picture")
    tokens = spoken.drop_duplicates("token_id")
    heard = tables.read(LOGMEL, list(logmel), columns=["token_id"])["token_id"]
    tokens = tokens[tokens["token_id"].isin(heard)].sort_values("token_id")
    share = (tokens["spoken_word"].map(count).fillna(0) / count.max()).to_numpy(dtype=np.float64)
    vectors = np.stack([share, np.sqrt(1 - share**2)], axis=1).astype(np.float32)
    keys = tables.read(FC7, list(fc7), columns=["image_id", "region"])
    keys = keys[keys["image_id"].isin(images["image_id"])]
    ones = np.tile(np.array([1, 0], np.float32), (len(keys), 1))
    _write(WORD_EMBEDDINGS, words_out, tokens[["token_id"]], vectors)
    _write(IMAGE_EMBEDDINGS, images_out, keys, ones)


def _write(table: Table, path: Path, keys: pd.DataFrame, vectors: NDArray[np.float32]) -> None:
    with tables.Writer(sized(table, embedding=2), path) as writer:
        writer.write({name: keys[name] for name in table.key} | {"embedding": vectors})
