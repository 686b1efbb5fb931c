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
        default=0, ge=0, description="most frames by which training shifts a token, either way"
    )
    time_mask: int = Field(
        default=0, ge=0, description="most neighbouring frames masked in training (SpecAugment)"
    )
    filter_mask: int = Field(
        default=0, ge=0, description="most neighbouring filters masked in training (SpecAugment)"
    )
    filter_warp: Perturbs = Field(
        default=0.0,
        ge=0,
        le=0.5,
        description="largest share by which training scales frequencies, up or down: other vocal"
        " tracts (Jaitly and Hinton 2013)",
    )
    tempo: Perturbs = Field(
        default=0.0,
        ge=0,
        lt=1,
        description="largest share by which training changes the tempo, up or down; with span:"
        " word, whose length is normalised, within the word",
    )
    neighbours: Perturbs = Field(
        default=0.0,
        ge=0,
        le=1,
        description="largest share of a word's length by which training moves each edge of its"
        " cut into other words; with span: word",
    )
    reverberation: Perturbs = Field(
        default=0.0,
        ge=0,
        le=10,
        description="longest reverberation in training, in s until it is 60 dB down; frames of"
        " span: word count as logmel.hop each",
    )
    noise: Perturbs = Field(
        default=0.0,
        ge=0,
        le=10,
        description="power of the loudest noise in training, relative to the word (0.1: 10 dB"
        " below it); drawn evenly in dB from 30 dB below that",
    )
    channel: Perturbs = Field(
        default=0.0,
        ge=0,
        le=10,
        description="standard deviation of a smooth random curve over the filters in training, in"
        " nats of power: other microphones and levels",
    )

    @property
    def perturbs(self) -> bool:
        """Whether tokens are perturbed (`seesay.learning.perturbation`)."""
        return any(getattr(self, key) for key in PERTURBATIONS)
