"""Captions and spoken words that are data frames: content words, and which tokens say them.

The same code as that of the stages words and matching (paper, section 2), without their files.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from seesay.captions.matching import Matched, match_tables
from seesay.captions.tagging import Tagger
from seesay.captions.words import drop_rare, none_left, tag_captions, tag_speech
from seesay.settings.matching import MatchingSettings
from seesay.settings.words import WordsSettings
from seesay.shared import arguments
from seesay.shared.errors import InputError

TOKENS = ["token_id", "talker", "word"]


def content_words(captions: pd.DataFrame, **options: Any) -> pd.DataFrame:
    """The content words of captions: nouns in the singular, verbs, adjectives, adverbs.

    Args:
        captions: A row a caption: image_id (string) and text (English); `caption`, its number
            within the picture, may be given.
        options: Keys of the section `words` of a config: tagger, keep, min_count, pause.

    Returns:
        A row a word: image_id, caption, position (in the caption, from 0), text, lemma, pos.

    Raises:
        InputError: For other columns, missing values, an unknown option, or when no word is left.
    """
    settings = arguments.settings("options", WordsSettings, options)
    return _content_words(_captions(captions), settings)[0]


def match(captions: pd.DataFrame, tokens: pd.DataFrame, **options: Any) -> Matched:
    """Which spoken tokens say each caption: one talker a caption, no token in two captions.

    Args:
        captions: As of `content_words`; `split` (train, validation or test, the same for all
            captions of a picture) may be given, and is train otherwise.
        tokens: A row a spoken word: token_id (distinct), talker and word. recording_id, onset and
            offset (s) may be given: then words are tagged in their utterances, otherwise alone.
            With `method="spoken"` also recording_id, picture and caption: the caption that the
            recording says.
        options: Keys of the sections `words` and `matching` of a config: min_count, method,
            speakers, reuse, relax, seed and so on.

    Returns:
        Data frames `spoken_captions` (image_id, caption, position, talker, word, spoken_word,
        token_id), `replacements` (what each word is said as) and `unsayable`, and the list
        `rejects` of (stage, id, reason): what was left out, and why.

    Raises:
        InputError: For other columns, missing values, tokens that are there twice, unknown
            options, or when no word is left.
    """
    own, others = arguments.parted(options, WordsSettings)
    settings = arguments.settings("options", WordsSettings, own)
    how = arguments.settings("options", MatchingSettings, others)
    given = _captions(captions)
    splits = _splits(given)
    spoken = _tokens(tokens)
    words, refused = _content_words(given, settings)
    tagger = Tagger(settings.tagger)
    tags = tag_speech(spoken, tagger, settings.pause).drop(columns="word")
    said = _said(spoken) if how.method == "spoken" else None
    found = match_tables(splits, given, words, tags, spoken, how, said)
    return replace(found, rejects=[*refused, *found.rejects])


def _said(tokens: pd.DataFrame) -> pd.DataFrame:
    """The picture and caption that each recording says."""
    columns = ["recording_id", "picture", "caption"]
    missing = [name for name in columns if name not in tokens]
    if missing:
        raise InputError(f"tokens: no column {', '.join(missing)}, which method='spoken' needs")
    found = tokens[columns].drop_duplicates()
    twice = found["recording_id"].duplicated()
    if twice.any():
        name = found.loc[twice, "recording_id"].iloc[0]
        raise InputError(f"tokens: {name} says several captions, expected one a recording")
    return found.astype({"caption": "Int32"})


def _content_words(
    captions: pd.DataFrame, settings: WordsSettings
) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    words = tag_captions(captions, Tagger(settings.tagger), settings.keep)
    kept, refused = drop_rare(words, captions, settings.min_count)
    if kept.empty:
        raise InputError(f"captions: {none_left(words, settings.min_count)}")
    return kept, refused


def _captions(given: pd.DataFrame) -> pd.DataFrame:
    """The captions with their numbers within the picture, in a new data frame."""
    captions = arguments.frame("captions", given, ["image_id", "text"])
    number = captions.groupby("image_id").cumcount()
    captions["caption"] = captions.get("caption", number)
    captions = captions.astype({"image_id": str, "text": str, "caption": np.int32})
    twice = captions.duplicated(["image_id", "caption"])
    if twice.any():
        row = int(np.flatnonzero(twice)[0])
        raise InputError(f"captions: row {row} has a caption number that is there twice")
    return captions


def _splits(captions: pd.DataFrame) -> "pd.Series[str]":
    """Each picture's split, by image_id."""
    if "split" not in captions:
        return pd.Series("train", index=captions["image_id"].unique())
    kinds = captions[["image_id", "split"]].drop_duplicates().set_index("image_id")["split"]
    twice = kinds.index[kinds.index.duplicated()]
    if len(twice):
        raise InputError(f"captions: {twice[0]} is of several splits, expected one a picture")
    return kinds


def _tokens(given: pd.DataFrame) -> pd.DataFrame:
    """The columns of SPOKEN_WORDS; words without times are recordings of their own."""
    tokens = arguments.frame("tokens", given, TOKENS)
    if tokens["token_id"].duplicated().any():
        twice = tokens["token_id"][tokens["token_id"].duplicated()].iloc[0]
        raise InputError(f"tokens: token_id {twice} is there twice, expected distinct ones")
    alone: dict[str, Any] = {"recording_id": tokens["token_id"], "onset": 0.0, "offset": 0.0}
    for name, values in alone.items():
        tokens[name] = tokens.get(name, values)
    tokens = tokens.astype({"token_id": str, "talker": str, "recording_id": str})
    tokens["word"] = tokens["word"].astype(str).str.lower()
    return tokens
