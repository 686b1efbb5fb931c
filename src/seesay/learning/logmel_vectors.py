"""Reads vectors of some tokens from the table `logmel`."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.schemas.audio import LOGMEL
from seesay.shared import tables
from seesay.shared.vectors import room

ROWS = 4096  # vectors copied at once


def of_tokens(
    shards: Sequence[Path], token_ids: Sequence[str]
) -> tuple[NDArray[np.object_], NDArray[np.float32] | None]:
    """The log-Mel vectors (n, size) of the given tokens that have one, and their ids, sorted.

    The vectors are None if no token has one.
    """
    wanted = pd.Index(np.unique(np.asarray(token_ids, dtype=object)))
    features, found = None, np.zeros(len(wanted), bool)
    for batch in tables.batches(LOGMEL, shards):
        rows = wanted.get_indexer(batch.column("token_id").to_pandas())
        mask = rows >= 0
        if not mask.any():
            continue
        values = tables.matrix(batch.column("feature"))
        if features is None:
            features = room(len(wanted), values.shape[1])
        features[rows[mask]] = values[mask]
        found[rows[mask]] = True
    names = wanted.to_numpy(dtype=object)[found]
    if features is None or found.all():
        return names, features
    # Rows move to the front, some at a time, so that no second array is needed.
    rows = np.flatnonzero(found)
    for start in range(0, len(rows), ROWS):
        some = rows[start : start + ROWS]
        features[start : start + len(some)] = features[some]
    return names, features[: len(names)]
