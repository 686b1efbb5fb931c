"""A small transformer over a word's frames."""

import torch
from torch import Tensor, nn

from seesay.model.speech_encoders import Frames, finish, frames
from seesay.settings.facts import Encoder
from seesay.settings.network import NetworkSettings

ABOUT = Encoder(
    "a small transformer over the frames",
    units="wide, attention",
    held=48,
    keeps=1.0,
    one_width=True,
)

HEAD = 32  # numbers that an attention head sees


class Positions(nn.Module):
    """Frames (rows, filters, frames) to (rows, frames, width), each with its learnt position."""

    def __init__(self, filters: int, count: int, width: int) -> None:
        super().__init__()
        self.map = nn.Linear(filters, width)
        self.place = nn.Linear(count, width, bias=False)

    def forward(self, values: Tensor) -> Tensor:
        """(rows, filters, frames) to (rows, frames, width)."""
        return self.map(values.transpose(1, 2)) + self.place.weight.T


class Average(nn.Module):
    """Mean over the frames."""

    def forward(self, values: Tensor) -> Tensor:
        """(rows, frames, width) to (rows, width)."""
        return torch.mean(values, dim=1)


def build(settings: NetworkSettings, size: int) -> nn.Sequential:
    """A transformer layer for each of `speech_layers`, which are equal; mean over the frames.

    A head sees 32 numbers, or all if the width is no multiple of 32.
    """
    width = settings.speech_layers[0]
    heads = width // HEAD if width % HEAD == 0 else 1
    layers = [
        nn.TransformerEncoderLayer(
            width, heads, 2 * width, settings.dropout, batch_first=True, norm_first=True
        )
        for _ in settings.speech_layers
    ]
    return nn.Sequential(
        Frames(settings.filters),
        Positions(settings.filters, frames(settings, size), width),
        *layers,
        Average(),
        nn.LayerNorm(width),
        nn.Linear(width, settings.embedding),
        *finish(settings),
    )
