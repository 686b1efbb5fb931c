"""The report's charts, as Vega-Lite.

Colours are CSS variables, which the page sets for light, dark and print. Figures in files of their
own get the light colours (`standalone`).
"""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import altair as alt
import vl_convert

from seesay.reporting.results import Results
from seesay.scoring.names import METRICS, SYSTEMS, every

Spec = dict[str, Any]

# The page's variables with their light values; report.css has the dark ones.
COLOURS = {
    "ink": "#1d2129",
    "muted": "#646b78",
    "line": "#dcdfe5",
    "accent": "#2456c7",
    "warm": "#b5491b",
    "green": "#22785a",
    "violet": "#8140a8",
}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def var(name: str) -> str:
    """A colour of the page as a CSS variable; `name` is in `COLOURS`."""
    return f"var(--{name})"


STYLE: Spec = {
    "background": "transparent",
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": var("muted"),
        "titleColor": var("muted"),
        "titleFontWeight": 400,
        "labelFontSize": 11.5,
        "titleFontSize": 11.5,
        "gridColor": var("line"),
        "domainColor": var("line"),
        "tickColor": var("line"),
        "labelPadding": 6,
        "titlePadding": 8,
    },
    "axisY": {"labelColor": var("ink"), "labelLimit": 150, "domain": False, "ticks": False},
    "legend": {
        "labelColor": var("ink"),
        "labelFontSize": 11.5,
        "title": None,
        "orient": "top",
        "columns": 2,
    },
    "title": {"color": var("ink"), "fontSize": 13, "anchor": "start", "fontWeight": 600},
    "concat": {"spacing": 28},
}


def answer(results: Results, experiment: str, task: str, metric: str) -> Spec:
    """Dots with 95 % intervals for one task and metric: every system, its seeds, and chance."""
    rows, seeds, chance = _systems(results, experiment, task, metric)
    top = max([chance, *(row["high"] or row["value"] for row in rows)]) or 1.0
    unit = "%" if metric.startswith("r") else "lower is better"
    title = f"{METRICS[metric]}, {unit}"
    x = alt.X(
        "value:Q",
        title=title,
        scale=alt.Scale(domain=[0, top * 1.03], nice=False),
        axis=alt.Axis(tickCount=5, format="~s" if top >= 10_000 else "~r"),
    )
    y = alt.Y("system:N", title=None, sort=list(SYSTEMS.values()), axis=alt.Axis(grid=False))
    colour = alt.condition(
        alt.datum["system"] == SYSTEMS["model"],
        alt.value(var("accent")),
        alt.value(var("muted")),
    )
    tooltip = [
        alt.Tooltip("system:N", title="system"),
        alt.Tooltip("value:Q", title=METRICS[metric], format=".2f"),
        alt.Tooltip("low:Q", title="95 % from", format=".2f"),
        alt.Tooltip("high:Q", title="to", format=".2f"),
    ]
    base = alt.Chart(alt.NamedData("systems")).encode(x=x, y=y, color=colour, tooltip=tooltip)
    luck = alt.Chart(alt.NamedData("chance"))
    single = alt.Chart(alt.NamedData("seeds")).encode(x=x, y=y, color=colour)
    layers = alt.layer(
        luck.mark_rule(strokeDash=[3, 3], strokeWidth=1.5, color=var("warm")).encode(x=x),
        luck.mark_text(
            color=var("warm"), fontSize=11, align="left" if chance < top / 2 else "right"
        ).encode(x=x, y=alt.value(-7), text="label:N"),
        base.mark_rule(strokeWidth=3, opacity=0.45, strokeCap="round")
        .encode(x=alt.X("low:Q", title=title), x2="high:Q")
        .transform_filter("isValid(datum.low)"),
        single.mark_circle(size=22, opacity=0.55).encode(
            tooltip=[alt.Tooltip("seed:N", title="seed"), *tooltip]
        ),
        base.mark_circle(size=95, opacity=1),
        # Numbers in a column of their own are not crossed by lines.
        base.mark_text(align="right", dx=44, fontSize=12, fontWeight=600).encode(
            x=alt.value("width"), text="label:N"
        ),
    )
    chances = [{"value": round(chance, 4), "label": f"chance {chance:.1f}"}]
    said = ", ".join(f"{row['system']} {row['label']}" for row in rows)
    return spec_of(
        layers,
        {"systems": rows, "seeds": seeds, "chance": chances},
        description=f"{every()[task].title}, {METRICS[metric]}: {said}, chance {chance:.1f}",
        height=23 * len(rows),
    )


