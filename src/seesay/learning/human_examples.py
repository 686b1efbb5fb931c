"""Adds human words to training pictures (`training.human_words`).

Transcripts choose them, as in matching: a human token may join a picture if a spoken caption of
that picture has its word.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from seesay.schemas.audio import HUMAN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import IMAGES
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.randomness import generator

COLUMNS = ["token_id", "spoken_word", "talker"]


def for_training(human_words: Path) -> pd.DataFrame:
    """Rows of HUMAN_WORDS that training may hear, by token id.

    Raises InputError if there is none.
    """
    words = tables.read(HUMAN_WORDS, human_words)
    words = words[words["use"] == "train"].sort_values("token_id", ignore_index=True)
    if words.empty:
        raise InputError(
            f"{human_words}: every talker is the test's, so training.human_words finds nobody to"
            " hear; lower evaluation.human_talkers, or give corpora of more talkers"
        )
    return words


def join(
    images: Path, spoken_captions: Path, human_words: Path, most: int, seed: int
) -> pd.DataFrame:
    """Rows of image_id, token_id, spoken_word and talker: human tokens of the training pictures.

    Each picture gets up to `most` tokens of each of its spoken words. Raises InputError if training
    may hear no talker.
    """
    spoken = training_captions(images, spoken_captions)
    said = spoken[["image_id", "spoken_word"]].drop_duplicates()
    return draw(said, for_training(human_words), most, generator("training", seed, "human words"))


def training_captions(images: Path, spoken_captions: Path) -> pd.DataFrame:
    """The rows of SPOKEN_CAPTIONS of training pictures."""
    pictures = tables.read(IMAGES, images)
    names = pictures.loc[pictures["split"] == "train", "image_id"]
    spoken = tables.read(SPOKEN_CAPTIONS, spoken_captions)
    return spoken[spoken["image_id"].isin(names)]


def draw(
    said: pd.DataFrame, words: pd.DataFrame, most: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw up to `most` of `words` for each row of `said` (image_id, spoken_word).

    Talkers take turns: none is drawn a second time before each has been drawn once.
    """
    pools = dict(list(words[COLUMNS].groupby("spoken_word")))
    tokens, pictures = [words[COLUMNS].head(0)], [pd.Series(dtype=object)]
    said = said.sort_values(["spoken_word", "image_id"])
    for word, rows in said[said["spoken_word"].isin(pools)].groupby("spoken_word"):
        pool = pools[word]
        talkers = pd.factorize(pool["talker"])[0]
        chosen = [by_turns(talkers, most, rng) for _ in range(len(rows))]
        tokens.append(pool.iloc[np.concatenate(chosen)])
        pictures.append(rows["image_id"].repeat([len(some) for some in chosen]))
    found = pd.concat(tokens, ignore_index=True)
    return found.assign(image_id=pd.concat(pictures, ignore_index=True))


def by_turns(talkers: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """Up to `most` random positions in `talkers` (n,): one of each talker first, then a second."""
    order = rng.permutation(len(talkers))
    together = np.argsort(talkers[order], kind="stable")
    counts = np.bincount(talkers)
    turn = np.empty(len(order), np.int64)
    turn[together] = np.arange(len(order)) - np.repeat(counts.cumsum() - counts, counts)
    chosen: np.ndarray = order[np.argsort(turn, kind="stable")[:most]]
    return chosen
