"""Recordings with words, phones and segments, made at random, and the scores of these segments."""

import numpy as np
import pandas as pd

from seesay.scoring.segmentation import scores
from seesay.settings.metrics import MetricsSettings
from support import segmentation_tde

SETTINGS = MetricsSettings(resamples=200)
TIMES = ["recording_id", "onset", "offset"]


def made(recordings=60, talkers=12, seed=0):
    """Recordings, pictures, words, phones and segments; a third of the pictures are tested."""
    rng = np.random.default_rng(seed)
    phones, words, segments, known = [], [], [], []
    for number in range(recordings):
        name = f"{number:02}"
        said, spelt = segmentation_tde.talk_of(name, 0.1, rng, grid=False)
        phones += said
        words += spelt
        segments += segmentation_tde.cut(rng, said, spelt, False, 0.02)
        known.append((name, f"t{number // 3 % talkers}", f"p{number}", 0))
    split = [["test", "train", "validation"][number % 3] for number in range(recordings)]
    return {
        "recordings": pd.DataFrame(known, columns=["recording_id", "talker", "picture", "caption"]),
        "images": pd.DataFrame(
            {"image_id": [f"c/p{number}" for number in range(recordings)], "split": split}
        ),
        "words": pd.DataFrame(words, columns=[*TIMES, "word"]),
        "phones": pd.DataFrame(phones, columns=[*TIMES, "phone"]),
        "segments": pd.DataFrame(segments, columns=[*TIMES, "cluster"]).drop_duplicates(TIMES),
    }


def tabled(data, settings=SETTINGS, **controls):
    test = scores.tested(*(data[name] for name in ("recordings", "images", "words", "phones")))
    found = scores.table({"energy": data["segments"]} | controls, test, settings)
    return found.set_index(["method", "metric"])
