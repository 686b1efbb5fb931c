"""Adadelta (Zeiler 2012) on a CPU, each weight's update in one pass.

The paper trains on one picture a step, so a step is mostly the optimiser's, which touches every
weight of a wide network. torch's own Adadelta makes ten passes over the weights and its averages;
one compiled loop makes one.
"""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import torch
from torch import nn


def update(
    weights: np.ndarray,
    gradient: np.ndarray,
    squares: np.ndarray,
    steps: np.ndarray,
    rho: np.float32,
    eps: np.float32,
    decay: np.float32,
) -> None:
    """One step of `weights` (n,) float32, in place, with its two running averages (n,).

    `squares` is E[g^2], `steps` E[dx^2] (Zeiler's algorithm 1); g is the gradient plus `decay`
    times the weight.
    """
    rest = np.float32(1) - rho
    for i in range(len(weights)):
        g = gradient[i] + decay * weights[i]
        squares[i] = rho * squares[i] + rest * g * g
        change = np.sqrt(steps[i] + eps) / np.sqrt(squares[i] + eps) * g
        steps[i] = rho * steps[i] + rest * change * change
        weights[i] -= change


def compiled(function: Callable[..., None]) -> Callable[..., None]:
    """The function as machine code, kept beside its source or in the user's cache folder.

    Where neither can be written, each process compiles it anew, in seconds.
    """
    # Compiled here, since the types are given, and not at the first step. As numpy, a division by 0
    # gives inf: a check for each would keep the loop from vectors.
    types = "void(f4[::1], f4[::1], f4[::1], f4[::1], f4, f4, f4)"
    try:
        return numba.njit(types, cache=True, error_model="numpy")(function)
    except Exception:  # no folder, a full disk, a damaged cache
        return numba.njit(types, error_model="numpy")(function)


class Adadelta:
    """The same steps as `torch.optim.Adadelta`, with learning rate 1, for weights on a CPU.

    `weight_decay` w adds w theta to the gradient.
    """

    update = staticmethod(compiled(update))

    def __init__(self, module: nn.Module, rho: float, eps: float, weight_decay: float) -> None:
        self.constants = [np.float32(value) for value in (rho, eps, weight_decay)]
        self.parameters = [p for p in module.parameters() if p.requires_grad]
        self.averages = [torch.zeros(2, p.numel()) for p in self.parameters]

    def zero_grad(self) -> None:
        """Forget all gradients: the next backward pass hands over its own, which saves a copy."""
        for parameter in self.parameters:
            parameter.grad = None

    def step(self) -> None:
        """Take one step along the gradients."""
        for parameter, averages in zip(self.parameters, self.averages, strict=True):
            if parameter.grad is not None:
                gradient = parameter.grad.reshape(-1).contiguous()
                values = (parameter.detach().view(-1), gradient, *averages)
                self.update(*(value.numpy() for value in values), *self.constants)

    def state_dict(self) -> dict[str, Any]:
        """The state that further steps depend on, beside the weights."""
        return {"averages": self.averages}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore a state from `state_dict`."""
        for own, saved in zip(self.averages, state["averages"], strict=True):
            own.copy_(saved)
