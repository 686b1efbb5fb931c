"""The training loop: epochs, steps and early stopping, for batches of one picture or of many."""

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seesay.learning import batches, optimisers
from seesay.learning.checkpoints import State
from seesay.learning.examples import Data
from seesay.learning.measures import cost, means, measure, too_far
from seesay.model.network import Network, max_norm
from seesay.settings.training import TrainingSettings
from seesay.shared.progress import progress
from seesay.shared.randomness import generator, stable_hash


def fit(
    network: Network,
    train: Data,
    validation: Data,
    settings: TrainingSettings,
    seed: int,
    epochs: int | None,
    state: State | None,
) -> list[dict[str, Any]]:
    """Train `network` in place; returns rows of the table `history`.

    With `epochs` None, training stops when the criterion has not improved for `patience` epochs,
    and the network gets the weights of the best epoch (early stopping). Otherwise it trains for
    `epochs` epochs and keeps the last weights. A killed run continues from `state` to the same
    result.
    """
    optimiser = optimisers.build(network, settings)
    course = resume(network, optimiser, settings, epochs, state) or begin(
        network, validation, settings
    )
    last = settings.max_epochs if epochs is None else epochs
    for epoch in progress(range(course.rows[-1]["epoch"] + 1, last + 1), "training", "epochs"):
        if epochs is None and epoch - 1 - course.best_epoch >= settings.patience:
            break
        optimisers.set_rate(optimiser, settings, epoch)
        # Dropout draws from torch's own state; batches of many pictures seed it anew.
        torch.manual_seed(stable_hash("training", seed, epoch, "dropout") % 2**63)
        began, rng = time.perf_counter(), generator("training", seed, epoch)
        trained = train_epoch(network, optimiser, train, settings, rng)
        seconds = time.perf_counter() - began
        measured = measure(network, validation, settings)
        course.add(epoch, seconds, trained, measured)
        if cost(measured, settings) < course.best:
            course.keep(epoch, cost(measured, settings), network)
        if state:
            state.save(
                network=network.state_dict(), optimizer=optimiser.state_dict(), **vars(course)
            )
    kept = course.best_epoch if epochs is None else last
    if epochs is None:
        network.load_state_dict(course.best_weights)
    return [row | {"kept": row["epoch"] == kept, "part": 1} for row in course.rows]


def train_epoch(
    network: Network,
    optimiser: optimisers.Optimiser,
    data: Data,
    settings: TrainingSettings,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Train on every picture once, in random order; returns means over the pictures."""
    batching = batches.find(settings)
    network.train()
    layers, sums = network.layers(), np.zeros(4)
    for examples in batching.compose(network, data, settings, rng):
        loss, values = batching.loss(network, data, examples, settings)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        max_norm(layers, settings.max_norm)
        sums += values * examples.pictures
    return means(sums, data)


@dataclass
class Course:
    """The course of a training: rows of its history, and the best epoch so far.

    `best` is the lowest cost on the validation set, in `best_epoch`, with `best_weights`.
    """

    rows: list[dict[str, Any]]
    best: float
    best_epoch: int
    best_weights: dict[str, Tensor]

    def add(
        self, epoch: int, seconds: float, trained: dict[str, float], measured: dict[str, float]
    ) -> None:
        """Add the rows of an epoch: means over the training set, and measures of validation."""
        # R@10, dead units and ties are those of the validation set alone.
        unmeasured = dict.fromkeys(measured, math.nan)
        for split, values in (("train", unmeasured | trained), ("validation", measured)):
            self.rows.append({"epoch": epoch, "split": split, "seconds": seconds, **values})

    def keep(self, epoch: int, cost: float, network: Network) -> None:
        """Make an epoch the best one."""
        self.best, self.best_epoch, self.best_weights = cost, epoch, weights(network)


def begin(network: Network, validation: Data, settings: TrainingSettings) -> Course:
    """The course of a training before its first epoch."""
    measured = measure(network, validation, settings)
    row = {"epoch": 0, "split": "validation", "seconds": 0.0, **measured}
    return Course([row], cost(measured, settings), 0, weights(network))


def resume(
    network: Network,
    optimiser: optimisers.Optimiser,
    settings: TrainingSettings,
    epochs: int | None,
    state: State | None,
) -> Course | None:
    """The course that `state` holds, its network and optimiser restored; None without one.

    None, too, if it went further than the present limits allow.
    """
    saved = state.load() if state else None
    if saved is None or too_far(saved["rows"], settings, epochs):
        return None
    network.load_state_dict(saved["network"])
    optimiser.load_state_dict(saved["optimizer"])
    return Course(saved["rows"], saved["best"], saved["best_epoch"], saved["best_weights"])


def weights(network: Network) -> dict[str, Tensor]:
    """A copy of the network's weights and statistics."""
    return {name: value.clone() for name, value in network.state_dict().items()}
