"""The section on data: counts, checks across splits, matching of captions, rejects."""

from collections.abc import Iterator

import pandas as pd

from seesay.planning.experiments import section, trained
from seesay.reporting import counts, credits, leakage, matching
from seesay.reporting.runs import Context, Run
from seesay.schemas.audio import LOGMEL, SPOKEN_WORDS
from seesay.schemas.captions import (
    DURATIONS,
    POS,
    REPLACEMENTS,
    SPOKEN_CAPTIONS,
    SPOKEN_TYPES,
    STEPS,
    TALKER_WORDS,
    UNSAYABLE,
)
from seesay.schemas.vision import CAPTIONS, COPIES, IMAGES, REGIONS
from seesay.shared import tables
from seesay.shared.columns import Table
from seesay.shared.rejects import by_reason
from seesay.shared.tables import REJECTS

PLACE = 120
LINK = "Data"
NEEDS = {
    "images": "pictures/images.parquet",
    "more_images": None,
    "copies": "pictures/copies.parquet",
    "captions": "pictures/captions.parquet",
    "regions": None,
    "fc7": None,
    "spoken_types": "words/spoken_types.parquet",
    "replacements": "matching/replacements.parquet",
    "spoken_captions": "matching/spoken_captions.parquet",
    "more_spoken_captions": None,
    "unsayable": "matching/unsayable.parquet",
    "steps": "matching/quality/steps.parquet",
    "pos": "matching/quality/pos.parquet",
    "talker_words": "matching/quality/talker_words.parquet",
    "durations": "matching/quality/durations.parquet",
    "recordings": "speech/recordings.parquet",
    "spoken_words": "speech/spoken_words.parquet",
    "logmel": None,
    "rejects": None,
}


def describe(run: Run) -> Context:
    """Values for the template; charts are added by element id."""
    images, captions = run.table(IMAGES, "images"), run.table(CAPTIONS, "captions")
    spoken = run.table(SPOKEN_CAPTIONS, "spoken_captions")
    checks = _checks(run)
    return {
        "splits": counts.SPLITS,
        "counts": counts.by_split(
            images, captions, spoken, counts.kept(run), run.mixed, run.whose("fc7")
        ),
        "facts": {**counts.facts(run), **_features(run)},
        "checks": checks,
        "leaks": any(row["kind"] == "leak" for row in checks),
        "matching": _matching(run),
        **_replacements(run),
        **_rejects(run),
    }


def _checks(run: Run) -> leakage.Rows:
    """The checks across splits of every fold, added up."""
    captions, words = run.table(CAPTIONS, "captions"), run.table(SPOKEN_WORDS, "spoken_words")
    copies, window = run.table(COPIES, "copies"), windows(run.config)
    images = _of_folds(run, IMAGES, "images")
    spoken = _of_folds(run, SPOKEN_CAPTIONS, "spoken_captions")
    return leakage.added(
        leakage.checks(own_images, captions, own_spoken, words, copies, window)
        for own_images, own_spoken in zip(images, spoken, strict=True)
    )


def _of_folds(run: Run, table: Table, name: str) -> Iterator[pd.DataFrame]:
    """A table of each fold; that of fold 0 is read once for all sections."""
    yield run.table(table, name)
    yield from (tables.read(table, path) for path in run.paths(f"more_{name}"))


def windows(config: Context) -> dict[str, float]:
    """The window around a word's middle that the network hears, in s, by names of experiments.

    It is 0 for the word only (span `word` or `masked`); the names are "" if all hear the same.
    """
    heard: dict[float, list[str]] = {}
    for name in trained(config):
        logmel = section(config, name, "logmel")
        whole = logmel.get("span", "window") == "window"
        heard.setdefault(whole * logmel["frames"] * logmel["hop"], []).append(name)
    if len(heard) == 1:
        return {"": next(iter(heard))}
    return {", ".join(names): window for window, names in heard.items()}


def _features(run: Run) -> Context:
    """Numbers of types, boxes and log-Mel vectors."""
    # Without the features, which fill the memory at the paper's size.
    padded = run.table(LOGMEL, "logmel", ["token_id", "padded_frames"])
    return {
        "types": len(run.table(SPOKEN_TYPES, "spoken_types")),
        "candidates": int((run.table(REGIONS, "regions")["region"] != 0).sum()),
        "logmel": len(padded),
        "padded": int((padded["padded_frames"] > 0).sum()),
    }


def _matching(run: Run) -> Context:
    """The values of the page for the matching."""
    found = {
        "steps": run.table(STEPS, "steps"),
        "pos": run.table(POS, "pos"),
        "talker_words": run.table(TALKER_WORDS, "talker_words"),
        "durations": run.table(DURATIONS, "durations"),
        "unsayable": run.table(UNSAYABLE, "unsayable"),
    }
    rows, words = run.settings.rows, run.settings.pictures
    itself = credits.spoken(run.config)
    return matching.describe(found, run.charts, run.mixed, rows, words, itself)


def _replacements(run: Run) -> Context:
    """The first `rows` words that another word replaces."""
    table, most = run.table(REPLACEMENTS, "replacements"), run.settings.rows
    replaced = table[table["spoken_word"] != table["word"]]
    return {
        "words": len(table),
        "replaced": replaced.head(most).to_dict("records"),
        "unshown": max(len(replaced) - most, 0),
    }


def _rejects(run: Run) -> Context:
    """The rejects of all stages, by reason."""
    # Stages that run with the settings of several experiments mostly reject the same.
    rejects = run.table(REJECTS, "rejects").drop_duplicates(ignore_index=True)
    rows = by_reason(rejects, run.settings.examples)
    return {"rejects": rows[: run.settings.rows], "refused": len(rejects)}
