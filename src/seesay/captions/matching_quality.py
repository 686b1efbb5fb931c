"""The quality of a matching in numbers: steps, parts of speech, tokens, durations."""

from pathlib import Path

import numpy as np
import pandas as pd

from seesay.captions.replacement import spoken_names
from seesay.schemas.audio import SPOKEN_WORDS
from seesay.schemas.captions import (
    CAPTION_WORDS,
    DURATIONS,
    POS,
    REPLACEMENTS,
    SPOKEN_CAPTIONS,
    SPOKEN_TAGS,
    SPOKEN_TYPES,
    STEPS,
    TALKER_WORDS,
)
from seesay.schemas.vision import IMAGES
from seesay.shared import tables

BIN = 0.05  # s, of the histogram of durations


def steps(replacements: pd.DataFrame, words: pd.Series) -> pd.DataFrame:
    """The rows of STEPS; `words` are the lemmas of all captions, a row a use."""
    uses = replacements["word"].map(words.value_counts()).fillna(0).astype(np.int64)
    grouped = replacements.assign(uses=uses).groupby("step")
    return grouped.agg(words=("word", "size"), tokens=("uses", "sum")).reset_index()


def pos_counts(captions: pd.DataFrame, types: pd.DataFrame) -> pd.DataFrame:
    """The rows of POS, from CAPTION_WORDS and SPOKEN_TYPES."""
    said = captions.groupby("pos").agg(tokens=("lemma", "size"), types=("lemma", "nunique"))
    heard = types.groupby("pos").agg(tokens=("count", "sum"), types=("word", "size"))
    parts = [said.assign(source="captions"), heard.assign(source="speech")]
    return pd.concat(parts).reset_index()


def talker_words(tokens: pd.DataFrame, used: set[str]) -> pd.DataFrame:
    """The rows of TALKER_WORDS; `tokens` has token_id, talker and spoken_word."""
    grouped = tokens.assign(used=tokens["token_id"].isin(used)).groupby(["spoken_word", "talker"])
    counts = grouped.agg(tokens=("token_id", "size"), used=("used", "sum")).reset_index()
    return counts.rename(columns={"spoken_word": "word"})


def durations(seconds: pd.Series) -> pd.DataFrame:
    """The rows of DURATIONS: bins from 0 s to the longest, including empty ones."""
    # The difference of two times may fall just short of 0.15 s.
    place = np.floor(seconds.to_numpy() / BIN + 1e-6).astype(np.int64)
    counts = np.bincount(place)
    edges = np.round(np.arange(len(counts) + 1) * BIN, 6)
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "tokens": counts})


def run_quality(
    images: Path,
    caption_words: Path,
    spoken_types: Path,
    spoken_tags: Path,
    spoken_words: Path,
    replacements: Path,
    spoken_captions: Path,
    step_counts: Path,
    pos: Path,
    words_by_talker: Path,
    histogram: Path,
) -> None:
    """Write the tables STEPS, POS, TALKER_WORDS and DURATIONS of a finished matching."""
    captions = tables.read(CAPTION_WORDS, caption_words)
    captions = captions[captions["image_id"].isin(tables.read(IMAGES, images)["image_id"])]
    table = tables.read(REPLACEMENTS, replacements)
    types = tables.read(SPOKEN_TYPES, spoken_types)
    tokens = tables.read(SPOKEN_WORDS, spoken_words)
    said = tables.read(SPOKEN_CAPTIONS, spoken_captions).drop_duplicates("token_id")
    used = set(said["token_id"])
    tokens = tokens.merge(tables.read(SPOKEN_TAGS, spoken_tags), on="token_id")
    names = spoken_names(tokens, table.set_index("word")["pos"])
    # What captions say counts, also where the tag of a token is another than its caption's.
    own = tokens["token_id"].map(said.set_index("token_id")["spoken_word"])
    tokens["spoken_word"] = own.where(own.notna(), names)
    tokens = tokens[tokens["spoken_word"] != ""]
    taken = tokens[tokens["token_id"].isin(used)]
    tables.write(STEPS, step_counts, steps(table, captions["lemma"]))
    tables.write(POS, pos, pos_counts(captions, types))
    standing = tokens[tokens["spoken_word"].isin(table["spoken_word"])]
    tables.write(TALKER_WORDS, words_by_talker, talker_words(standing, used))
    tables.write(DURATIONS, histogram, durations(taken["offset"] - taken["onset"]))
