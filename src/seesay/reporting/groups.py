"""Groups of queries by properties of words and fragments: table rows and charts of R@10."""

from typing import Any

import altair as alt
import pandas as pd

from seesay.reporting.charts import Spec, spec_of, var
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
    y = alt.Y("label:N", title=None, sort=names, axis=alt.Axis(grid=False, labelLimit=240))
    scale = alt.Scale(domain=[0, min(max([*ends, 1.0]) * 1.03, 100)], nice=False)
    x = alt.X("r10:Q", title="R@10, %", scale=scale, axis=alt.Axis(tickCount=5))
    tooltip = [
        alt.Tooltip("group:N", title="group"),
        alt.Tooltip("queries:Q", format=","),
        alt.Tooltip("over:N", title="interval"),
        alt.Tooltip("r10:Q", title="R@10", format=".1f"),
        alt.Tooltip("low:Q", title="95 % from", format=".1f"),
        alt.Tooltip("high:Q", title="to", format=".1f"),
        alt.Tooltip("baseline:Q", title=beside, format=".1f"),
        alt.Tooltip("chance:Q", title="chance", format=".1f"),
    ]
    base = alt.Chart(alt.NamedData("groups")).encode(y=y, tooltip=tooltip)
    size = 9 if len(rows) > MANY else 15
    chart = alt.layer(
        base.mark_tick(color=var("warm"), thickness=2, size=size).encode(
            x=alt.X("chance:Q", title="R@10, %", scale=scale)
        ),
        base.mark_rule(color=var("accent"), strokeWidth=3, opacity=0.45, strokeCap="round")
        .encode(x=alt.X("low:Q", title="R@10, %", scale=scale), x2="high:Q")
        .transform_filter("isValid(datum.low)"),
        base.mark_point(color=var("muted"), size=50, filled=False, strokeWidth=1.6)
        .encode(x=alt.X("baseline:Q", title="R@10, %", scale=scale))
        .transform_filter("isValid(datum.baseline)"),
        base.mark_circle(color=var("accent"), size=85, opacity=1).encode(x=x),
    )
    said = ", ".join(f"{row['group']} {row['r10']:.1f}" for row in labelled)
    height = (NARROW if len(rows) > MANY else ROW) * len(rows)
    return spec_of(chart, {"groups": labelled}, description=f"{about}: {said}", height=height)


def _label(row: dict[str, Any], nth: int, rows: Rows) -> str:
    """A group's name and queries; long names are cut, and numbered if the cut makes them equal."""
    short = [_cut(other["group"]) for other in rows]
    name = short[nth] if short.count(short[nth]) == 1 else f"{nth + 1}: {short[nth]}"
    return f"{name} · {row['queries']:,}"


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
