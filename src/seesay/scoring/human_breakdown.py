"""Breaks down the results of human words by talker, and by the word's frequency in training."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from seesay.schemas.audio import HUMAN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.scoring import GROUPS, HUMAN_RANKS, SYNTHETIC, parted
from seesay.schemas.vision import IMAGES
from seesay.scoring.breakdown import by_group
from seesay.scoring.breakdown_classes import PAIRS, by_fold, classes, of_queries
from seesay.scoring.metrics import runs_of
from seesay.scoring.names import HUMAN
from seesay.scoring.resampling import by_word_and_talker
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables

FEW = 5  # least words of a talker with a group of their own
MOST = 24  # most talkers of a source with a group of their own


def break_down_human(
    ranks: Sequence[Path],
    images: Sequence[Path],
    spoken_captions: Sequence[Path],
    human_words: Sequence[Path],
    groups: Path,
    settings: MetricsSettings,
) -> None:
    """Write the table GROUPS of the human words' ranks; the source stands as gallery.

    Tokens of the captions' own talkers are grouped like the human words that they stand in for.
    Intervals generalise to words, talkers and seeds; all systems share the same resamples.
    """
    known, frames = [], []
    for fold, own in enumerate(by_fold(ranks, len(images))):
        words = tables.read(HUMAN_WORDS, human_words[fold]).set_index("token_id")
        spoken = tables.read(SPOKEN_CAPTIONS, spoken_captions[fold])
        split = tables.read(IMAGES, images[fold]).set_index("image_id")["split"]
        known.append(properties(words, spoken[spoken["image_id"].map(split) == "train"]))
        frames.append(tables.read(HUMAN_RANKS, own).assign(fold=fold))
    frame = pd.concat(frames, ignore_index=True)
    parts = []
    for (experiment, task, gallery), part in frame.groupby(["experiment", "task", "gallery"]):
        if HUMAN[str(task)].query != "human":
            continue
        where = {"experiment": str(experiment), "task": str(task), "gallery": str(gallery)}
        runs = runs_of(part, {**where})
        asked = of_queries(next(iter(runs.values())), partial(_people, known, str(gallery)))
        rows = by_group(runs, asked, settings, by_word_and_talker)
        parts.append(pd.DataFrame(rows).assign(**where))
    none = pd.DataFrame(columns=[column.name for column in GROUPS.columns])
    tables.write(GROUPS, groups, pd.concat(parts, ignore_index=True) if parts else none)


def _people(known: list[pd.DataFrame], gallery: str, fold: int, query: pd.Series) -> pd.DataFrame:
    return known[fold].loc[[human_of(one, gallery, known[fold]) for one in query]]


def properties(words: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
    """Ordered categories of each row of HUMAN_WORDS, by `token_id`.

    `train` is SPOKEN_CAPTIONS of the training pictures. A pair is a training picture and a token of
    the word spoken for it. Within a source, talkers with at least `FEW` words, and at most the
    `MOST` with most words, have a group each, in that order; the others share one group.
    """
    taught = train.drop_duplicates(["image_id", "token_id"])["spoken_word"].value_counts()
    pairs = words["spoken_word"].map(taught).fillna(0)
    talker = pd.Series("", words.index)
    order: list[str] = []
    for _, rows in words[words["use"] == "test"].groupby("source"):
        counts = rows.loc[rows["talker"] != "", "talker"].value_counts()
        counts = counts.sort_index().sort_values(ascending=False, kind="stable")
        own = counts[counts >= FEW].index[:MOST].tolist()
        fewer = len(counts) - len(own)
        others = f"{fewer:,} other{'s' * (fewer != 1)}"
        named = rows["talker"].where(rows["talker"].isin(own), others)
        talker[rows.index] = named.where(rows["talker"] != "", "unknown")
        order += [*own, others, "unknown"]
    names = [*dict.fromkeys(order), ""]
    return pd.DataFrame(
        {
            "talker": pd.Series(pd.Categorical(talker, names, ordered=True), words.index),
            "training pairs": classes(pairs, PAIRS),
        }
    )


def human_of(query: str, gallery: str, known: pd.DataFrame) -> str:
    """The human word of a query, or the one that a caption's token stands in for."""
    return parted(query, known.index)[0] if gallery.endswith(SYNTHETIC) else query
