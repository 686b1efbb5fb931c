"""Encoders of spoken words, one a module; the config names which (`training.speech_encoder`).

A module's `build(settings, size)` gives a sequence of layers from log-Mel vectors (rows, size),
frame by frame, to embeddings (rows, d).
"""

from torch import Tensor, nn

from seesay.settings.choice import load
from seesay.settings.network import NetworkSettings
from seesay.shared.errors import InputError


def build(settings: NetworkSettings, size: int) -> nn.Sequential:
    """The encoder that the settings name, for vectors of `size` numbers."""
    encoder: nn.Sequential = load(__name__, settings.speech_encoder).build(settings, size)
    if settings.speech_norm == "instance":
        frames(settings, size)
        encoder.insert(0, Even(settings.filters))
    return encoder


def frames(settings: NetworkSettings, size: int) -> int:
    """How many frames a vector of `size` numbers has; InputError unless it is a whole number."""
    count, rest = divmod(size, settings.filters)
    if rest:
        raise InputError(
            f"training.filters: vectors of {size} numbers are not made of frames of"
            f" {settings.filters} filters; give logmel.filters"
        )
    return count


def finish(settings: NetworkSettings) -> list[nn.Module]:
    """The activation after the last linear layer: the paper's capped ReLU, or none."""
    return [nn.Hardtanh(0.0, settings.relu_cap)] if settings.output == "relu" else []


class Frames(nn.Module):
    """Vectors (rows, frames x filters), frame by frame, to (rows, filters, frames)."""

    def __init__(self, filters: int) -> None:
        super().__init__()
        self.filters = filters

    def forward(self, values: Tensor) -> Tensor:
        """(rows, frames x filters) to (rows, filters, frames)."""
        # No len(): an exported model would keep the traced number of rows.
        return values.unflatten(1, (-1, self.filters)).transpose(1, 2)


class Even(nn.Module):
    """Vectors (rows, frames x filters), each filter with mean 0 and deviation 1 over the frames."""

    def __init__(self, filters: int) -> None:
        super().__init__()
        self.filters = filters

    def forward(self, values: Tensor) -> Tensor:
        """(rows, frames x filters) to the same shape; a filter that never varies becomes 0."""
        shaped = values.unflatten(1, (-1, self.filters))
        centred = shaped - shaped.mean(dim=1, keepdim=True)
        power = (centred * centred).mean(dim=1, keepdim=True)
        return (centred / (power + 1e-5).sqrt()).flatten(1)
