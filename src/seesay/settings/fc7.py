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
        description="DEFAULT: the network's published weights, carried by a package or in torch"
        " hub's checkpoint folder; random: untrained, for tests alone; or the path of a state dict",
    )
    size: int = Field(
        default=128,
        ge=64,
        le=1600,
        description="side of the warped crop, in px (R-CNN: 227; torchvision: 224); fasterrcnn:"
        " short side of the scaled picture (torchvision: 800)",
    )
    context: int = Field(
        default=9,
        ge=0,
        description="border of the warped crop around the box, in px (R-CNN: 16 at a size of"
        " 227); less than half the size; none for the whole image or for fasterrcnn",
    )
    nms: float = Field(
        default=1,
        gt=0,
        le=1,
        description="drops a region whose intersection over union with a better scored one that"
        " stays, or with the whole image, is above this; 1 keeps all",
    )
    regions: int = Field(
        default=19,
        ge=0,
        description="best scored candidates that stay, besides the whole image",
    )
    batch: int = Field(
        default=64,
        ge=1,
        le=4096,
        description="crops that the network sees at once; fasterrcnn always sees one picture",
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
