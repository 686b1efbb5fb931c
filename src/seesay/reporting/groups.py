"""Groups of queries by properties of words and fragments: table rows and charts of R@10."""

from typing import Any

import pandas as pd

from seesay.reporting.charts import INTERVAL, Spec, chart, field, layer, var
from seesay.reporting.numbers import Rows
from seesay.reporting.results import Difference, difference, interval, shown
from seesay.schemas.scoring import OVER_WORDS
from seesay.scoring import intervals
from seesay.scoring.names import BASELINE, SYSTEMS

LONGEST = 18  # most letters of a name in a chart
ROW, NARROW, MANY = 23, 15, 12  # px a group; px a group if there are more groups than MANY


def rows_of(groups: pd.DataFrame, beside: pd.DataFrame | None = None) -> Rows:
    """The model's groups in their order, each with the numbers of a baseline.

    The baseline is the random projection, or the same group in `beside`.
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


def over_words(groups: pd.DataFrame) -> str:
    """The model's R@10 and its difference from each control, with intervals over words."""
    part = groups[groups["property"] == OVER_WORDS].set_index("system")
    rows = {str(system): row for system, row in part.to_dict("index").items()}
    model = rows.get("model")
    if model is None or pd.isna(model["low"]):
        return ""
    said = f"{shown(model['r10'], 'r10')} {interval(model['low'], model['high'], 'r10')}"
    for system, name in SYSTEMS.items():
        if system in rows and system != "model":
            ends = (rows[system][f"difference{end}"] for end in ("", "_low", "_high"))
            said += f"; minus {name}: {difference(Difference(*ends), 'r10')}"
    over = intervals.said(model["over"], model["units"])
    return f"{said} ({model['queries']:,} queries; intervals {over})"


def dots(
    rows: Rows,
    about: str,
    ranked: bool = False,
    beside: str = SYSTEMS[BASELINE],
) -> Spec:
    """Dots with 95 % intervals for each group: the model, a baseline (hollow) and chance.

    `beside` is the baseline's name. With `ranked`, the best group comes first.
    """
    labelled = [{**row, "label": _label(row, nth, rows)} for nth, row in enumerate(rows)]
    if ranked:
        labelled.sort(key=lambda row: -row["r10"])
    names = [row["label"] for row in labelled]
    ends = [row[name] for row in labelled for name in ("r10", "high", "chance") if row[name]]
    y = field("label:N", title=None, sort=names, axis={"grid": False, "labelLimit": 240})
    scale = {"domain": [0, min(max([*ends, 1.0]) * 1.03, 100)], "nice": False}
    tooltip = [
        field("group:N"),
        field("queries:Q", format=","),
        field("over:N", title="interval"),
        field("r10:Q", title="R@10", format=".1f"),
        field("low:Q", title="95 % from", format=".1f"),
        field("high:Q", title="to", format=".1f"),
        field("baseline:Q", title=beside, format=".1f"),
        field("chance:Q", format=".1f"),
    ]

    def at(column: str) -> Spec:
        x = field(f"{column}:Q", title="R@10, %", scale=scale, axis={"tickCount": 5})
        return {"x": x, "y": y, "tooltip": tooltip}

    span = {**at("low"), "x2": {"field": "high"}}
    hollow = {"color": var("muted"), "filled": False, "size": 50, "strokeWidth": 1.6}
    size = 9 if len(rows) > MANY else 15
    layers = [
        layer("groups", at("chance"), "tick", color=var("warm"), thickness=2, size=size),
        layer("groups", span, "rule", "isValid(datum.low)", color=var("accent"), **INTERVAL),
        layer("groups", at("baseline"), "point", "isValid(datum.baseline)", **hollow),
        layer("groups", at("r10"), "circle", color=var("accent"), size=85, opacity=1),
    ]
    said = ", ".join(f"{row['group']} {row['r10']:.1f}" for row in labelled)
    height = (NARROW if len(rows) > MANY else ROW) * len(rows)
    return chart(layers, {"groups": labelled}, f"{about}: {said}", height)


def _label(row: dict[str, Any], nth: int, rows: Rows) -> str:
    """A group's name and queries; long names are cut, and numbered if the cut makes them equal."""
    short = [_cut(other["group"]) for other in rows]
    name = short[nth] if short.count(short[nth]) == 1 else f"{nth + 1}: {short[nth]}"
    return f"{name} · {row['queries']:,}"


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
