"""Recordings of several lengths in one tensor, and which of their frames become a moment."""

from dataclasses import dataclass

import torch
from torch import Tensor

from seesay.shared.errors import InputError


@dataclass(frozen=True)
class Padded:
    """Frames (recordings, T, filters) float32, 0 beyond each one's end; `lengths` (recordings,).

    `lengths` are numbers of frames, int64, the longest T.
    """

    frames: Tensor
    lengths: Tensor

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def device(self) -> torch.device:
        """Where the frames are."""
        return self.frames.device

    def to(self, device: torch.device) -> "Padded":
        """The same recordings on a device."""
        return Padded(self.frames.to(device), self.lengths.to(device))


def moments(lengths: Tensor, stride: int) -> Tensor:
    """The number of moments of recordings of `lengths` frames: the last may have fewer frames."""
    return (lengths + stride - 1) // stride


def within(lengths: Tensor, most: int) -> Tensor:
    """Mask (recordings, most) of the places within each one's length."""
    return torch.arange(most, device=lengths.device) < lengths[:, None]


def padded(given: object) -> Padded:
    """What a network that hears whole captions was given; InputError for single words."""
    if not isinstance(given, Padded):
        raise InputError(
            "training.speech_encoder: this one hears whole captions (unit: caption), and was given"
            " single words"
        )
    return given
