"""The histories of all trainings, and the models that max_epochs cut off."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pandas as pd

from seesay.schemas.learning import HISTORY
from seesay.scoring.breakdown_classes import by_fold
from seesay.scoring.names import SYSTEMS
from seesay.shared import tables

Training = tuple[int, int, int]  # seed, fold, best epoch
STOPPED_EARLY = ("model", "text")  # the shuffled control keeps pace with the model


def histories(paths: Sequence[Path], folds: int) -> pd.DataFrame:
    """The rows of HISTORY of all trainings, with a column `fold`; the paths stand fold by fold."""
    parts = [tables.read(HISTORY, own) for own in by_fold(paths, folds)]
    return pd.concat([part.assign(fold=n) for n, part in enumerate(parts)], ignore_index=True)


def cut_off(history: pd.DataFrame, recipe: dict[str, Any], experiment: str) -> str:
    """The warning that max_epochs cut off an experiment's models, or "".

    `history` is that of `histories`, `recipe` is the experiment's section training. A part of a
    training is cut off if it ran for max_epochs and its best epoch is less than `patience` epochs
    before the last. A cosine schedule plans to end at max_epochs, so it is never cut off.
    """
    if recipe.get("schedule", "constant") == "cosine":
        return ""
    rows = history[(history["experiment"] == experiment) & (history["split"] == "validation")]
    found = []
    for system in STOPPED_EARLY:
        own = rows[rows["system"] == system]
        cut = list(_cut(own, recipe))
        if cut and rows["fold"].nunique() == 1:
            seeds, _, bests = zip(*cut, strict=True)
            found.append(f"{SYSTEMS[system]}, {_said('seed', seeds)}, {_said('best epoch', bests)}")
        elif cut:
            of = len(own[["seed", "fold"]].drop_duplicates())
            found.append(f"{SYSTEMS[system]}, {len(cut)} of {of} trainings ({_by_seed(cut)})")
    if not found:
        return ""
    return (
        f"Cut off by max_epochs ({recipe['max_epochs']}) before the patience of"
        f" {recipe['patience']} epochs had run out: {'; '.join(found)}. Longer training may give"
        " other numbers."
    )


def _by_seed(cut: Sequence[Training]) -> str:
    """The folds that were cut off, by seed: `seed 1 in folds 0, 2, best epochs 4, 8; seed 2 ...`"""
    said = []
    for seed, own in groupby(cut, itemgetter(0)):
        _, folds, bests = zip(*own, strict=True)
        said.append(f"seed {seed} in {_said('fold', folds)}, {_said('best epoch', bests)}")
    return "; ".join(said)


def _said(what: str, numbers: Sequence[int]) -> str:
    """`seed 1`, `seeds 1, 3`."""
    return f"{what}{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"


def _cut(rows: pd.DataFrame, recipe: dict[str, Any]) -> Iterator[Training]:
    """Each training with a part that was cut off; the part's best epoch counts over all parts."""
    for (seed, fold), own in rows.groupby(["seed", "fold"], sort=True):
        before = 0
        for _, part in own.groupby("part", sort=True):
            last = int(part["epoch"].max())
            cost = part["loss"] if recipe.get("criterion", "r10") == "loss" else -part["r10"]
            best = int(part["epoch"].iloc[int(cost.to_numpy().argmin())])
            if last - before >= recipe["max_epochs"] and last - best < recipe["patience"]:
                yield int(str(seed)), int(str(fold)), best
                break
            before = last
