"""Settings of the stage fc7."""

from typing import Literal

from pydantic import Field, model_validator

from seesay.settings import Settings

NetworkName = Literal["efficientnet_lite0"]


Weights = Literal["DEFAULT", "random"]


class Fc7Settings(Settings):
    """How regions become features, and how many are kept."""

    network: NetworkName = Field(
        description="image network; efficientnet_lite0 gives 1,280 numbers a region"
    )
    weights: Weights = Field(
        description="DEFAULT: trained on ImageNet; random: untrained, for tests alone"
    )
    size: int = Field(ge=64, le=512, multiple_of=32, description="side of the warped crop, in px")
    context: int = Field(
        ge=0,
        description="border of the warped crop that shows what lies around the box, in px"
        " (R-CNN: 16 at a size of 227); less than half the size; the whole image has none",
    )
    regions: int = Field(
        ge=0, description="best scored candidates kept a picture, beside the whole image"
    )
    batch: int = Field(ge=1, le=4096, description="crops that the network sees at once")

    @model_validator(mode="after")
    def _room_for_the_box(self) -> "Fc7Settings":
        if 2 * self.context >= self.size:
            raise ValueError(
                f"context {self.context} leaves no room for the box in a crop of {self.size} px;"
                f" give at most {(self.size - 1) // 2}"
            )
        return self
