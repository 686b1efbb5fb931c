"""Settings of the stage logmel."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from seesay.settings import Settings, UserPath
from seesay.settings.choice import Loads


def _folder(model: str | None) -> bool:
    return model is not None and Path(model).is_dir()


def _program(model: str | None) -> bool:
    return model is not None and not _folder(model)


class LogmelSettings(Settings):
    """The frames and filters of the paper's section 2."""

    sample_rate: int = Field(
        default=16_000,
        ge=4000,
        le=96000,
        description="sample rate to which all speech is resampled, in Hz",
    )
    model: Annotated[
        UserPath | None,
        Loads("seesay.audio.whisper", _folder),
        Loads("seesay.audio.speech_model", _program),
    ] = Field(
        default=None,
        description="a speech model whose frames replace log-Mel frames: a TorchScript file, or a"
        " folder with a Whisper model in CTranslate2's format; null (paper): none",
    )
    filters: int = Field(
        default=40,
        ge=2,
        le=4096,
        description="Mel filters, at most 256; paper: 40. With a model: numbers in its frames",
    )
    window: float = Field(
        default=0.025, gt=0, le=0.2, description="length of the Hann window, in s"
    )
    hop: float = Field(
        default=0.010, gt=0, le=0.1, description="distance between frames, in s; paper: 0.010"
    )
    span: Literal["window", "masked", "word"] = Field(
        default="window",
        description="frames of a token: a window around its middle (window, paper); the same with"
        " silence outside the word (masked); or from its onset to its offset, stretched to the"
        " number of frames (word)",
    )
    frames: int = Field(
        default=71,
        ge=1,
        le=1001,
        description="frames a token, odd except with span: word; paper: 71",
    )
    normalise: Literal["none", "recording", "token"] = Field(
        default="none",
        description="recording: subtract each filter's mean over the recording, which removes"
        " much of the talker and the microphone; token: give each token mean 0 and standard"
        " deviation 1, which removes its level; none (paper)",
    )
    low: float = Field(default=64, ge=0, description="lower edge of the lowest filter, in Hz")
    high: float = Field(default=8000, gt=0, description="upper edge of the highest filter, in Hz")
    floor: float = Field(
        default=1e-10,
        ge=1e-30,
        le=1,
        description="smallest power; smaller values are raised to it before the logarithm",
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        default="reject",
        description="reject a recording that cannot be read, or a token beyond its end; or end"
        " the run (fail)",
    )

    @model_validator(mode="after")
    def _fits(self) -> "LogmelSettings":
        if self.filters > 256 and self.model is None:
            raise ValueError(
                f"filters must be at most 256 where there is no logmel.model, got {self.filters}"
            )
        if not self.low < self.high <= self.sample_rate / 2:
            raise ValueError(
                f"low ({self.low:g}) must be below high ({self.high:g}), and high at most half of "
                f"sample_rate ({self.sample_rate / 2:g})"
            )
        if self.frames % 2 == 0 and self.span != "word":
            raise ValueError(f"frames must be odd to have a middle one, got {self.frames}")
        for name, seconds in (("window", self.window), ("hop", self.hop)):
            samples = seconds * self.sample_rate
            # Otherwise the times of frames would drift.
            if round(samples) < 1 or abs(samples - round(samples)) > 1e-6:
                raise ValueError(
                    f"{name} must be a whole number of samples; {seconds:g} s at "
                    f"{self.sample_rate} Hz are {samples:g}"
                )
        return self

    @property
    def program(self) -> bool:
        """Whether the model is a program, which runs with its user's rights."""
        return _program(self.model)

    @property
    def files(self) -> list[Path]:
        """The model's files, sorted; their contents decide the vectors. Empty without a model."""
        path = Path(self.model or "")
        if not _folder(self.model):
            return [path] if self.model else []
        return sorted(file for file in path.iterdir() if file.is_file())

    @property
    def size(self) -> int:
        """Numbers in a token's vector: frames x filters; paper: 2,840."""
        return self.frames * self.filters
