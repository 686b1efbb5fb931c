"""What the report says of where it works: charts and tables by kind of word and of fragment."""

from typing import Any

import altair as alt
import pandas as pd

from seesay.reporting.charts import STYLE, Spec
from seesay.reporting.numbers import ITEMS, Rows
from seesay.reporting.results import (
    BASELINE,
    SYSTEMS,
    TASKS,
    Difference,
    Results,
    difference,
    interval,
)
from seesay.reporting.sections import words as report_words
from seesay.scoring import intervals
from seesay.scoring.breakdown_classes import PAIRS, classes

# The task that each property is drawn for; the table has the others too.
PROPERTIES = {
    "part of speech": "image_token_by_word",
    "spoken": "image_token_by_word",
    "uses in captions": "image_token_by_word",
    "letters of the spoken word": "image_token_by_word",
    "training pairs": "image_token_by_word",
    "size of the fragment": "word_token_by_image",
    "tokens said of the picture": "word_token_by_image",
    "talker in training": "image_token_by_word",
    "word in training": "image_token_by_word",
    "synthesiser": "image_token_by_word",
    "talker": "image_token_by_word",
}
TITLES = {
    "part of speech": "Part of speech",
    "spoken": "Said as itself, or as another word",
    "uses in captions": "Frequency: uses of the word in all captions",
    "letters of the spoken word": "Length: letters of the spoken word",
    "training pairs": "Pairs of a training picture and a token of the word",
    "talker in training": "Talkers that training heard, and others",
    "word in training": "Words that training heard, and others",
    "synthesiser": "Synthesiser of the talker (unseen: training heard no voice of it)",
    "talker": "Talker, best first",
    "size of the fragment": "Size of the fragment, share of the picture",
    "tokens said of the picture": "Tokens said of the picture",
}
CURVE_TASK = "image_token_by_word"
LONGEST = 18  # letters of a name in a chart
ROW, NARROW = 23, 15  # px a group; of a property with many groups


def describe(
    groups: pd.DataFrame,
    words: pd.DataFrame,
    results: Results,
    experiment: str,
    charts: dict[str, Spec],
) -> dict[str, Any]:
    """What the page says of one experiment, in the main gallery; charts are added by element id.

    `groups` and `words` are the tables of the stage breakdown.
    """
    number, gallery = results.experiments.index(experiment), results.galleries[0]
    groups, words = (
        part[(part["experiment"] == experiment) & (part["gallery"] == gallery)]
        for part in (groups, words)
    )
    kinds = []
    for name, task in PROPERTIES.items():
        rows = rows_of(groups[(groups["property"] == name) & (groups["task"] == task)])
        if not rows:
            continue
        identity = f"where-{number}-{name}".replace(" ", "-")
        charts[identity] = dots(rows, f"R@10 by {name}: {TASKS[task]}", ranked=name == "talker")
        kinds.append(
            {
                "name": name,
                "title": TITLES[name],
                "task": TASKS[task],
                "chart": identity,
                "above": [row["group"] for row in rows if row["clear"]],
                "groups": len(rows),
                "rows": rows,
            }
        )
    model = results.value(experiment, "model", CURVE_TASK, "median_rank")
    pairs = groups[(groups["property"] == "training pairs") & (groups["task"] == CURVE_TASK)]
    points = words[words["task"] == CURVE_TASK]
    curve = None
    if model is not None and len(points):
        curve = f"where-{number}-curve"
        charts[curve] = learning(points, pairs, model.chance)
    sizes = {
        TASKS[task]: f"{value.gallery_size:,} {ITEMS.get(task, 'tokens')}"
        for task in sorted(set(PROPERTIES.values()))
        if (value := results.value(experiment, "model", task, "r10")) is not None
    }
    table = [
        {"property": name, "task": TASKS[task], **row}
        for name in PROPERTIES
        for task in TASKS
        for row in rows_of(groups[(groups["property"] == name) & (groups["task"] == task)])
    ]
    best = _words(points[points["system"] == "model"])
    over = report_words.over_words(groups[groups["task"] == CURVE_TASK])
    found = {"kinds": kinds, "curve": curve, "sizes": sizes, "table": table, "words": best}
    return {**found, "over_words": over}


