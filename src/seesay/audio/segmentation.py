"""Finds the tokens of recordings without word times.

What is found takes the place of the spoken words in all later stages. The label of a segment, its
true word, is for scoring alone: no method reads it.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.audio import segmentations
from seesay.audio.segmentations import Pictures, Speech
from seesay.schemas.audio import RECORDINGS, SEGMENTS, SPOKEN_WORDS, TOKEN_MANIFEST
from seesay.settings.segmentation import SegmentationSettings
from seesay.shared import sources, tables
from seesay.shared.errors import InputError
from seesay.shared.randomness import shard_of
from seesay.shared.rejects import write_rejects

ROWS = 1024  # segments of a recording that are compared with its words at once


def segment(
    recordings: Path,
    spoken_words: Path,
    segments_out: Path,
    words_out: Path,
    rejects_out: Path,
    manifests: list[Path],
    settings: SegmentationSettings,
    pictures: Pictures | None = None,
) -> None:
    """Write the tables `segments`, `spoken_words` (with labels), `rejects` and the manifests.

    `spoken_words` are the true words, which label the segments after all are found. A manifest has
    the segments of a shard's recordings, as those of the stage speech have the words. Raises
    InputError if no segment is found, and with `on_bad_input: fail` for a recording without one.
    """
    known = tables.read(RECORDINGS, recordings)
    found = segmentations.find(settings.method).find(Speech(known, pictures), settings)
    if found.segments.empty:
        first = "; ".join(": ".join(reject) for reject in found.rejects[:1])
        raise InputError(f"{recordings}: no segment in any recording ({first})")
    sources.unchanged(known, "speech")
    segments = with_ids(found.segments, known)
    tables.write(SEGMENTS, segments_out, segments)
    words = segments.drop(columns="cluster")
    words["word"] = labels(segments, tables.read(SPOKEN_WORDS, spoken_words))
    tables.write(SPOKEN_WORDS, words_out, words)
    write_rejects(rejects_out, (("segmentation", name, reason) for name, reason in found.rejects))
    joined = words.merge(known[["recording_id", "path", "digest", "channel"]], on="recording_id")
    shards = {name: shard_of(name, len(manifests)) for name in known["recording_id"]}
    shard = joined["recording_id"].map(shards)
    for number, path in enumerate(manifests):
        tables.write(TOKEN_MANIFEST, path, joined[shard == number])


def with_ids(segments: pd.DataFrame, recordings: pd.DataFrame) -> pd.DataFrame:
    """Segments as rows of SEGMENTS, in the order of their recordings and onsets.

    Their talker is the recording's. Times are whole milliseconds.
    """
    talkers = recordings.set_index("recording_id")["talker"]
    rows = segments.sort_values(["recording_id", "onset"], ignore_index=True)
    rows = rows.assign(onset=rows["onset"].round(3), offset=rows["offset"].round(3))
    name = rows["recording_id"].astype("str")
    rows["token_id"] = name + "@" + rows["onset"].map("{:.3f}".format)
    return rows.assign(talker=name.map(talkers), cluster=rows["cluster"].astype(np.int32))


def labels(segments: pd.DataFrame, words: pd.DataFrame) -> NDArray[np.object_]:
    """The label of each segment (n,): the true word that it overlaps most in time.

    Of words with the same overlap, the first counts. A segment that overlaps no word is a word of
    its own: its label is its token_id, so that it is right for its own picture alone, and no other
    token is the same word.
    """
    found = segments["token_id"].to_numpy(dtype=object).copy()
    places = segments.groupby("recording_id").indices
    spoken = words.sort_values(["recording_id", "onset", "token_id"])
    said = spoken.groupby("recording_id").indices
    word, begins, ends = (spoken[name].to_numpy() for name in ("word", "onset", "offset"))
    first_edge, last_edge = (segments[edge].to_numpy() for edge in ("onset", "offset"))
    for name, rows in places.items():
        own = said.get(name)
        if own is None:
            continue
        for start in range(0, len(rows), ROWS):
            part = rows[start : start + ROWS]
            first, last = first_edge[part][:, None], last_edge[part][:, None]
            overlap = np.minimum(last, ends[own]) - np.maximum(first, begins[own])
            most = overlap.argmax(axis=1)
            heard = overlap.max(axis=1) > 0
            found[part[heard]] = word[own[most[heard]]]
    return found
