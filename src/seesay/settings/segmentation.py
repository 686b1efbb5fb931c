"""Settings of the stage segmentation."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from seesay.settings import Settings
from seesay.settings.choice import Choice, about, chosen, names

SEGMENTATIONS = "seesay.audio.segmentations"
COMMON = ("method", "on_bad_input")


class SegmentationSettings(Settings):
    """How the tokens of spoken captions are found."""

    method: Annotated[str, Choice(SEGMENTATIONS)] = Field(
        default="given",
        description="where tokens begin and end, a module of seesay.audio.segmentations: at the"
        " word times of the speech (given), or as found without them",
    )
    silence: float = Field(
        default=35.0,
        gt=0,
        le=120,
        description="sound this far below the recording's loud parts is silence, in dB",
    )
    pause: float = Field(
        default=0.15,
        ge=0,
        le=10,
        description="silence longer than this separates stretches of speech, in s; a plosive's"
        " closure does not",
    )
    least: float = Field(
        default=0.06, gt=0, le=1, description="length of the shortest segment, in s"
    )
    seconds: float = Field(
        default=0.25, ge=0.01, le=10, description="length of the equal segments of uniform, in s"
    )
    smoothing: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="standard deviation of the Gaussian that smooths the amplitude envelope, in s",
    )
    depth: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="least prominence of a minimum of the envelope that is a boundary, as a share"
        " of the envelope's loud level",
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        default="reject",
        description="reject a recording that cannot be read or has no segment; or end the run"
        " (fail)",
    )

    @model_validator(mode="after")
    def _what_the_method_reads(self) -> "SegmentationSettings":
        fields = type(self).model_fields
        reads = {*COMMON, *chosen(self, "method").reads}
        for key in fields.keys() - reads:
            if getattr(self, key) != fields[key].default:
                readers = [name for name in names(SEGMENTATIONS) if key in _reads(name)]
                raise ValueError(
                    f"{key}: the method {self.method} does not read it; leave it out, or give"
                    f" method {' or '.join(readers)}"
                )
        return self

    @property
    def finds(self) -> bool:
        """Whether tokens are found, not given."""
        return self.method != "given"

    @property
    def pictures(self) -> bool:
        """Whether the method learns from the pictures of the training split."""
        return bool(chosen(self, "method").pictures)


def _reads(name: str) -> tuple[str, ...]:
    found: tuple[str, ...] = about(SEGMENTATIONS, name).reads
    return found
