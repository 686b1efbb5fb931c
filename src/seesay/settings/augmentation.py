"""Settings of how training augments tokens."""

from typing import Annotated, Literal

from pydantic import Field

from seesay.settings import Settings
from seesay.settings.choice import Loads

# They change log-Mel frames as powers, filters and times, in training only.
PERTURBATIONS = ("filter_warp", "tempo", "neighbours", "reverberation", "noise", "channel")
IN_TIME = ("tempo", "neighbours")  # they work on any frames
Perturbs = Annotated[float, Loads("seesay.learning.perturbation")]


class Frames(Settings):
    """The keys of the section logmel that perturbations read."""

    low: float
    high: float
    hop: float
    floor: float
    span: Literal["window", "masked", "word"]
    normalise: Literal["none", "recording", "token"]


class AugmentationSettings(Settings):
    """Changes of tokens that training draws anew in every batch of many pictures."""

    time_shift: int = Field(
        default=0,
        ge=0,
        description="training shifts a token by at most this many frames, in either direction",
    )
    time_mask: int = Field(
        default=0,
        ge=0,
        description="training masks at most this many neighbouring frames (SpecAugment)",
    )
    filter_mask: int = Field(
        default=0,
        ge=0,
        description="training masks at most this many neighbouring filters (SpecAugment)",
    )
    filter_warp: Perturbs = Field(
        default=0.0,
        ge=0,
        le=0.5,
        description="training scales frequencies by at most this share, up or down, as in other"
        " vocal tracts (Jaitly and Hinton 2013)",
    )
    tempo: Perturbs = Field(
        default=0.0,
        ge=0,
        lt=1,
        description="training changes the tempo by at most this share, up or down; with span:"
        " word, where all words have the same length, one part becomes faster and another slower",
    )
    neighbours: Perturbs = Field(
        default=0.0,
        ge=0,
        le=1,
        description="training moves the start and the end of a word into other words, by at most"
        " this share of its length; needs span: word",
    )
    reverberation: Perturbs = Field(
        default=0.0,
        ge=0,
        le=10,
        description="longest reverberation in training: s until it has fallen by 60 dB; with"
        " span: word, frames count as logmel.hop apart",
    )
    noise: Perturbs = Field(
        default=0.0,
        ge=0,
        le=10,
        description="power of the loudest noise in training, relative to the token (0.1: 10 dB"
        " below it); the power is drawn uniformly in dB, between this and 30 dB less",
    )
    channel: Perturbs = Field(
        default=0.0,
        ge=0,
        le=10,
        description="training adds a smooth random curve over the filters with this standard"
        " deviation, in nats of power, as other microphones and levels do",
    )

    @property
    def perturbs(self) -> bool:
        """Whether tokens are perturbed (`seesay.learning.perturbation`)."""
        return any(getattr(self, key) for key in PERTURBATIONS)
