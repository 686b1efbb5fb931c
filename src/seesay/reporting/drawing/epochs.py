"""The report's charts by epoch: cosines (Fig. 1 of the paper, right), losses, dead units, ties."""

from typing import Any

import pandas as pd

from seesay.reporting.charts import Spec, chart, field, layer, var

LINES_HEIGHT = 230  # px, of the charts by epoch
SHARES = {
    "dead_image_units": ("dead image units", "accent"),
    "dead_speech_units": ("dead speech units", "warm"),
    "tied_images": ("tied fragments", "green"),
    "tied_words": ("tied words", "violet"),
}


def cosines(history: pd.DataFrame) -> Spec:
    """Fig. 1 of the paper: mean cosine of same and different pairs by epoch, for each seed."""
    rows = [
        {**_where(r), "series": pair, "value": round(float(r[pair]), 5)}
        for r in history.to_dict("records")
        for pair in ("same", "different")
    ]
    colours = {"same": "accent", "different": "warm"}
    about = "Mean cosine of same and different pairs by epoch"
    # Without a last ReLU, cosines may be below 0.
    least = min([0.0, *(row["value"] for row in rows)])
    return _lines(rows, "mean cosine", colours, (least, 1.0), about)


def losses(history: pd.DataFrame) -> Spec:
    """Training and validation loss by epoch, for each seed."""
    rows = [
        {**_where(r), "series": "loss", "value": round(float(r["loss"]), 5)}
        for r in history.to_dict("records")
    ]
    about = "Loss by epoch, training and validation"
    return _lines(rows, "loss", {"loss": "ink"}, None, about)


def health(history: pd.DataFrame) -> Spec:
    """Dead units and tied embeddings on validation data by epoch, in percent, for each seed."""
    part = history[history["split"] == "validation"]
    rows = [
        {**_where(r), "series": name, "value": round(100 * float(r[column]), 3)}
        for r in (part if len(part) else history).to_dict("records")
        for column, (name, _) in SHARES.items()
        if pd.notna(r[column])  # a branch without ReLUs has no dead units
    ]
    about = "Share of dead units and of tied embeddings by epoch"
    return _lines(rows, "share, %", dict(SHARES.values()), (0.0, 100.0), about)


def _lines(
    rows: list[Spec],
    title: str,
    colours: dict[str, str],
    domain: tuple[float, float] | None,
    description: str,
) -> Spec:
    """Lines by epoch for each seed: colours are series, dashes are splits.

    Dots and upright lines mark kept epochs.
    """
    scale = {"domain": list(domain)} if domain else {"zero": False}
    shades = {"domain": list(colours), "range": [var(colour) for colour in colours.values()]}
    dashes = {"domain": ["train", "validation"], "range": [[1, 0], [5, 3]]}
    seed, split, series = field("seed:N"), field("split:N"), field("series:N")
    base: Spec = {
        "x": field("epoch:Q", title="epoch", axis={"tickMinStep": 1, "grid": False}),
        "y": field("value:Q", title=title, scale=scale, axis={"tickCount": 5}),
        "color": {**series, "scale": shades},
        "detail": seed,
        "tooltip": [
            series,
            split,
            seed,
            field("epoch:Q"),
            field("value:Q", title=title, format=".4f"),
        ],
    }
    dashed = {**base, "strokeDash": {**split, "scale": dashes}}
    kept = {"x": field("epoch:Q"), "tooltip": [seed, field("epoch:Q", title="kept epoch")]}
    layers = [
        layer("kept", kept, "rule", color=var("muted"), strokeDash=[2, 3]),
        layer("epochs", dashed, "line", strokeWidth=1.7, opacity=0.85, clip=True),
        layer("epochs", base, "circle", size=30, opacity=0.001),
        layer("epochs", base, "circle", "datum.kept", size=58, opacity=1),
    ]
    ends = sorted({(row["epoch"], row["seed"]) for row in rows if row["kept"]})
    lines = [{"epoch": epoch, "seed": seed} for epoch, seed in ends]
    return chart(layers, {"epochs": rows, "kept": lines}, description, LINES_HEIGHT)


def _where(row: Any) -> Spec:
    """A history row's place: epoch, split and seed, and whether its epoch was kept."""
    return {
        "epoch": int(row["epoch"]),
        "split": str(row["split"]),
        "seed": str(row["seed"]),
        "kept": bool(row["kept"]),
    }
