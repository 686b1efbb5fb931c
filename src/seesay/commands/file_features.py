"""The features of a file by a run's recipe: through the code and rounding of the stages.

A recording or picture of the corpus gets the features that the run has of it.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from seesay.audio.word_frames import vectors
from seesay.planning.recipes import Recipe
from seesay.settings.logmel import LogmelSettings
from seesay.shared import sound, tables
from seesay.shared.columns import FEATURE_BITS
from seesay.shared.errors import InputError
from seesay.shared.pixels import decode
from seesay.vision.picture_fragments import features, keep, propose

BOX = ["x0", "y0", "x1", "y1"]
Floats = NDArray[np.float32]


def of_word(recording: Path, settings: LogmelSettings) -> Floats:
    """The vector (1, size) of a recording of one word. Raises InputError if it cannot be read."""
    times = np.array([[0.0, sound.facts(recording).duration]])
    pieces = sound.pieces(recording, settings.sample_rate)
    return tables.rounded(vectors(pieces, times, settings), FEATURE_BITS)


def of_picture(
    picture: Path, recipe: Recipe, device: str, whole: bool = False
) -> tuple[pd.DataFrame, Floats]:
    """The kept regions of a picture, or the `whole` of it alone, and their vectors (regions, size).

    The table has `region` and the box in px, the whole picture first. Raises InputError for a
    picture that cannot be read, and for a recipe of ready-made fragments.
    """
    if recipe.fc7 is None or recipe.regions is None:
        raise InputError(
            "the run was made of ready-made fragments, and nothing says how to make a picture's"
        )
    pixels, looks = np.array(decode(picture)), recipe.fc7.model_dump()
    with _one_thread():
        boxes = np.array([[0, 0, pixels.shape[1], pixels.shape[0]]], dtype=np.int32)
        if not whole:
            boxes = propose(pixels, device, **recipe.regions.model_dump())
        seen, scores = features(pixels, boxes, device, **looks)
    kept = keep(boxes, scores, **looks)
    table = pd.DataFrame(boxes[kept], columns=BOX).assign(region=kept)
    return table, tables.rounded(seen[kept], FEATURE_BITS)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Compute on one thread, as the stages do; more of them change the last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
