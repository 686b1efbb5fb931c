"""Settings of the stage regions."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from seesay.settings import Settings, UserPath
from seesay.settings.choice import Choice

Scale = Annotated[int, Field(ge=1, le=10_000)]


class RegionsSettings(Settings):
    """How the candidate boxes of a picture are made."""

    YOUNGER: ClassVar[tuple[str, ...]] = ("k", "sigma", "min_size")

    proposals: Annotated[str, Choice("seesay.vision.proposals")] = Field(
        default="selective_search",
        description="method that proposes boxes, a module of seesay.vision.proposals",
    )
    mode: Literal["fast", "quality"] = Field(
        default="fast",
        description="colour spaces and scales of selective_search: few (fast) or many (quality)",
    )
    k: Annotated[tuple[Scale, ...], Field(min_length=1)] | None = Field(
        default=None,
        description="scales of the initial segments of selective_search; a smaller k gives more"
        " and smaller segments; null: those of OpenCV's mode (fast: 150, 300, 450; quality: 150"
        " to 750 in steps of 150)",
    )
    sigma: float = Field(
        default=0.8, gt=0, le=10, description="blur before selective_search, in px"
    )
    min_size: Scale | Literal["k"] = Field(
        default=100,
        description="smallest initial segment of selective_search, in px; k: as many px as its"
        " scale",
    )
    weights: UserPath = Field(
        default="DEFAULT",
        description="weights of the method's network, as fc7.weights; methods without a network"
        " ignore it",
    )
    side: int = Field(
        default=224,
        ge=32,
        le=4096,
        description="scales larger pictures down to this long side, in px, before the search; rpn"
        " scales every picture to this short side (torchvision: 800); methods that look at no"
        " pixels, such as grid, ignore it",
    )
    min_area: float = Field(
        default=0.02,
        ge=0,
        lt=1,
        description="smallest area of a box, as a share of the picture's area",
    )
    nms: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="drops a box if its intersection over union with the whole picture, or with a"
        " box kept before, is above this; 1 keeps all. Starts with the method's first"
        " box, mostly the likeliest; if a method has no order (selective_search), with the largest",
    )
    candidates: int = Field(
        default=40,
        ge=1,
        le=10000,
        description="largest number of boxes a picture, besides the whole picture",
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        default="reject",
        description="reject a picture that cannot be used, or end the run (fail)",
    )
