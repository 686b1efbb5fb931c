"""Measures of a network between epochs: loss, cosines, R@10, dead units, ties."""

import importlib
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from seesay.learning import batches
from seesay.learning.examples import Data
from seesay.learning.features import Features
from seesay.model.network import Network
from seesay.settings.choice import taken
from seesay.settings.training import TrainingSettings


def means(sums: np.ndarray, data: Data) -> dict[str, float]:
    """Means over a split's pictures of summed values (4,), by the names of the table `history`."""
    names = ("loss", "same", "different", "false_negatives")
    return dict(zip(names, (sums / len(data.pairs.image_ids)).tolist(), strict=True))


@torch.no_grad()
def measure(network: Network, data: Data, settings: TrainingSettings) -> dict[str, float]:
    """Loss, cosines, R@10, dead units and ties over a split, whose negatives never change.

    R@10 is in percent, and NaN unless it is the criterion of early stopping.
    """
    if taken("seesay.learning.caption_measures", settings):
        captions = importlib.import_module("seesay.learning.caption_measures")
        found: dict[str, float] = captions.measure(network, data, settings)
        return found
    network.eval()
    images, dead_images = activity(network.image, data.fragments)
    words, dead_words = activity(network.speech, data.words)
    sums = batches.find(settings).validate(network, data, settings, images, words)
    r10 = math.nan
    if settings.criterion == "r10":
        r10 = importlib.import_module("seesay.learning.criterion").recall(images, words, data.pairs)
    return means(sums, data) | {
        "r10": r10,
        "dead_image_units": dead_images,
        "dead_speech_units": dead_words,
        "tied_images": tied(images),
        "tied_words": tied(words),
    }


def cost(row: Mapping[Any, Any], settings: TrainingSettings) -> float:
    """The number that early stopping minimises, from a row of the table `history`."""
    value: float = row["loss"] if settings.criterion == "loss" else -row["r10"]
    return value


def activity(branch: torch.nn.Sequential, features: Features) -> tuple[Tensor, float]:
    """The branch's output (n, d), and the share of its units (hidden and output) never above 0.

    A unit of a convolution is a channel, at all frames. Without capped ReLUs the share is NaN.
    """
    outputs, silent = [], []
    for values in features.blocks():
        units = []
        for module in branch:
            values = module(values)
            if isinstance(module, torch.nn.Hardtanh):
                quiet = (values <= 0).all(dim=0)
                units.append(quiet.flatten(1).all(dim=1) if quiet.dim() > 1 else quiet)
        outputs.append(values)
        silent.append(torch.cat(units) if units else values.new_empty(0, dtype=torch.bool))
    dead = torch.stack(silent).all(dim=0)
    return torch.cat(outputs), int(dead.sum()) / len(dead) if len(dead) else math.nan


def tied(embeddings: Tensor) -> float:
    """The share of rows that equal another row exactly."""
    _, counts = np.unique(embeddings.detach().cpu().numpy(), axis=0, return_counts=True)
    return float(counts[counts > 1].sum() / len(embeddings))


def too_far(rows: list[dict[str, Any]], settings: TrainingSettings, epochs: int | None) -> bool:
    """Whether a run trained further than the present limits allow: they may have been lowered."""
    if epochs is not None:
        return bool(rows[-1]["epoch"] > epochs)
    best, best_epoch = math.inf, 0
    for row in rows:
        if row["split"] != "validation":
            continue
        if row["epoch"] > settings.max_epochs or row["epoch"] - 1 - best_epoch >= settings.patience:
            return True
        if cost(row, settings) < best:
            best, best_epoch = cost(row, settings), row["epoch"]
    return False


def pace(history: pd.DataFrame, settings: TrainingSettings) -> tuple[int, ...]:
    """Epochs that led to a model's kept weights, of the first part and of each round kept.

    `history` is the model's table of all parts.
    """
    rows = history[history["split"] == "validation"]
    kept = rows[rows["kept"]].iloc[0]
    epochs, ended = [], 0
    for part in range(1, int(kept["part"]) + 1):
        own = rows[rows["part"] == part]
        last = kept["epoch"]
        if part < kept["part"]:
            costs = [cost(row, settings) for row in own.to_dict("records")]
            last = own["epoch"].iloc[int(np.argmin(costs))]
        epochs.append(int(last) - ended)
        ended = int(own["epoch"].max())
    return max(1, epochs[0]), *epochs[1:]
