"""The learning curve: each word's median rank against its training pairs."""

from typing import Any

import altair as alt
import pandas as pd

from seesay.reporting.charts import Spec, spec_of, var
from seesay.reporting.numbers import Rows
from seesay.scoring.breakdown_classes import PAIRS, classes
from seesay.scoring.names import BASELINE, SYSTEMS

SYSTEMS_SHOWN = ("model", BASELINE)


def learning(words: pd.DataFrame, pairs: pd.DataFrame, chance: float) -> Spec:
    """Each word's median rank against its training pairs; `words` has rows of WORDS.

    Lines join the median ranks of the classes of `training pairs` (`pairs` has rows of GROUPS),
    each at the median number of its words' pairs. `chance` is the median rank by chance.
    """
    points = _points(words)
    y = alt.Y(
        "rank:Q",
        title="median rank, lower is better",
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(values=[n * 10**k for k in range(6) for n in (1, 2, 5)]),
    )
    luck = alt.Chart(alt.NamedData("chance")).encode(y=y)
    chart = alt.layer(
        luck.mark_rule(strokeDash=[3, 3], strokeWidth=1.5, color=var("warm")), *_layers(y)
    )
    return spec_of(
        chart,
        {"words": points, "classes": _lines(words, pairs), "chance": [{"rank": chance}]},
        description=f"Median rank of {len({p['word'] for p in points})} words by their training"
        " pairs",
        height=300,
    )


def _layers(y: alt.Y) -> list[Any]:
    """One dot for each word, and lines through the classes."""
    x = alt.X(
        "pairs:Q",
        title="training pairs (picture, token of the word)",
        scale=alt.Scale(type="symlog", constant=5),
        axis=alt.Axis(values=[0, 5, 10, 20, 50, 100, 200, 500, 1000, 5000], grid=False),
    )
    names = [SYSTEMS[system] for system in SYSTEMS_SHOWN]
    colours = alt.Scale(domain=names, range=[var("accent"), var("muted")])
    colour = alt.Color("system:N", scale=colours)
    tooltip = [
        "word:N",
        alt.Tooltip("spoken:N", title="spoken as"),
        "pos:N",
        "system:N",
        alt.Tooltip("pairs:Q", title="training pairs", format=","),
        alt.Tooltip("queries:Q", title="test tokens", format=","),
        alt.Tooltip("rank:Q", title="median rank", format=".1f"),
    ]
    size = alt.Size("queries:Q", scale=alt.Scale(range=[15, 150]), legend=None)
    dots = alt.Chart(alt.NamedData("words")).mark_circle(opacity=0.5)
    lines = alt.Chart(alt.NamedData("classes")).mark_line(strokeWidth=2.4, point=False)
    return [
        dots.encode(x=x, y=y, color=colour, size=size, tooltip=tooltip),
        lines.encode(x=x, y=y, color=colour),
    ]


def _points(words: pd.DataFrame) -> Rows:
    return [
        {
            "word": row["word"],
            "spoken": row["spoken_word"],
            "pos": row["pos"],
            "pairs": int(row["pairs"]),
            "queries": int(row["queries"]),
            "rank": round(float(row["median_rank"]), 3),
            "system": SYSTEMS[row["system"]],
        }
        for row in words.to_dict("records")
        if row["system"] in SYSTEMS_SHOWN
    ]


def _lines(words: pd.DataFrame, pairs: pd.DataFrame) -> Rows:
    middle = _middles(words)
    return [
        {
            "pairs": middle[row["group"]],
            "rank": round(float(row["median_rank"]), 3),
            "system": SYSTEMS[row["system"]],
        }
        for row in pairs.to_dict("records")
        if row["system"] in SYSTEMS_SHOWN and row["group"] in middle
    ]


def _middles(words: pd.DataFrame) -> dict[str, float]:
    """The median number of training pairs of each class's words."""
    once = words[words["system"] == "model"]
    found = once.groupby(classes(once["pairs"], PAIRS), observed=True)["pairs"].median()
    return {str(name): float(value) for name, value in found.items()}
