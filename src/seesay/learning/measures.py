"""What is measured of a network between epochs: loss, cosines, R@10, dead units, ties."""

import importlib
import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seesay.learning.examples import Data, draw
from seesay.learning.features import Features
from seesay.learning.losses.paper import coscos2, cosines
from seesay.model.network import Network
from seesay.settings.training import TrainingSettings
from seesay.shared.randomness import generator


def means(sums: np.ndarray, data: Data) -> dict[str, float]:
    """What was summed over the pictures, by the names of the table `history`."""
    names = ("loss", "same", "different", "false_negatives")
    return dict(zip(names, (sums / len(data.pairs.image_ids)).tolist(), strict=True))


@torch.no_grad()
def measure(network: Network, data: Data, settings: TrainingSettings) -> dict[str, float]:
    """Loss, cosines, R@10, dead units and ties over a split; its different pairs never change.

    R@10 is NaN where early stopping does not ask for it.
    """
    network.eval()
    images, dead_images = activity(network.image, data.fragments)
    words, dead_words = activity(network.speech, data.words)
    if settings.batch_pictures > 1:
        values = importlib.import_module("seesay.learning.batches").measure(network, data, settings)
    else:
        values = measure_pairs(cosines(images, words), data)
    r10 = math.nan
    if settings.criterion == "r10":
        r10 = importlib.import_module("seesay.learning.criterion").recall(images, words, data.pairs)
    return values | {
        "r10": r10,
        "dead_image_units": dead_images,
        "dead_speech_units": dead_words,
        "tied_images": tied(images),
        "tied_words": tied(words),
    }


def measure_pairs(matrix: Tensor, data: Data) -> dict[str, float]:
    """Loss and cosines over the pairs of each picture; `matrix` is (fragments, tokens)."""
    sums = np.zeros(4)
    for index, (fragments, rows) in enumerate(
        zip(data.pairs.fragments, data.pairs.words, strict=True)
    ):
        rng = generator("training", "validation", data.pairs.image_ids[index])
        others = draw(data.avoid[index], len(data.words), len(rows), rng)
        near, far = matrix[fragments][:, rows], matrix[fragments][:, others]
        loss = coscos2(near, far, "mean")
        cosine = [near.mean().item(), far.mean().item()]
        sums += [loss.item(), *cosine, data.false_negatives(rows, others)]
    return means(sums, data)


def cost(row: dict[str, Any], settings: TrainingSettings) -> float:
    """What early stopping wants low, of a row of the table `history`."""
    value: float = row["loss"] if settings.criterion == "loss" else -row["r10"]
    return value


def activity(branch: torch.nn.Sequential, features: Features) -> tuple[Tensor, float]:
    """The branch's output, and the share of its units (hidden and output) never above 0.

    A unit of a convolution is a channel, at all frames. Without such a unit the share is NaN.
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
    """Whether a run trained beyond where the present limits end it; they may have been lowered."""
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