def dots(
    rows: Rows,
    about: str,
    ranked: bool = False,
    beside: str = SYSTEMS[BASELINE],
) -> Spec:
    """Dots with 95 % intervals a group: the model, what stands `beside` it (hollow) and chance."""
    shown = [{**row, "label": _label(row, nth, rows)} for nth, row in enumerate(rows)]
    if ranked:
        shown.sort(key=lambda row: -row["r10"])
    names = [row["label"] for row in shown]
    ends = [row[name] for row in shown for name in ("r10", "high", "chance") if row[name]]
    y = alt.Y("label:N", title=None, sort=names, axis=alt.Axis(grid=False, labelLimit=240))
    scale = alt.Scale(domain=[0, min(max([*ends, 1.0]) * 1.03, 100)], nice=False)
    x = alt.X("r10:Q", title="R@10, %", scale=scale, axis=alt.Axis(tickCount=5))
    tooltip = [
        alt.Tooltip("group:N", title="group"),
        alt.Tooltip("queries:Q", format=","),
        alt.Tooltip("over:N", title="interval over"),
        alt.Tooltip("r10:Q", title="R@10", format=".1f"),
        alt.Tooltip("low:Q", title="95 % from", format=".1f"),
        alt.Tooltip("high:Q", title="to", format=".1f"),
        alt.Tooltip("baseline:Q", title=beside, format=".1f"),
        alt.Tooltip("chance:Q", title="chance", format=".1f"),
    ]
    base = alt.Chart(alt.NamedData("groups")).encode(y=y, tooltip=tooltip)
    size = 9 if len(rows) > 12 else 15
    chart = alt.layer(
        base.mark_tick(color="var(--warm)", thickness=2, size=size).encode(
            x=alt.X("chance:Q", title="R@10, %", scale=scale)
        ),
        base.mark_rule(color="var(--accent)", strokeWidth=3, opacity=0.45, strokeCap="round")
        .encode(x=alt.X("low:Q", title="R@10, %", scale=scale), x2="high:Q")
        .transform_filter("isValid(datum.low)"),
        base.mark_point(color="var(--muted)", size=50, filled=False, strokeWidth=1.6)
        .encode(x=alt.X("baseline:Q", title="R@10, %", scale=scale))
        .transform_filter("isValid(datum.baseline)"),
        base.mark_circle(color="var(--accent)", size=85, opacity=1).encode(x=x),
    )
    said = ", ".join(f"{row['group']} {row['r10']:.1f}" for row in shown)
    height = (NARROW if len(rows) > 12 else ROW) * len(rows)
    return _spec(chart, {"groups": shown}, f"{about}: {said}", height)