def _systems(
    results: Results, experiment: str, task: str, metric: str
) -> tuple[list[Spec], list[Spec], float]:
    """One row for each system, one for each system and seed, and chance."""
    rows, seeds = [], []
    chance = 0.0
    for system, name in SYSTEMS.items():
        found = results.value(experiment, system, task, metric)
        if found is None:
            continue
        chance = found.chance
        label = f"{found.value:.1f}".removesuffix(".0")
        rows.append({"system": name, **_ends(found.value, found.low, found.high), "label": label})
        for seed in results.seeds:
            one = results.value(experiment, system, task, metric, seed)
            if one is not None:
                ends = _ends(one.value, one.low, one.high)
                seeds.append({"system": name, "seed": seed, **ends})
    return rows, seeds, chance


def embedded(spec: Spec) -> Spec:
    """A chart as wide as its place on the page, without a legend: the page has its own."""
    config = {**spec["config"], "legend": {"disable": True}}
    size = {"width": "container", "autosize": {"type": "fit-x", "contains": "padding"}}
    return {**spec, **size, "config": config}


def drawn(spec: Spec, width: int = 380) -> str:
    """An embedded chart as SVG of a fixed width; the page shows it until its script runs."""
    svg: str = vl_convert.vegalite_to_svg({**spec, "width": width}, allowed_base_urls=[])
    return svg


def standalone(rows: Sequence[Sequence[tuple[str, Spec]]], width: int = 330) -> str:
    """Titled charts in rows as one SVG with the light colours."""
    datasets: Spec = {}
    apart = {"scale": dict.fromkeys(("color", "strokeDash", "x", "y"), "independent")}
    lines = []
    for row in rows:
        parts = []
        for title, spec in row:
            # The whole figure shares the names of data sets.
            number = len(datasets)
            datasets |= {f"{name} {number}": data for name, data in spec["datasets"].items()}
            part = {key: spec[key] for key in ("layer", "height", "data") if key in spec}
            text = json.dumps({**part, "title": title, "width": width})
            for name in spec["datasets"]:
                text = text.replace(f'{{"name": "{name}"}}', f'{{"name": "{name} {number}"}}')
            parts.append(json.loads(text))
        lines.append({"hconcat": parts, "resolve": apart})
    whole = {
        "$schema": rows[0][0][1]["$schema"],
        "config": rows[0][0][1]["config"],
        "background": "white",
        # The reader's fonts may be wider than the fonts that set the margins.
        "padding": {"left": 30, "top": 10, "right": 15, "bottom": 10},
        "vconcat": lines,
        "resolve": apart,
        "datasets": datasets,
    }
    text = json.dumps(whole)
    for name, colour in COLOURS.items():
        text = text.replace(var(name), colour)
    svg: str = vl_convert.vegalite_to_svg(text, allowed_base_urls=[])
    return svg


def nothing() -> str:
    """An empty figure."""
    return '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


@cache
def library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script without outside references."""
    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    if "</script" in script.lower():
        raise ValueError("the chart library contains </script, so a page cannot embed it")
    return script


def _ends(value: float, low: float | None, high: float | None) -> Spec:
    found = {"value": value, "low": low, "high": high}
    return {name: None if end is None else round(end, 4) for name, end in found.items()}


def spec_of(chart: Any, datasets: dict[str, list[Spec]], **properties: Any) -> Spec:
    """A chart with the page's style; its data sets, by name, are added after altair's copies.

    Altair's check against its schema takes longer than all else; the tests make it.
    """
    spec: Spec = chart.properties(**properties).to_dict(validate=False)
    return {**spec, "config": STYLE, "datasets": datasets}
