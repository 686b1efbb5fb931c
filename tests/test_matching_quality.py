"""Counts of what came of the matching, by hand."""

from pathlib import Path

import pandas as pd
import pytest

from seesay.captions.matching_quality import durations, run_quality
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
from seesay.shared.columns import Table


def write(table: Table, path: Path, rows: list[tuple]) -> None:
    tables.write(table, path, pd.DataFrame(rows, columns=[c.name for c in table.columns]))


@pytest.fixture
def counted(tmp_path: Path) -> Path:
    """Two talkers; dog is said as itself (and as dogs), boat as idea, yellow not at all."""
    write(IMAGES, tmp_path / "images", [("i", "", "", 9, 9, "train")])
    words = [
        ("i", 0, 0, "dogs", "dog", "NOUN"),
        ("i", 1, 0, "dog", "dog", "NOUN"),
        ("i", 1, 1, "boat", "boat", "NOUN"),
        ("i", 2, 0, "yellow", "yellow", "ADJ"),
        ("gone", 0, 0, "dog", "dog", "NOUN"),
    ]
    write(CAPTION_WORDS, tmp_path / "caption_words", words)
    types = [
        ("dog", "dog", "NOUN", 1),
        ("dogs", "dog", "NOUN", 2),
        ("idea", "idea", "NOUN", 1),
        ("the", "the", "other", 3),
    ]
    write(SPOKEN_TYPES, tmp_path / "spoken_types", types)
    said = [("t", "dogs", 0.15), ("t", "dog", 0.12), ("u", "dogs", 0.31), ("t", "idea", 0.2)]
    spoken = [
        (f"r@{n}", "r", talker, word, float(n), n + length)
        for n, (talker, word, length) in enumerate([*said, *[("u", "the", 0.9)] * 3])
    ]
    write(SPOKEN_WORDS, tmp_path / "spoken_words", spoken)
    of = {word: (lemma, pos) for word, lemma, pos, _ in types}
    write(SPOKEN_TAGS, tmp_path / "spoken_tags", [(row[0], *of[row[3]], False) for row in spoken])
    replaced = [
        ("dog", "NOUN", "dog", 3, 1, "as itself"),
        ("boat", "NOUN", "idea", 4, 2, "relaxed length"),
        ("yellow", "ADJ", "", 6, 1, "no candidate"),
    ]
    write(REPLACEMENTS, tmp_path / "replacements", replaced)
    captions = [
        ("i", 0, "t", 0, "dog", "dog", "r@0"),
        ("i", 1, "t", 0, "dog", "dog", "r@1"),
        ("i", 1, "t", 1, "boat", "idea", "r@3"),
    ]
    write(SPOKEN_CAPTIONS, tmp_path / "spoken_captions", captions)
    names = [
        "images",
        "caption_words",
        "spoken_types",
        "spoken_tags",
        "spoken_words",
        "replacements",
    ]
    names += ["spoken_captions", "steps", "pos", "talker_words", "durations"]
    run_quality(*(tmp_path / name for name in names))
    return tmp_path


def rows(table: Table, path: Path) -> list[list]:
    return tables.read(table, path).values.tolist()


def test_steps_count_words_and_their_uses(counted: Path) -> None:
    assert rows(STEPS, counted / "steps") == [
        ["as itself", 1, 2],
        ["no candidate", 1, 1],
        ["relaxed length", 1, 1],
    ]


def test_parts_of_speech_by_source(counted: Path) -> None:
    assert rows(POS, counted / "pos") == [
        ["captions", "ADJ", 1, 1],
        ["captions", "NOUN", 3, 2],
        ["speech", "NOUN", 4, 3],
        ["speech", "other", 3, 1],
    ]


def test_tokens_a_word_and_talker_with_the_used_ones(counted: Path) -> None:
    assert rows(TALKER_WORDS, counted / "talker_words") == [
        ["dog", "t", 2, 2],
        ["dog", "u", 1, 0],
        ["idea", "t", 1, 1],
    ]


def test_durations_are_of_the_used_tokens_in_bins_of_50_ms(counted: Path) -> None:
    assert rows(DURATIONS, counted / "durations") == [
        [0.0, 0.05, 0],
        [0.05, 0.1, 0],
        [0.1, 0.15, 1],
        [0.15, 0.2, 1],
        [0.2, 0.25, 1],
    ]


def test_a_duration_on_an_edge_belongs_to_the_bin_above_it() -> None:
    # 0.3 - 0.15 is a hair less than 0.15 in binary.
    found = durations(pd.Series([0.3 - 0.15, 1.1 - 1.0]))
    assert found["tokens"].tolist() == [0, 0, 1, 1]
