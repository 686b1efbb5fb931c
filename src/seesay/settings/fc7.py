"""Settings of the stage fc7."""

from typing import Annotated

from pydantic import Field, model_validator

from seesay.settings import Settings, UserPath
from seesay.settings.choice import Choice, chosen


class Fc7Settings(Settings):
    """How regions become features, and how many stay."""

    network: Annotated[str, Choice("seesay.vision.networks")] = Field(
        default="efficientnet_lite0",
        description="image network, a module of seesay.vision.networks; its ABOUT says how many"
        " numbers it gives a region",
    )
    weights: UserPath = Field(
        default="DEFAULT",
        description="DEFAULT: the network's published weights, from a package or torch hub's"
        " checkpoint folder; random: untrained, only for tests; or the path of a state dict",
    )
    size: int = Field(
        default=128,
        ge=64,
        le=1600,
        description="side of the warped crop, in px (R-CNN: 227; torchvision: 224); for a"
        " network that sees whole pictures (fasterrcnn), their short side (torchvision: 800)",
    )
    context: int = Field(
        default=9,
        ge=0,
        description="border around the box in the warped crop, in px (R-CNN: 16 at a size of"
        " 227); less than half the size; the whole picture and fasterrcnn have no border",
    )
    nms: float = Field(
        default=1,
        gt=0,
        le=1,
        description="drops a box if its intersection over union with the whole picture, or with a"
        " kept box of a higher score, is above this; 1 keeps all",
    )
    regions: int = Field(
        default=19,
        ge=0,
        description="number of boxes kept, those with the highest scores, besides the whole"
        " picture",
    )
    batch: int = Field(
        default=64,
        ge=1,
        le=4096,
        description="crops in a batch of the network; fasterrcnn always takes one picture",
    )

    @model_validator(mode="after")
    def _network_takes_the_size(self) -> "Fc7Settings":
        least, most, step = chosen(self, "network").sides
        if not least <= self.size <= most or self.size % step:
            multiples = f", a multiple of {step}" if step > 1 else ""
            raise ValueError(
                f"{self.network} takes a size of {least} to {most} px{multiples}; got {self.size}"
            )
        return self

    @model_validator(mode="after")
    def _room_for_the_box(self) -> "Fc7Settings":
        if 2 * self.context >= self.size:
            raise ValueError(
                f"context {self.context} leaves no room for the box in a crop of {self.size} px;"
                f" give at most {(self.size - 1) // 2}"
            )
        return self
