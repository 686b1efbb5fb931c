"""The learning curve: each word's median rank against its training pairs."""

import pandas as pd

from seesay.reporting.charts import Spec, chart, field, layer, var
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
    data = {"words": points, "classes": _lines(words, pairs), "chance": [{"rank": chance}]}
    count = len({point["word"] for point in points})
    return chart(_layers(), data, f"Median rank of {count} words by their training pairs", 300)


def _layers() -> list[Spec]:
    """Chance, one dot for each word, and lines through the classes."""
    ranks, title = [n * 10**k for k in range(6) for n in (1, 2, 5)], "median rank, lower is better"
    y = field("rank:Q", title=title, scale={"type": "log", "nice": False}, axis={"values": ranks})
    x = field(
        "pairs:Q",
        title="training pairs (picture, token of the word)",
        scale={"type": "symlog", "constant": 5},
        axis={"values": [0, 5, 10, 20, 50, 100, 200, 500, 1000, 5000], "grid": False},
    )
    names = [SYSTEMS[system] for system in SYSTEMS_SHOWN]
    colours = {"domain": names, "range": [var("accent"), var("muted")]}
    base = {"x": x, "y": y, "color": field("system:N", scale=colours)}
    tooltip = [
        field("word:N"),
        field("spoken:N", title="spoken as"),
        field("pos:N"),
        field("system:N"),
        field("pairs:Q", title="training pairs", format=","),
        field("queries:Q", title="test tokens", format=","),
        field("rank:Q", title="median rank", format=".1f"),
    ]
    size = field("queries:Q", scale={"range": [15, 150]}, legend=None)
    return [
        layer("chance", {"y": y}, "rule", strokeDash=[3, 3], strokeWidth=1.5, color=var("warm")),
        layer("words", {**base, "size": size, "tooltip": tooltip}, "circle", opacity=0.5),
        layer("classes", base, "line", strokeWidth=2.4, point=False),
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
