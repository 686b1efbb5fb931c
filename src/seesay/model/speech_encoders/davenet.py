"""Convolutions over the frames of a whole caption, as DAVEnet's (Harwath et al. 2018).

Their speech branch, section 3.2: the first convolution covers all filters of one frame, the others
are 1-D convolutions over frames, each followed by max pooling, so that what comes out is a sequence
of moments. Ours halves the frames after every layer, the first included, which is cheaper; their
channels and kernels are settings here, and there is no batch normalisation, whose statistics would
depend on how captions are padded.
"""

from itertools import pairwise

from torch import Tensor, nn

from seesay.model.padded import Padded, moments, padded, within
from seesay.settings.facts import Encoder
from seesay.settings.network import NetworkSettings

ABOUT = Encoder(
    "1-D convolutions over a whole caption (Harwath et al. 2018)",
    units="channels, ReLU",
    held=26,
    keeps=0.5,
    unit="caption",
)


class Davenet(nn.Module):
    """Captions to moments: for each of `speech_layers` a convolution, ReLU and max pooling by 2.

    The first convolution covers one frame, the others `kernel` frames. No moment depends on what is
    beyond the end of its caption, or on the other captions of a batch.
    """

    def __init__(self, settings: NetworkSettings, size: int) -> None:
        super().__init__()
        widths = [size, *settings.speech_layers]
        self.layers = nn.ModuleList(
            nn.Conv1d(width, channels, settings.kernel if place else 1, padding="same")
            for place, (width, channels) in enumerate(pairwise(widths))
        )
        # A moment takes what it has of its last frames.
        self.pool = nn.MaxPool1d(2, ceil_mode=True)
        self.relu = nn.Hardtanh(0.0, settings.relu_cap)
        self.dropout = nn.Dropout(settings.dropout)
        self.map = nn.Conv1d(widths[-1], settings.embedding, 1)
        self.last = self.relu if settings.output == "relu" else nn.Identity()

    def forward(self, heard: Padded) -> Tensor:
        """Captions to the moments of all, (moments, d), caption by caption."""
        heard = padded(heard)
        values, lengths = heard.frames.transpose(1, 2), heard.lengths
        for layer in self.layers:
            # As at the ends of a caption that is alone, where there is nothing.
            beyond = ~within(lengths, values.shape[2])[:, None]
            values = self.pool(self.relu(layer(values)).masked_fill(beyond, 0.0))
            values, lengths = self.dropout(values), moments(lengths, 2)
        found = self.last(self.map(values)).transpose(1, 2)
        return found[within(lengths, found.shape[1])]


def build(settings: NetworkSettings, size: int) -> nn.Sequential:
    """The encoder for frames of `size` numbers; its input is `Padded` captions."""
    return nn.Sequential(Davenet(settings, size))
