"""Captions that are spoken whole, whose tokens are found segments of their recordings.

Transcripts choose nothing: every segment of a recording that says a caption of the run is a token
of that caption, function words and pauses included. The labels of segments are for scoring alone.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from seesay.captions.kinds import majority
from seesay.captions.matching import Matched, reasons
from seesay.captions.matching_stops import why
from seesay.captions.replacement import replace
from seesay.captions.spoken import CAPTION, own_captions
from seesay.schemas.audio import RECORDINGS, SPOKEN_WORDS
from seesay.schemas.captions import (
    CAPTION_WORDS,
    REPLACEMENTS,
    SPOKEN_CAPTIONS,
    SPOKEN_TAGS,
    UNSAYABLE,
)
from seesay.schemas.vision import CAPTIONS, IMAGES
from seesay.settings.matching import MatchingSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.rejects import write_rejects


def match_segments(
    texts: pd.DataFrame,
    caption_words: pd.DataFrame,
    tokens: pd.DataFrame,
    recordings: pd.DataFrame,
) -> Matched:
    """The captions that recordings say, with all segments of the recordings.

    `texts` are rows of CAPTIONS and `caption_words` of CAPTION_WORDS, of the run's pictures;
    `tokens` are SPOKEN_WORDS of the segments with SPOKEN_TAGS, whose `word` is the label;
    `recordings` has recording_id, and the picture and caption that it says. A token's word is the
    lemma that its label mostly has, or its id, if that is its label. Rejected are recordings of no
    caption; unsayable are captions without any segment.
    """
    talkers = tokens.groupby("recording_id")["talker"].agg(set)
    owned, rejects = own_captions(recordings, texts, talkers)
    lemma = tokens["word"].map(majority(tokens["word"], tokens["lemma"]))
    # The label of a segment without a word is its id, which has no other form.
    lemma = lemma.where(tokens["word"] != tokens["token_id"], tokens["token_id"])
    used = tokens.assign(word=lemma, spoken_word=lemma).merge(owned, on="recording_id")
    used = used.sort_values(["recording_id", "onset", "token_id"])
    used["position"] = used.groupby("recording_id").cumcount().astype(np.int32)
    said = caption_words.groupby("lemma").agg(pos=("pos", "first"), count=("text", "size"))
    spoken = used["spoken_word"].value_counts().rename("count").to_frame()
    spoken = spoken[spoken.index.isin(said.index)]
    table = replace(said, spoken.assign(pos=said["pos"]), set(), (), 1)
    lost = _without_segments(caption_words, owned, used)
    columns = [column.name for column in SPOKEN_CAPTIONS.columns]
    return Matched(table, used[columns], lost, [*rejects, *reasons(lost)])


def _without_segments(
    caption_words: pd.DataFrame, owned: pd.DataFrame, used: pd.DataFrame
) -> pd.DataFrame:
    """The caption words of captions that no segment says, as rows of UNSAYABLE."""
    key, said, recorded = (
        pd.MultiIndex.from_frame(each[CAPTION]) for each in (caption_words, used, owned)
    )
    cause = np.where(key.isin(recorded), "not said", "no recording")
    words = caption_words["lemma"]
    lost = caption_words.assign(word=words, spoken_word=words, cause=cause, talker="")
    lost = lost.loc[~key.isin(said), [column.name for column in UNSAYABLE.columns]]
    names = list(UNSAYABLE.key)
    return lost.drop_duplicates(names).sort_values(names, ignore_index=True)


def run_matching_segments(
    images: Path,
    texts: Path,
    caption_words: Path,
    spoken_tags: Path,
    spoken_words: Path,
    recordings: Path,
    replacements: Path,
    spoken_captions: Path,
    unsayable: Path,
    rejects: Path,
    settings: MatchingSettings,
) -> None:
    """Write the tables `replacements`, `spoken_captions`, `unsayable` and `rejects`.

    Raises InputError if no caption of a split has a segment.
    """
    splits = tables.read(IMAGES, images).set_index("image_id")["split"]
    words, tags = tables.read(SPOKEN_WORDS, spoken_words), tables.read(SPOKEN_TAGS, spoken_tags)
    known, written = tables.read(CAPTIONS, texts), tables.read(CAPTION_WORDS, caption_words)
    found = match_segments(
        known[known["image_id"].isin(splits.index)],
        written[written["image_id"].isin(splits.index)],
        words.merge(tags, on="token_id", validate="one_to_one"),
        tables.read(RECORDINGS, recordings),
    )
    cause = why(found.spoken_captions, found.unsayable, splits, settings)
    if cause:
        raise InputError(f"{spoken_words}: {cause}")
    tables.write(REPLACEMENTS, replacements, found.replacements)
    tables.write(SPOKEN_CAPTIONS, spoken_captions, found.spoken_captions)
    tables.write(UNSAYABLE, unsayable, found.unsayable)
    write_rejects(rejects, found.rejects)
