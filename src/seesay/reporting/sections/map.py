"""The report's map of the shared space: points of a drawing for the page's script."""

import json
from typing import Any

import pandas as pd

from seesay.reporting.pages import embedded
from seesay.reporting.runs import Run
from seesay.schemas.exhibits import MAP, NEIGHBOURS

Record = dict[str, Any]

PLACE = 110
LINK = "Shared space"
# The script plays the sounds of the section `listen`.
NEEDS = {"map": "map/map.parquet", "listen": "listen/listen.json"}
WIDTH, HEIGHT, EDGE = 1000, 700, 25  # of the drawing, and its empty edge


def describe(run: Run) -> Record:
    """Values for the template; `experiment` is the one shown under "Listen and look", too."""
    listen = json.loads(run.path("listen").read_text(encoding="utf-8"))
    return {"map": points(run.table(MAP, "map")), "experiment": listen["experiment"]}


def points(frame: pd.DataFrame) -> Record:
    """Values shown of the table `map`; `text` is for the script."""
    x, y = scaled(frame["x"], WIDTH), scaled(-frame["y"], HEIGHT)
    found = [
        {"kind": kind, "item": item, "picture": image_id, "region": region, "tokens": tokens}
        | {"x": across, "y": down, "kept": round(kept, 2)}
        for (kind, item, image_id, region, tokens, kept), across, down in zip(
            frame[["kind", "item", "image_id", "region", "tokens", "kept"]].itertuples(
                index=False, name=None
            ),
            x,
            y,
            strict=True,
        )
    ]
    kinds = frame["kind"].value_counts()
    return {
        "text": embedded({"width": WIDTH, "height": HEIGHT, "points": found}),
        "words": int(kinds.get("word", 0)),
        "fragments": int(kinds.get("fragment", 0)),
        "kept": 100 * float(frame["kept"].mean()) if len(frame) else 0.0,
        "neighbours": NEIGHBOURS,
    }


def scaled(values: pd.Series, size: int) -> list[float]:
    """Values scaled to a drawing of `size`; all in the middle if they are equal."""
    low, span = values.min(), values.max() - values.min()
    if not span > 0:
        return [size / 2] * len(values)
    placed = EDGE + (values - low) / span * (size - 2 * EDGE)
    return [round(value, 1) for value in placed.tolist()]
