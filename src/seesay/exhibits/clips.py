"""Records of the tokens to hear and the pictures to see."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from seesay.exhibits.media import Budget, drawing, mp3, small
from seesay.learning.logmel_vectors import of_tokens
from seesay.settings.listen import ListenSettings
from seesay.shared.errors import InputError, cause
from seesay.shared.progress import progress
from seesay.shared.sound import span

Record = dict[str, Any]
Refused = list[tuple[str, str, str]]

MEGABYTE = 1_000_000
# Share of the room for sounds that human words (and the words beside them) get, or whole captions.
SHARE = 0.25


def clips(
    heard: pd.DataFrame,
    drawn: set[str],
    logmel: list[Path],
    settings: ListenSettings,
    frames: int,
    hop: float,
    span_shown: str = "window",
) -> tuple[list[Record], int, Refused]:
    """A record for each row of `heard`, the number without room for their sound, and rejects.

    `heard` has token_id, word, talker, onset, offset (s), path, channel and rank. The tokens of
    `drawn` get a drawing of their log-Mel vector, of `frames` frames every `hop` s, and the place
    of the word in it as shares of its width; with `frames` 0 none does. `sound` and `mel` are data
    URIs or "", `why` says why there is no sound.
    """
    budget = Budget(int(settings.sound_megabytes * MEGABYTE))
    vectors: dict[str, np.ndarray] = {}
    if frames:
        names, features = of_tokens(logmel, sorted(drawn))
        vectors = dict(zip(names, [] if features is None else features, strict=True))
    records, refused = [], []
    for row in progress(heard.to_dict("records"), "listen", "clip"):
        token = str(row["token_id"])
        uri, why = "", ""
        try:
            samples, rate = span(
                Path(row["path"]),
                row["onset"] - settings.margin,
                row["offset"] + settings.margin,
                int(row["channel"]),
                settings.seconds,
            )
            uri = budget.take(mp3(samples, rate, settings.sample_rate))
            why = "" if uri else "no room"
        except InputError as error:
            why = "cannot be read"
            refused.append(("listen", token, cause(error, Path(row["path"]))))
        record = {
            "id": token,
            "word": row["word"],
            "talker": row["talker"],
            "seconds": round(row["offset"] - row["onset"], 3),
            "rank": None if pd.isna(row["rank"]) else float(row["rank"]),
            "sound": uri,
            "why": why,
        }
        if token in vectors:
            share = (row["offset"] - row["onset"]) / (frames * hop)
            half = 0.5 if span_shown == "word" else min(share, 1.0) / 2
            record["mel"] = budget.take(drawing(vectors[token], frames))
            record["span"] = [round(0.5 - half, 4), round(0.5 + half, 4)]
        records.append(record)
    return records, budget.refused, refused


def thumbnails(
    pictures: pd.DataFrame, captions: dict[str, list[str]], settings: ListenSettings
) -> tuple[list[Record], int, Refused]:
    """A record for each row of `pictures`, the number without room, and rejects.

    `pictures` has image_id, path ("" without a file), width and height (px); the first get room
    first. `uri` is a data URI or "", `why` says why it is empty.
    """
    budget = Budget(int(settings.picture_megabytes * MEGABYTE))
    records, refused = [], []
    for row in progress(pictures.to_dict("records"), "look", "picture"):
        uri, why = "", "no file"
        if row["path"]:
            try:
                uri = budget.take(small(Path(row["path"]), settings.thumbnail))
                why = "" if uri else "no room"
            except InputError as error:
                why = "cannot be read"
                refused.append(("listen", str(row["image_id"]), cause(error, Path(row["path"]))))
        records.append(
            {
                "id": row["image_id"],
                "width": int(row["width"]),
                "height": int(row["height"]),
                "captions": captions.get(row["image_id"], []),
                "uri": uri,
                "why": why,
            }
        )
    return records, budget.refused, refused