def learning(words: pd.DataFrame, pairs: pd.DataFrame, chance: float) -> Spec:
    """The learning curve: each word's median rank against its training pairs.

    The lines join the median ranks of the classes of `training pairs`, each at the median number
    of pairs of its words.
    """
    points = [
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
        if row["system"] in ("model", BASELINE)
    ]
    lines = []
    middle = _middles(words)
    for row in pairs.to_dict("records"):
        if row["system"] in ("model", BASELINE) and row["group"] in middle:
            where = {"pairs": middle[row["group"]], "rank": round(float(row["median_rank"]), 3)}
            lines.append({**where, "system": SYSTEMS[row["system"]]})
    x = alt.X(
        "pairs:Q",
        title="pairs in training (picture, token of the word)",
        scale=alt.Scale(type="symlog", constant=5),
        axis=alt.Axis(values=[0, 5, 10, 20, 50, 100, 200, 500, 1000, 5000], grid=False),
    )
    y = alt.Y(
        "rank:Q",
        title="median rank, lower is better",
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(values=[n * 10**k for k in range(6) for n in (1, 2, 5)]),
    )
    names = [SYSTEMS["model"], SYSTEMS[BASELINE]]
    colours = alt.Scale(domain=names, range=["var(--accent)", "var(--muted)"])
    colour = alt.Color("system:N", scale=colours)
    tooltip = [
        "word:N",
        alt.Tooltip("spoken:N", title="said as"),
        "pos:N",
        "system:N",
        alt.Tooltip("pairs:Q", title="training pairs", format=","),
        alt.Tooltip("queries:Q", title="test tokens", format=","),
        alt.Tooltip("rank:Q", title="median rank", format=".1f"),
    ]
    luck = alt.Chart(alt.NamedData("chance")).encode(y=y)
    chart = alt.layer(
        luck.mark_rule(strokeDash=[3, 3], strokeWidth=1.5, color="var(--warm)"),
        alt.Chart(alt.NamedData("words"))
        .mark_circle(opacity=0.5)
        .encode(
            x=x,
            y=y,
            color=colour,
            size=alt.Size("queries:Q", scale=alt.Scale(range=[15, 150]), legend=None),
            tooltip=tooltip,
        ),
        alt.Chart(alt.NamedData("classes"))
        .mark_line(strokeWidth=2.4, point=False)
        .encode(x=x, y=y, color=colour),
    )
    about = f"Median rank of {len({p['word'] for p in points})} words by their training pairs"
    data = {"words": points, "classes": lines, "chance": [{"rank": chance}]}
    return _spec(chart, data, about, 300)


def _label(row: dict[str, Any], nth: int, rows: Rows) -> str:
    """A group and its queries; long names are cut, and numbered where that makes them one."""
    short = [_cut(other["group"]) for other in rows]
    name = short[nth] if short.count(short[nth]) == 1 else f"{nth + 1}: {short[nth]}"
    return f"{name} · {row['queries']:,}"


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _middles(words: pd.DataFrame) -> dict[str, float]:
    """The median number of training pairs of the words of each class."""
    once = words[words["system"] == "model"]
    found = once.groupby(classes(once["pairs"], PAIRS), observed=True)["pairs"].median()
    return {str(name): float(value) for name, value in found.items()}


def rows_of(groups: pd.DataFrame, beside: pd.DataFrame | None = None) -> Rows:
    """The model's groups in their order, with the numbers of what stands beside it.

    That is the random projection, with the difference to it, or a group each of `beside`.
    """
    base = groups[groups["system"] == BASELINE] if beside is None else beside
    base = base.set_index("group")
    rows: Rows = []
    for row in groups[groups["system"] == "model"].sort_values("nth").to_dict("records"):
        name = row["group"]
        low, high = (None if pd.isna(row[end]) else float(row[end]) for end in ("low", "high"))
        there = name in base.index
        pair = base.loc[name] if there else None
        known = pair is not None and not pd.isna(pair["difference_low"])
        rows.append(
            {
                "group": name,
                "queries": int(row["queries"]),
                "over": intervals.said(row["over"], row["units"]),
                "r10": round(float(row["r10"]), 3),
                "low": low,
                "high": high,
                "chance": round(float(row["chance"]), 3),
                "median": float(row["median_rank"]),
                "median_chance": float(row["median_chance"]),
                "baseline": None if pair is None else round(float(pair["r10"]), 3),
                "clear": low is not None and low > row["chance"],
                "interval": "" if low is None or high is None else interval(low, high, "r10"),
                "difference": difference(
                    Difference(pair["difference"], pair["difference_low"], pair["difference_high"]),
                    "r10",
                )
                if pair is not None and known
                else "",
            }
        )
    return rows


def _words(words: pd.DataFrame) -> Rows:
    """Every word, lowest median rank first."""
    ordered = words.sort_values(["median_rank", "word"])
    names = ["word", "spoken_word", "pos", "pairs", "queries", "r10", "median_rank"]
    return [dict(zip(names, row, strict=True)) for row in ordered[names].to_numpy().tolist()]


def _spec(chart: Any, datasets: dict[str, Rows], about: str, height: int) -> Spec:
    spec: Spec = chart.properties(description=about, height=height).to_dict()
    return {**spec, "config": STYLE, "datasets": datasets}
