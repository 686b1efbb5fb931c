"""The optimiser that the config names."""

import importlib
import math
from typing import Any, Protocol

import torch
from torch import nn

from seesay.settings.training import TrainingSettings


class Optimiser(Protocol):
    """The interface of an optimiser in training."""

    def zero_grad(self) -> None:
        """Clear the gradients."""

    def step(self) -> Any:
        """Take one step along the gradients."""

    def state_dict(self) -> dict[str, Any]:
        """The state that further steps depend on, beside the weights."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore a state from `state_dict`."""


def build(network: nn.Module, settings: TrainingSettings) -> Optimiser:
    """Build the optimiser of the network's parameters.

    Weight decay w adds w theta to the gradient; lambda ||theta||^2 has gradient 2 lambda theta.
    """
    decay = 2 * settings.l2
    weights = list(network.parameters())
    if settings.optimiser == "adadelta":
        if all(parameter.device.type == "cpu" for parameter in weights):
            # Not at the top: what compiles it takes half a second to import.
            own = importlib.import_module("seesay.learning.adadelta")
            found: Optimiser = own.Adadelta(network, settings.rho, settings.eps, decay)
            return found
        rho, eps = settings.rho, settings.eps
        return torch.optim.Adadelta(weights, lr=1.0, rho=rho, eps=eps, weight_decay=decay)
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[settings.optimiser]
    return kind(weights, lr=settings.learning_rate, weight_decay=decay, fused=True)


def set_rate(optimiser: Optimiser, settings: TrainingSettings, epoch: int) -> None:
    """Set the learning rate of an epoch, counted from 1, according to `schedule`.

    With N = `max_epochs` and r = `learning_rate`, `cosine` gives epoch e of N the rate
    r (1 + cos(pi (e - 1) / N)) / 2 (Loshchilov & Hutter 2017, without restarts).
    """
    if settings.schedule == "constant":
        return
    assert isinstance(optimiser, torch.optim.Optimizer)
    passed = (epoch - 1) / settings.max_epochs
    for group in optimiser.param_groups:
        group["lr"] = settings.learning_rate * (1 + math.cos(math.pi * passed)) / 2
