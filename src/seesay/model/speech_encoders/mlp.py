"""The paper's speech branch: linear layers over all frames at once."""

from torch import nn

from seesay.model.branches import Branch
from seesay.settings.facts import Encoder
from seesay.settings.network import NetworkSettings

ABOUT = Encoder("linear layers over all frames at once (paper)", units="ReLU", held=12)


def build(settings: NetworkSettings, size: int) -> nn.Sequential:
    """Hidden layers of the widths `speech_layers`, then the embedding."""
    sizes = [size, *settings.speech_layers, settings.embedding]
    return Branch(sizes, settings.relu_cap, settings.output == "relu", settings.dropout)
