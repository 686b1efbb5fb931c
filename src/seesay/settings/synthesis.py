"""Settings of the stage synthesis."""

from pydantic import Field

from seesay.settings import Seed, Settings


class SynthesisSettings(Settings):
    """Who speaks, what is said and what is left unsaid."""

    talkers: int = Field(ge=2, le=140, description="talkers, half female and half male voices")
    seed: Seed = Field(description="seed of everything that is drawn at random")
    unsaid: float = Field(ge=0, lt=1, description="share of the captions' word types nobody says")
    surplus: float = Field(ge=1, le=10, description="tokens said for every token captions need")
    fillers: int = Field(ge=0, le=500, description="types said besides that no caption uses")
    word_gap: int = Field(ge=0, le=100, description="pause between words, in eSpeak's 10 ms units")
    pause: float = Field(gt=0.5, le=5, description="least pause between sentences, in s")
    minutes: float = Field(gt=0, le=60, description="length of a recording, about, in min")
