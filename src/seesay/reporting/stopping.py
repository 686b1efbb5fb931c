"""Models that max_epochs cut off, from the training's history."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from seesay.scoring.names import SYSTEMS

STOPPED_EARLY = ("model", "text")  # the shuffled control keeps pace with the model


def cut_off(history: pd.DataFrame, recipe: dict[str, Any], experiment: str) -> str:
    """The warning that max_epochs cut off an experiment's models, or "".

    `history` has rows of HISTORY, `recipe` is the experiment's section training. A part of a
    training is cut off if it ran for max_epochs and its best epoch is less than `patience` epochs
    before the last. A cosine schedule plans to end at max_epochs, so it is never cut off.
    """
    if recipe.get("schedule", "constant") == "cosine":
        return ""
    rows = history[(history["experiment"] == experiment) & (history["split"] == "validation")]
    found = []
    for system in STOPPED_EARLY:
        cut = list(_cut(rows[rows["system"] == system], recipe))
        if cut:
            seeds, bests = zip(*cut, strict=True)
            several = "s" if len(cut) > 1 else ""
            names, epochs = (", ".join(map(str, numbers)) for numbers in (seeds, bests))
            found.append(f"{SYSTEMS[system]}, seed{several} {names}, best epoch{several} {epochs}")
    if not found:
        return ""
    return (
        f"Cut off by max_epochs ({recipe['max_epochs']}) before the patience of"
        f" {recipe['patience']} epochs had run out: {'; '.join(found)}. A longer training may give"
        " other numbers."
    )


def _cut(rows: pd.DataFrame, recipe: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """Each seed with a part that was cut off, and the part's best epoch, counted over all parts."""
    for seed, own in rows.groupby("seed", sort=True):
        before = 0
        for _, part in own.groupby("part", sort=True):
            last = int(part["epoch"].max())
            cost = part["loss"] if recipe.get("criterion", "r10") == "loss" else -part["r10"]
            best = int(part["epoch"].iloc[int(cost.to_numpy().argmin())])
            if last - before >= recipe["max_epochs"] and last - best < recipe["patience"]:
                yield int(str(seed)), best
                break
            before = last
