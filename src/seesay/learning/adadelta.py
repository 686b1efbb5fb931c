"""Adadelta (Zeiler 2012) over one flat buffer, block by block.

The paper trains on one picture a step, so most of a step is the optimiser's: it touches every
weight of a wide network. torch's own Adadelta streams several temporaries of the network's size
through memory in each step; blocks that fit a core's cache avoid that.
"""

from typing import Any

import torch
from torch import nn

BLOCK = 1 << 15  # numbers; six float32 buffers of it fit a core's second-level cache


class Adadelta:
    """The same steps as `torch.optim.Adadelta`, with learning rate 1.

    The module's parameters become views of one buffer, and so do their gradients.
    `weight_decay` w adds w theta to the gradient.
    """

    def __init__(self, module: nn.Module, rho: float, eps: float, weight_decay: float) -> None:
        self.rho, self.eps, self.weight_decay = rho, eps, weight_decay
        parameters = list(module.parameters())
        self.weights = torch.cat([p.detach().flatten() for p in parameters])
        self.gradients = torch.zeros_like(self.weights)
        start = 0
        for parameter in parameters:
            part = slice(start, start + parameter.numel())
            parameter.data = self.weights[part].view_as(parameter)
            parameter.grad = self.gradients[part].view_as(parameter)
            start = part.stop
        self.squares = torch.zeros_like(self.weights)
        self.steps = torch.zeros_like(self.weights)
        block = BLOCK if self.weights.device.type == "cpu" else len(self.weights)
        buffers = (self.weights, self.gradients, self.squares, self.steps)
        self.blocks = list(zip(*(buffer.split(block) for buffer in buffers), strict=True))
        self.scratch = torch.empty(2, min(block, len(self.weights)), device=self.weights.device)

    def zero_grad(self) -> None:
        """Set all gradients to 0."""
        self.gradients.zero_()

    @torch.no_grad()
    def step(self) -> None:
        """Take one step along the gradients."""
        for weights, gradient, squares, steps in self.blocks:
            root, delta = self.scratch[:, : len(weights)]
            gradient.add_(weights, alpha=self.weight_decay)
            squares.mul_(self.rho).addcmul_(gradient, gradient, value=1 - self.rho)
            torch.add(squares, self.eps, out=root).sqrt_()
            torch.add(steps, self.eps, out=delta).sqrt_().div_(root).mul_(gradient)
            steps.mul_(self.rho).addcmul_(delta, delta, value=1 - self.rho)
            weights.sub_(delta)

    def state_dict(self) -> dict[str, Any]:
        """The state that further steps depend on, beside the weights."""
        return {"squares": self.squares, "steps": self.steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore a state from `state_dict`."""
        self.squares.copy_(state["squares"])
        self.steps.copy_(state["steps"])
