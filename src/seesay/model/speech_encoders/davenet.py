"""Convolutions over the frames of a whole caption, as DAVEnet's (Harwath et al. 2018).

Their speech branch, section 3.2: the first convolution covers all filters of one frame, the others
are 1-D convolutions over frames, each followed by max pooling, so that what comes out is a sequence
of moments. Ours halves the frames after every layer, the first included, which is cheaper; their
channels and kernels are settings here, and there is no batch normalisation, whose statistics would
depend on how captions are padded.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from seesay.model.padded import moments, padded, within
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
        # Linear: a convolution over one frame.
        self.first = nn.Sequential(*(nn.Linear(size, width) for width in widths[1:2]))
        self.layers = nn.ModuleList(
            nn.Conv1d(width, channels, settings.kernel, padding="same")
            for width, channels in pairwise(widths[1:])
        )
        self.stride = 2 ** (len(widths) - 1)
        # Moments of silence after a caption, as far as the last convolution reaches.
        self.gap = (settings.kernel // 2 + 1) // 2
        self.pool, self.relu = nn.MaxPool1d(2), nn.Hardtanh(0.0, settings.relu_cap)
        self.dropout = nn.Dropout(settings.dropout)
        self.map = nn.Linear(widths[-1], settings.embedding)
        self.last = self.relu if settings.output == "relu" else nn.Identity()

    def forward(self, given: object) -> Tensor:
        """Captions (`Padded`) to the moments of all, (moments, d), caption by caption."""
        heard = padded(given)
        rows = heard.frames[within(heard.lengths, heard.frames.shape[1])]
        if len(self.first):
            rows = self.convolved(self.relu(self.first(rows)), heard.lengths)
        found: Tensor = self.last(self.map(rows))
        return found

    def convolved(self, rows: Tensor, lengths: Tensor) -> Tensor:
        """Outputs of the first layer (frames, width) to those of the last, (moments, width).

        `lengths` (captions,) are the frames of each caption. Captions stand in a row, which costs
        less than padding all of them to the longest.
        """
        slots = moments(lengths, self.stride) + self.gap
        caption = torch.arange(len(lengths), device=rows.device).repeat_interleave(slots)
        starts, step = slots.cumsum(0) - slots, self.stride
        inside = places(caption, starts, lengths, step)
        values = rows.new_zeros(len(inside), rows.shape[1])
        values[inside] = rows
        values = values.T[None]
        for layer in [None, *self.layers]:
            if layer is not None:
                # As at the ends of a caption that is alone, where there is nothing.
                values = self.relu(layer(values)).masked_fill(~inside, 0.0)
            values, lengths, step = self.pool(values), moments(lengths, 2), step // 2
            values, inside = self.dropout(values), places(caption, starts, lengths, step)
        return values[0].T[inside]


def places(caption: Tensor, starts: Tensor, lengths: Tensor, step: int) -> Tensor:
    """Mask (moments x `step`,) of the places that captions fill in a row of them.

    `caption` (moments,) is that of each moment, `starts` (captions,) the first moment of each, and
    `lengths` the places that each fills of those from there on, `step` a moment.
    """
    place = torch.arange(len(caption) * step, device=caption.device)
    caption = caption.repeat_interleave(step)
    inside: Tensor = place - starts[caption] * step < lengths[caption]
    return inside


def build(settings: NetworkSettings, size: int) -> nn.Sequential:
    """The encoder for frames of `size` numbers; its input is `Padded` captions."""
    return nn.Sequential(Davenet(settings, size))
