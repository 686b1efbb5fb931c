"""The tables of the stage human, apart from its code."""

from collections.abc import Container

import pyarrow as pa

from seesay.scoring.evaluation import RANKS
from seesay.shared.tables import Column, Table

HUMAN_WORDS = Table(
    "human_words",
    ("token_id",),
    (
        Column("token_id", pa.string(), "recording_id@onset; @talker where two begin together"),
        Column("source", pa.string(), "the corpus's name in evaluation.human"),
        Column("recording_id", pa.string(), "where it is heard"),
        Column("talker", pa.string(), "who says it; empty where that is unknown"),
        Column("word", pa.string(), "the word as it is said, lower-cased"),
        Column("spoken_word", pa.string(), "the spoken word of the captions that it is"),
        Column("pos", pa.string(), "its part of speech in the captions, most often"),
        Column("onset", pa.float64(), "start, from the start of the recording", "s"),
        Column("offset", pa.float64(), "end, from the start of the recording", "s"),
        Column("image_id", pa.string(), "the run's picture it was said about; empty if unknown"),
        Column("use", pa.string(), "test, or train: its talker is not the test's"),
    ),
)
# Readers of RANKS read it as well: what is more is what the intervals resample.
HUMAN_RANKS = Table(
    "human_ranks",
    RANKS.key,
    (
        *RANKS.columns,
        Column("word", pa.string(), "the query's spoken word; empty where a picture asks"),
        Column("talker", pa.string(), "who says the query; empty where a picture asks or unknown"),
    ),
)
SYNTHETIC = "~synthetic"  # behind a source's name: the same words, by the captions' own talkers
TASKS = ("human_recognition", "picture_by_human_word", "human_word_by_picture")


def parted(query: str, known: Container[str]) -> tuple[str, str]:
    """The human word, one of `known`, and the token for it, that a query of SYNTHETIC names."""
    ends = [place for place, mark in enumerate(query) if mark == "|"]
    end = next(end for end in ends if query[:end] in known)
    return query[:end], query[end + 1 :]
