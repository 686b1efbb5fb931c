"""First weights: of every speech encoder, the seeded generator alone decides them."""

import pytest
import torch
from torch import nn

from seesay.model.network import Network
from seesay.model.speech_encoders import Frames
from seesay.settings.choice import names
from seesay.shared.errors import InputError
from support.training import BEST, make


class Gru(nn.Module):
    """Frames (rows, filters, frames) to the last state of a GRU, (rows, width)."""

    def __init__(self, filters, width):
        super().__init__()
        self.layers = nn.GRU(filters, width, num_layers=2, batch_first=True, bidirectional=True)
        self.norm = nn.LayerNorm(width)

    def forward(self, values):
        return self.norm(self.layers(values.transpose(1, 2))[1][-1])


class Pooled(nn.Module):
    """Frames weighted by their product with a learnt vector; `shape` is the vector's."""

    def __init__(self, *shape):
        super().__init__()
        self.query = nn.Parameter(torch.randn(*shape))


def initialised(encoder, unseeded):
    """A network's weights, where torch's own generator is in another state."""
    torch.manual_seed(unseeded)
    known = encoder if isinstance(encoder, str) else "mlp"
    network = Network(make(**BEST, speech_encoder=known, speech_layers=(8, 8)), 6, 160)
    if known != encoder:
        network.speech = nn.Sequential(Frames(40), encoder())
    network.initialise(torch.Generator().manual_seed(1), 1.0)
    return network.state_dict()


@pytest.mark.parametrize(
    "encoder", [*names("seesay.model.speech_encoders"), lambda: Gru(40, 8), lambda: Pooled(1, 8)]
)
def test_every_parameter_depends_on_the_seed_alone(encoder):
    one, two = (initialised(encoder, unseeded) for unseeded in (1, 2))
    assert one.keys() == two.keys()
    for name, values in one.items():
        assert torch.equal(values, two[name]), name


def test_biases_are_zero_and_norms_one():
    weights = initialised(lambda: Gru(40, 8), 3)
    biases = {name: values for name, values in weights.items() if "bias" in name}
    assert {"speech.1.layers.bias_ih_l0", "speech.1.layers.bias_hh_l1_reverse"} < biases.keys()
    assert not any(values.any() for values in biases.values())
    assert weights["speech.1.norm.weight"].tolist() == [1.0] * 8


def test_a_parameter_that_no_seed_decides_is_refused():
    with pytest.raises(InputError, match=r"Pooled\.query has no seeded first value; give it two"):
        initialised(lambda: Pooled(8), 1)
