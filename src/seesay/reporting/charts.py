"""The report's charts, as Vega-Lite.

Colours are CSS variables, which the page sets for light, dark and print. Figures in files of their
own get the light colours (`standalone`).
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import vl_convert
from markupsafe import escape

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
}
SIZED: Spec = {"type": "fit-x", "contains": "padding"}  # widths include axes and labels
KINDS = {"N": "nominal", "Q": "quantitative"}
INTERVAL = {"strokeWidth": 3, "opacity": 0.45, "strokeCap": "round"}
WIDTH = 380  # px, of a drawn chart
GAP, BELOW = 28, 8  # px, around the charts of a figure; below their titles


def field(column: str, **options: Any) -> Spec:
    """An encoding of a column, such as `rank:Q` (quantitative) or `talker:N` (nominal)."""
    name, kind = column.split(":")
    return {"field": name, "type": KINDS[kind], **options}


def layer(data: str, encoding: Spec, mark: str, where: str | None = None, **style: Any) -> Spec:
    """One mark for each row of the data set `data`, or for the rows where `where` holds."""
    chosen = [{"filter": where}] if where else []
    shape = {"type": mark, **style}
    return {"data": {"name": data}, "transform": chosen, "mark": shape, "encoding": encoding}


def chart(layers: list[Spec], data: dict[str, list[Spec]], about: str, height: int) -> Spec:
    """A chart in the page's style: layers, data sets by name, a description, height in px."""
    shown = {"layer": layers, "datasets": data, "description": about, "height": height}
    return {**shown, "config": STYLE, "autosize": SIZED}


def answer(results: Results, experiment: str, task: str, metric: str) -> Spec:
    """Dots with 95 % intervals for one task and metric: every system, its seeds, and chance."""
    rows, seeds, chance = _systems(results, experiment, task, metric)
    top = max([chance, *(row["high"] or row["value"] for row in rows)]) or 1.0
    unit = "%" if metric.startswith("r") else "lower is better"
    title = f"{METRICS[metric]}, {unit}"
    axis = {"tickCount": 5, "format": "~s" if top >= 10_000 else "~r"}
    scale = {"domain": [0, top * 1.03], "nice": False}
    x = field("value:Q", title=title, scale=scale, axis=axis)
    y = field("system:N", title=None, sort=list(SYSTEMS.values()), axis={"grid": False})
    model = {"test": f"datum.system === '{SYSTEMS['model']}'", "value": var("accent")}
    place = {"x": x, "y": y, "color": {"condition": model, "value": var("muted")}}
    tooltip = [
        field("system:N"),
        field("value:Q", title=METRICS[metric], format=".2f"),
        field("low:Q", title="95 % from", format=".2f"),
        field("high:Q", title="to", format=".2f"),
    ]
    base = {**place, "tooltip": tooltip}
    single = {**place, "tooltip": [field("seed:N"), *tooltip]}
    ends = {**base, "x": field("low:Q", title=title), "x2": {"field": "high"}}
    luck = {"x": x, "y": {"value": -7}, "text": field("label:N")}
    # Numbers in a column of their own are not crossed by lines.
    column = {**base, "x": {"value": "width"}, "text": field("label:N")}
    side = "left" if chance < top / 2 else "right"
    layers = [
        layer("chance", {"x": x}, "rule", strokeDash=[3, 3], strokeWidth=1.5, color=var("warm")),
        layer("chance", luck, "text", color=var("warm"), fontSize=11, align=side),
        layer("systems", ends, "rule", "isValid(datum.low)", **INTERVAL),
        layer("seeds", single, "circle", size=22, opacity=0.55),
        layer("systems", base, "circle", size=95, opacity=1),
        layer("systems", column, "text", align="right", dx=44, fontSize=12, fontWeight=600),
    ]
    chances = [{"value": round(chance, 4), "label": f"chance {chance:.1f}"}]
    said = ", ".join(f"{row['system']} {row['label']}" for row in rows)
    return chart(
        layers,
        {"systems": rows, "seeds": seeds, "chance": chances},
        f"{every()[task].title}, {METRICS[metric]}: {said}, chance {chance:.1f}",
        23 * len(rows),
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
    return {**spec, "width": "container", "config": config}


def drawn(spec: Spec) -> str:
    """A chart as SVG of `WIDTH`; the page shows it until its script runs."""
    return _svg(json.dumps({**spec, "width": WIDTH}))


@cache
def _svg(spec: str) -> str:
    """The page and the figures share a chart's drawing, which takes some 15 ms."""
    svg: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return svg


def standalone(parts: Mapping[str, Sequence[Sequence[tuple[str, Spec]]]]) -> str:
    """Titled charts in rows as one SVG with the light colours; several parts have headings."""
    shown, top, across = "", GAP, GAP
    for heading, rows in parts.items():
        if len(parts) > 1:
            shown += _text(heading, GAP, top, 16)
            top += GAP
        for row in rows:
            drawings = [drawn(spec if _keyed(spec) else embedded(spec)) for _, spec in row]
            left = GAP
            for (title, _), svg in zip(row, drawings, strict=True):
                # The reader's fonts may be wider than the fonts that set a chart's margins.
                place = f'<svg overflow="visible" x="{left}" y="{top + BELOW}" '
                shown += _text(title, left, top, 13) + svg.replace("<svg ", place, 1)
                left += WIDTH + GAP
            heights = [int(re.findall(r'height="(\d+)"', svg)[0]) for svg in drawings]
            top, across = top + BELOW + max(heights) + GAP, max(across, left)
    for name, colour in COLOURS.items():
        shown = shown.replace(var(name), colour)
    size = f'width="{across}" height="{top}" viewBox="0 0 {across} {top}"'  # scales as a whole
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
        f'<rect width="100%" height="100%" fill="white"/>{shown}</svg>'
    )


def _text(text: str, left: int, top: int, size: int) -> str:
    style = f'font-family="{FONT}" font-size="{size}" font-weight="600" fill="{var("ink")}"'
    return f'<text x="{left}" y="{top}" {style}>{escape(text)}</text>'


def _keyed(spec: Spec) -> bool:
    """Whether the colours need a legend."""
    return any("scale" in part["encoding"].get("color", {}) for part in spec["layer"])


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
