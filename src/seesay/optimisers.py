"""The optimiser that the config names."""

from typing import Any, Protocol

import torch
from torch import nn

from seesay.adadelta import Adadelta
from seesay.settings.training import TrainingSettings


class Optimiser(Protocol):
    """What training asks of an optimiser."""

    def zero_grad(self) -> None:
        """Forget the gradients."""

    def step(self) -> Any:
        """One step along the gradients."""

    def state_dict(self) -> dict[str, Any]:
        """What the next steps depend on, beside the weights."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take back what `state_dict` gave."""


def build(network: nn.Module, settings: TrainingSettings) -> Optimiser:
    """The optimiser of the network's parameters.

    Weight decay w adds w theta to the gradient; lambda ||theta||^2 has gradient 2 lambda theta.
    """
    decay = 2 * settings.l2
    if settings.optimiser == "adadelta":
        return Adadelta(network, settings.rho, settings.eps, weight_decay=decay)
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[settings.optimiser]
    return kind(network.parameters(), lr=settings.learning_rate, weight_decay=decay)
