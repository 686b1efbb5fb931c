"""Counts of the data, in total and by split."""

import pandas as pd

from seesay.reporting.numbers import Rows
from seesay.reporting.runs import Context, Run
from seesay.schemas.audio import RECORDINGS, SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import CAPTIONS, FC7, IMAGES

SPLITS = ("train", "validation", "test")


def kept(run: Run) -> pd.DataFrame:
    """The fragments of the run, without the features, which fill memory at the paper's size."""
    return run.table(FC7, "fc7", ["image_id", "region", "score"])


def facts(run: Run) -> Context:
    """Counts of pictures, captions, fragments, talkers and tokens, and the hours of speech."""
    words = run.table(SPOKEN_WORDS, "spoken_words")
    recordings = run.table(RECORDINGS, "recordings")
    return {
        "pictures": len(run.table(IMAGES, "images")),
        "captions": len(run.table(CAPTIONS, "captions")),
        "fragments": len(kept(run)),
        "talkers": words["talker"].nunique(),
        "recordings": len(recordings),
        # Several recordings may be parts of one file.
        "hours": recordings.drop_duplicates(["path", "channel"])["duration"].sum() / 3600,
        "spoken": len(words),
        "used": run.table(SPOKEN_CAPTIONS, "spoken_captions")["token_id"].nunique(),
    }


def by_split(
    images: pd.DataFrame,
    captions: pd.DataFrame,
    spoken: pd.DataFrame,
    fragments: pd.DataFrame,
    mixed: bool = False,
    whose: str = "",
) -> Rows:
    """Counts by split and in total: one row for each kind of thing.

    With `mixed`, the words of one caption may come from several talkers. `whose` names the
    experiments that have these fragments.
    """
    split = images.set_index("image_id")["split"]
    said = spoken.drop_duplicates(["image_id", "caption"])
    versions = said if mixed else spoken.drop_duplicates(["image_id", "caption", "talker"])
    here = {
        "pictures": images["split"],
        f"picture fragments{whose}": fragments["image_id"].map(split),
        "captions": captions["image_id"].map(split),
        "captions that can be said": said["image_id"].map(split),
        "spoken captions, over talkers": versions["image_id"].map(split),
        "word tokens used": spoken.drop_duplicates("token_id")["image_id"].map(split),
    }
    rows: Rows = [
        {"what": what, "cells": [int((values == s).sum()) for s in SPLITS], "total": len(values)}
        for what, values in here.items()
    ]
    where = spoken["image_id"].map(split)
    for what, column in (("word types used", "spoken_word"), ("talkers used", "talker")):
        cells = [int(spoken.loc[where == s, column].nunique()) for s in SPLITS]
        rows.append({"what": what, "cells": cells, "total": int(spoken[column].nunique())})
    share = [
        100 * a / b if b else None
        for a, b in zip(
            [*rows[3]["cells"], rows[3]["total"]],
            [*rows[2]["cells"], rows[2]["total"]],
            strict=True,
        )
    ]
    rows.insert(4, {"what": "share of the captions, %", "cells": share[:3], "total": share[3]})
    return rows
