"""Layers of the two branches: the paper's, and the picture's context."""

from itertools import pairwise

import torch
from torch import Tensor, nn


class Branch(nn.Sequential):
    """Linear layers, each followed by a capped ReLU; with one on the last, cosines lie in [0, 1].

    Without a cap there is no activation; with `output` false the last layer has none. `dropout` is
    the share of a hidden layer's activations dropped in training.
    """

    def __init__(
        self, sizes: list[int], relu_cap: float | None, output: bool = True, dropout: float = 0.0
    ) -> None:
        steps: list[nn.Module] = []
        for place, (size_in, size_out) in enumerate(pairwise(sizes), 2):
            steps.append(nn.Linear(size_in, size_out))
            last = place == len(sizes)
            if relu_cap is not None and (output or not last):
                steps.append(nn.Hardtanh(0.0, relu_cap))
            if dropout and not last:
                steps.append(nn.Dropout(dropout))
        super().__init__(*steps)


class Gate(nn.Module):
    """The map of a fragment plus, through a gate, the map of its whole picture.

    The input (rows, 2 d) is a fragment's features and its whole picture's. With f and w those two,
    the output (rows, size) is fragment(f) + sigmoid(gate(f, w)) * whole(w). Training drops the
    second term for a share `dropout` of the rows, so that a fragment also works alone.
    """

    def __init__(self, fragment: nn.Module, width: int, size: int, dropout: float) -> None:
        super().__init__()
        self.fragment, self.dropout = fragment, dropout
        self.gate, self.whole = nn.Linear(2 * width, size), nn.Linear(width, size)

    def forward(self, values: Tensor) -> Tensor:
        """(rows, 2 d) to (rows, size)."""
        fragment, whole = values.chunk(2, dim=1)
        context = torch.sigmoid(self.gate(values)) * self.whole(whole)
        if self.training and self.dropout:
            context = context * (torch.rand(len(values), 1, device=values.device) >= self.dropout)
        return self.fragment(fragment) + context
