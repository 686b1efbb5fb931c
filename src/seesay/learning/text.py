"""The words of the control `text`: one-hot spoken types instead of sound.

Trained with the same loss and recipe, it bounds what better hearing can gain: it has no voices, no
neighbours and no confused words. Its vectors are in a table like that of the log-Mel vectors, so
that all later stages are the same.
"""

import importlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from seesay.schemas.audio import LOGMEL
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.shared import tables
from seesay.shared.columns import sized

TOKENS = 2048  # vectors written at once
NO_WORD = ""


def write_types(
    spoken_captions: Path,
    logmel: Sequence[Path],
    words: Path,
    human_words: Sequence[Path] = (),
    spoken_words: Sequence[Path] = (),
) -> None:
    """Write the table `logmel` with a one-hot vector for every token, (types,) in sorted order.

    The tokens are those of the spoken captions with a log-Mel vector, so that all systems have the
    same queries, and any human and spare words of training. A type that training lacks has a number
    of its own, which carries no information. All found segments that are no word, whose label is
    their id, are one type: a number each would let training learn them by heart.
    """
    spoken = tables.read(SPOKEN_CAPTIONS, spoken_captions).drop_duplicates("token_id")
    for path in human_words:
        people = importlib.import_module("seesay.learning.human_examples")
        spoken = pd.concat([spoken, people.for_training(path)], ignore_index=True)
    for path in spoken_words:
        spare = importlib.import_module("seesay.learning.spare_examples")
        found = spare.for_training(spoken_captions, path)
        spoken = pd.concat([spoken, found], ignore_index=True)
    heard = tables.read(LOGMEL, list(logmel), columns=["token_id"])["token_id"]
    spoken = spoken[spoken["token_id"].isin(heard)].sort_values("token_id")
    said = spoken["spoken_word"].where(spoken["spoken_word"] != spoken["token_id"], NO_WORD)
    types, number = np.unique(said.to_numpy(dtype=str), return_inverse=True)
    names = spoken["token_id"].to_numpy()
    with tables.Writer(sized(LOGMEL, feature=len(types)), words) as writer:
        for start in range(0, len(names), TOKENS):
            some = number[start : start + TOKENS]
            vectors = np.zeros((len(some), len(types)), np.float32)
            vectors[np.arange(len(some)), some] = 1.0
            part = {"token_id": names[start : start + TOKENS], "feature": vectors}
            writer.write({**part, "padded_frames": np.zeros(len(some), np.int16)})
