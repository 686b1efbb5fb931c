"""Training: the network, its stopping, and cosines, losses and dead units by epoch."""

import pandas as pd

from seesay.planning.experiments import section, trained
from seesay.reporting.charts import Spec
from seesay.reporting.drawing import epochs, network
from seesay.reporting.runs import Context, Run
from seesay.reporting.stopping import cut_off
from seesay.scoring.names import SYSTEMS
from seesay.shared import tables

PLACE = 90
LINK = "Training"
NEEDS = {"histories": None, "experiment_fc7": None}


def describe(run: Run) -> Context:
    """Values for the template; charts are added by element id."""
    history = run.history
    paths = zip(trained(run.config), run.paths("experiment_fc7"), strict=True)
    widths = {name: tables.width(path, "feature") for name, path in paths}
    found = []
    for number, name in enumerate(each for each in run.experiments if each in widths):
        curves = []
        for kind, title, chart in _curves(history[history["fold"] == 0], name):
            identity = f"training-{number}-{kind}"
            run.charts[identity] = chart
            whose = ", fold 0" if run.folds > 1 else ""
            curves.append({"name": kind, "title": title + whose, "chart": identity})
        found.append(
            {
                "name": name,
                "network": network.describe(run.config, name, widths[name]),
                "kept": _kept(history[history["experiment"] == name]),
                "cut": cut_off(history, section(run.config, name, "training"), name),
                "curves": curves,
            }
        )
    return {"experiments": found}


def _curves(history: pd.DataFrame, experiment: str) -> list[tuple[str, str, Spec]]:
    """Charts of one experiment's training: name, title, chart."""
    part = history[history["experiment"] == experiment]
    model, shuffled = part[part["system"] == "model"], part[part["system"] == "shuffled"]
    curves = []
    if len(model):
        curves.append(("cosines", "Model", epochs.cosines(model)))
    if len(shuffled):
        chart = epochs.cosines(shuffled)
        curves.append(("shuffled", "Control: shuffled pairs", chart))
    if len(model):
        curves.append(("loss", "Model: loss", epochs.losses(model)))
        chart = epochs.health(model)
        curves.append(("health", "Model: dead units, tied embeddings", chart))
    return curves


def _kept(history: pd.DataFrame) -> list[Context]:
    """The kept and the last epoch, and the number of parts, of each system, seed and fold.

    Epochs are counted through all parts.
    """
    return [
        {
            "system": SYSTEMS[str(system)],
            "seed": int(str(seed)),
            "fold": int(str(fold)),
            "kept": int(part.loc[part["kept"], "epoch"].max()) if part["kept"].any() else None,
            "last": int(part["epoch"].max()),
            "parts": int(part["part"].max()),
        }
        for (system, seed, fold), part in history.groupby(["system", "seed", "fold"], sort=True)
    ]
