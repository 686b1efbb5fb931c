"""The matching in the report: steps, parts of speech, unsayable captions, tokens."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from seesay.reporting.charts import Spec, chart, field, layer, var
from seesay.reporting.numbers import Rows

CAUSES = {
    "no candidate": "a word without a spoken word",
    "no talker": "no talker says all of its words",
    "used up": "other captions have used up its tokens",
    "unseen": "all of its words are held out for the test",
    "no recording": "no recording says it",
    "not said": "its recordings say none of its words",
}
MIXED_CAUSES = {**CAUSES, "no talker": "the speech has too few tokens of a word"}
HEIGHT = 150  # px, of a chart


def describe(
    counts: Mapping[str, pd.DataFrame],
    charts: dict[str, Spec],
    mixed: bool,
    rows: int,
    words: int,
    itself: bool = False,
) -> dict[str, Any]:
    """The values of the page for the matching; two charts are added to `charts` by element id.

    `counts` holds the tables `steps`, `pos`, `talker_words`, `durations` and `unsayable`. The page
    lists at most `rows` spoken words, and at most `words` words that captions lack. With `itself`,
    each caption is spoken whole for its picture.
    """
    charts["matching-durations"] = durations(counts["durations"])
    charts["matching-talkers"] = talkers(counts["talker_words"])
    unsayable, listed = counts["unsayable"], spoken(counts["talker_words"])
    return {
        "mixed": mixed,
        "itself": itself,
        "steps": steps(counts["steps"]),
        "pos": pos(counts["pos"]),
        "causes": causes(unsayable, MIXED_CAUSES if mixed else CAUSES),
        "lacking": lacking(unsayable)[:words],
        "spoken": listed[:rows],
        "unlisted": max(len(listed) - rows, 0),
        "nearest": nearest(unsayable)[:words],
    }


def steps(table: pd.DataFrame) -> Rows:
    """Each step with its words, tokens and share of all tokens in percent, most tokens first."""
    total = max(int(table["tokens"].sum()), 1)
    ordered = table.sort_values(["tokens", "step"], ascending=[False, True])
    return [row | {"share": 100 * row["tokens"] / total} for row in _records(ordered)]


def pos(table: pd.DataFrame) -> Rows:
    """One row a part of speech: (tokens, types) of the captions and of the speech, or None."""
    found = {(row["source"], row["pos"]): (row["tokens"], row["types"]) for row in _records(table)}
    tags = [tag for tag in ("NOUN", "VERB", "ADJ", "ADV", "other") if tag in set(table["pos"])]
    sources = ("captions", "speech")
    return [{"pos": tag, "cells": [found.get((s, tag)) for s in sources]} for tag in tags]


def causes(unsayable: pd.DataFrame, names: dict[str, str]) -> list[tuple[str, int]]:
    """The number of captions that nobody says, by cause."""
    found = unsayable.drop_duplicates(["image_id", "caption"])["cause"].value_counts()
    return [(text, int(found[cause])) for cause, text in names.items() if cause in found]


def lacking(unsayable: pd.DataFrame) -> Rows:
    """The words that captions lack, each with the number of its captions, most first."""
    counts = unsayable.groupby(["word", "spoken_word"]).size().rename("captions").reset_index()
    return _records(counts.sort_values(["captions", "word"], ascending=[False, True]))


def nearest(unsayable: pd.DataFrame) -> list[tuple[str, int]]:
    """The talkers who lack the fewest words of unsayable captions, most captions first."""
    once = unsayable[unsayable["talker"] != ""].drop_duplicates(["image_id", "caption"])
    counts = once["talker"].value_counts().rename_axis("talker").reset_index()
    counts = counts.sort_values(["count", "talker"], ascending=[False, True])
    return [(row["talker"], row["count"]) for row in _records(counts)]


def spoken(table: pd.DataFrame) -> Rows:
    """One row for each spoken word: tokens, used tokens, talkers, fewest and most tokens a talker.

    The fewest are 0 if a talker does not say the word.
    """
    everyone = table["talker"].nunique()
    counts = table.groupby("word").agg(
        tokens=("tokens", "sum"),
        used=("used", "sum"),
        talkers=("talker", "size"),
        least=("tokens", "min"),
        most=("tokens", "max"),
    )
    counts["least"] = counts["least"].where(counts["talkers"] == everyone, 0)
    ordered = counts.reset_index().sort_values(["tokens", "word"], ascending=[False, True])
    return _records(ordered)


def durations(table: pd.DataFrame) -> Spec:
    """A histogram of the used tokens' durations."""
    rows = _records(table)
    title = "duration of a used token, s"
    encoding = {
        "x": field("low:Q", title=title, axis={"grid": False}, bin="binned"),
        "x2": {"field": "high"},
        "y": field("tokens:Q", title="tokens", axis={"tickCount": 4}),
        "tooltip": [
            field("low:Q", title="from, s", format=".2f"),
            field("high:Q", title="to, s", format=".2f"),
            field("tokens:Q", format=","),
        ],
    }
    bars = layer("bins", encoding, "bar", color=var("accent"), binSpacing=1)
    about = f"Durations of the {sum(row['tokens'] for row in rows):,} used tokens"
    return chart([bars], {"bins": rows}, about, HEIGHT)


def talkers(table: pd.DataFrame) -> Spec:
    """For each talker, the tokens of spoken caption words: all tokens and the used ones."""
    counts = table.groupby("talker")[["tokens", "used"]].sum().reset_index()
    rows = _records(counts.sort_values("talker"))
    x = field("talker:N", title=None, sort=None, axis={"labelAngle": -90, "grid": False})
    columns = {"tokens": "line", "used": "accent"}
    counted = [field(f"{column}:Q", format=",") for column in columns]
    base = {"x": x, "tooltip": [field("talker:N"), *counted]}
    layers = []
    for column, colour in columns.items():
        y = field(f"{column}:Q", title="tokens", axis={"tickCount": 4})
        layers.append(layer("talkers", {**base, "y": y}, "bar", color=var(colour)))
    about = f"Tokens of {len(rows)} talkers, all and used"
    return chart(layers, {"talkers": rows}, about, HEIGHT)


def _records(table: pd.DataFrame) -> Rows:
    """Rows as plain Python values."""
    return [
        {str(n): v.item() if hasattr(v, "item") else v for n, v in row.items()}
        for row in table.to_dict("records")
    ]
