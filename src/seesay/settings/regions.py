"""Settings of the stage regions."""

from typing import Literal

from pydantic import Field

from seesay.settings import Settings


class RegionsSettings(Settings):
    """Which boxes of a picture are candidates."""

    proposals: Literal["selective_search"] = Field(description="what proposes the boxes")
    mode: Literal["fast", "quality"] = Field(
        description="selective search with few (fast) or many (quality) colour spaces and scales"
    )
    side: int = Field(
        ge=32,
        le=4096,
        description="selective search sees larger pictures scaled down to this long side, in px",
    )
    min_area: float = Field(
        ge=0, lt=1, description="least area of a box, as a share of the picture's"
    )
    nms: float = Field(
        gt=0,
        le=1,
        description="a box whose intersection over union with a larger kept one, or with the"
        " whole image, is above this is dropped; 1 keeps all",
    )
    candidates: int = Field(
        ge=1, le=10000, description="most boxes a picture, beside the whole image"
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        description="a picture that cannot be decoded: leave it out and report it, or end the run"
    )
