"""The report's map of the shared space: points in a unit square for the page's script."""

from pathlib import Path
from typing import Any

import pandas as pd

from seesay.reporting.sections.listen import embedded
from seesay.schemas.exhibits import MAP, NEIGHBOURS
from seesay.shared import tables

Record = dict[str, Any]

WIDTH, HEIGHT, EDGE = 1000, 700, 25  # of the drawing, and its empty edge


def describe(path: Path) -> Record:
    """What the template shows of the table `map`; `text` is for the script."""
    frame = tables.read(MAP, path)
    x, y = scaled(frame["x"], WIDTH), scaled(-frame["y"], HEIGHT)
    points = [
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
        "text": embedded({"width": WIDTH, "height": HEIGHT, "points": points}),
        "words": int(kinds.get("word", 0)),
        "fragments": int(kinds.get("fragment", 0)),
        "kept": 100 * float(frame["kept"].mean()) if len(frame) else 0.0,
        "neighbours": NEIGHBOURS,
    }


def scaled(values: pd.Series, size: int) -> list[float]:
    """Values between the edges of a drawing of `size`; all in the middle where they are equal."""
    low, span = values.min(), values.max() - values.min()
    if not span > 0:
        return [size / 2] * len(values)
    placed = EDGE + (values - low) / span * (size - 2 * EDGE)
    return [round(value, 1) for value in placed.tolist()]
