"""Settings of the stage listen."""

from typing import Literal

from pydantic import Field, model_validator

from seesay.settings import Settings


class ListenSettings(Settings):
    """The words to play and the pictures to look at in the report, and their size."""

    experiment: str | None = Field(
        default=None,
        description="experiment whose model is shown under Listen and look and on the map; null:"
        " the first in alphabetical order",
    )
    words: int = Field(
        default=150, ge=3, le=2000, description="largest number of spoken words to choose from"
    )
    tokens: int = Field(
        default=3, ge=1, le=20, description="tokens of a word, each by another talker"
    )
    pictures: int = Field(
        default=40,
        ge=3,
        le=500,
        description="largest number of pictures to choose from, and of captions heard whole",
    )
    fragments: int = Field(
        default=6, ge=1, le=50, description="fragments of a picture that are queries"
    )
    neighbours: int = Field(
        default=6,
        ge=1,
        le=20,
        description="nearest pictures of a token, and nearest words of a fragment",
    )
    cases: int = Field(
        default=4,
        ge=1,
        le=20,
        description="number of best, of typical and of worst words in a table, and as many"
        " pictures",
    )
    thumbnail: int = Field(
        default=200, ge=64, le=640, description="longer side of a picture, in px"
    )
    margin: float = Field(
        default=0.05, ge=0, le=0.5, description="sound played before and after a word, in s"
    )
    seconds: float = Field(
        default=1.5, gt=0.1, le=10, description="longest clip of a word, margins included, in s"
    )
    sample_rate: Literal[8000, 16000, 22050, 24000, 32000, 44100, 48000] = Field(
        default=16_000, description="sample rate of the MP3 clips, in Hz"
    )
    picture_megabytes: float = Field(
        default=3, ge=0, le=100, description="largest size of all pictures in the page, in MB"
    )
    sound_megabytes: float = Field(
        default=5,
        ge=0,
        le=100,
        description="largest size of all clips and log-Mel drawings in the page, in MB",
    )

    @model_validator(mode="after")
    def _fits(self) -> "ListenSettings":
        for name in ("words", "pictures"):
            if getattr(self, name) < 3 * self.cases:
                raise ValueError(
                    f"{name} ({getattr(self, name)}) must be at least three times cases "
                    f"({self.cases}): the best, typical and worst are among them"
                )
        if self.seconds <= 2 * self.margin:
            raise ValueError(
                f"seconds ({self.seconds:g}) must be more than twice margin ({self.margin:g})"
            )
        return self
