"""Small corpora of captions that are heard whole, and settings for them."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from seesay.learning.examples import Inputs
from seesay.model.padded import Padded
from seesay.schemas.audio import CAPTION_FRAMES, LOGMEL, SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import FC7, IMAGES
from seesay.settings.captions import TrainingSection
from seesay.shared import tables
from seesay.shared.columns import sized

FILTERS, HOP = 6, 0.01
SETTINGS = {
    "unit": "caption",
    "speech_encoder": "davenet",
    "filters": FILTERS,
    "embedding": 8,
    "speech_layers": (8, 8),
    "kernel": 3,
    "output": "linear",
    "batch_pictures": 4,
    "loss": "infonce",
    "optimiser": "adamw",
    "learning_rate": 0.01,
    "max_epochs": 3,
}


def make(**changes: object) -> TrainingSection:
    return TrainingSection.model_validate(SETTINGS | changes)


def padded(parts: list[np.ndarray]) -> Padded:
    """Captions of frames (n, filters), with rubbish nowhere: 0 beyond their ends."""
    lengths = torch.tensor([len(part) for part in parts])
    frames = torch.zeros(len(parts), int(lengths.max()), parts[0].shape[1])
    for row, part in enumerate(parts):
        frames[row, : len(part)] = torch.from_numpy(part)
    return Padded(frames, lengths)


def corpus(folder: Path, pictures: int = 24) -> Inputs:
    """Pictures of one of four kinds, each with two captions that say its kind at a known time.

    A caption is noise, but for the 8 frames of its only caption word, which have its kind's sound;
    its recording is `<picture>_<caption>`, and its token `<recording>@w`.
    """
    rng = np.random.default_rng(0)
    sounds = 3 * rng.normal(size=(4, FILTERS))
    images, spoken, words, fc7, frames, logmel = [], [], [], [], [], []
    for number in range(pictures):
        split = ("train", "train", "train", "validation", "test")[number % 5]
        image_id, kind = f"p{number:02}", number % 4
        images.append((image_id, "x.jpg", "0", 9, 9, split))
        for region in range(3):
            vector = 3 * np.eye(5)[kind] * (region > 0) + 0.2 * rng.normal(size=5)
            fc7.append((image_id, region, 0.5, vector))
        for caption in range(2):
            name, length = f"{image_id}_{caption}", int(rng.integers(20, 60))
            start = int(rng.integers(0, length - 8))
            values = 0.3 * rng.normal(size=(length, FILTERS))
            values[start : start + 8] += sounds[kind]
            frames.append((name, length, values.astype(np.float32).reshape(-1)))
            token, times = f"{name}@w", (start * HOP, (start + 8) * HOP)
            words.append((token, name, "F01", f"w{kind}", *times))
            spoken.append((image_id, caption, "F01", 0, f"w{kind}", f"w{kind}", token))
            logmel.append((token, 0, np.eye(4)[kind]))
    names = ("images", "captions", "fc7", "frames", "words", "text")
    at = {name: folder / f"{name}.parquet" for name in names}
    tables.write(IMAGES, at["images"], frame(IMAGES, images))
    tables.write(SPOKEN_CAPTIONS, at["captions"], frame(SPOKEN_CAPTIONS, spoken))
    tables.write(SPOKEN_WORDS, at["words"], frame(SPOKEN_WORDS, words))
    with tables.Writer(CAPTION_FRAMES, at["frames"]) as writer:
        writer.write(columns(CAPTION_FRAMES, frames))
    for table, name, rows in ((FC7, "fc7", fc7), (LOGMEL, "text", logmel)):
        own = sized(table, feature=len(rows[0][-1]))
        with tables.Writer(own, at[name]) as writer:
            given = columns(own, rows)
            writer.write(given | {"feature": np.stack(given["feature"])})
    return Inputs(
        at["images"], at["captions"], [at["fc7"]], [at["frames"]], spoken_words=at["words"]
    )


def frame(table, rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[column.name for column in table.columns])


def columns(table, rows: list[tuple]) -> dict:
    names = [column.name for column in table.columns]
    return {name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
