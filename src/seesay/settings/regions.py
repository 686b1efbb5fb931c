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
        description="what proposes the boxes, a module of seesay.vision.proposals",
    )
    mode: Literal["fast", "quality"] = Field(
        default="fast",
        description="colour spaces and scales of selective_search: few (fast) or many (quality)",
    )
    k: Annotated[tuple[Scale, ...], Field(min_length=1)] | None = Field(
        default=None,
        description="scales of selective_search's first segments; a smaller k gives more and"
        " smaller ones; null: those of OpenCV's mode (fast: 150, 300, 450; quality: 150 to 750 in"
        " steps of 150)",
    )
    sigma: float = Field(
        default=0.8, gt=0, le=10, description="blur before selective_search, in px"
    )
    min_size: Scale | Literal["k"] = Field(
        default=100,
        description="least first segment of selective_search, in px; k: equal to its scale",
    )
    weights: UserPath = Field(
        default="DEFAULT",
        description="weights of the network that proposes (rpn), as fc7.weights; other methods do"
        " not read them",
    )
    side: int = Field(
        default=224,
        ge=32,
        le=4096,
        description="scales larger pictures down to this long side, in px, for selective_search"
        " and edge_boxes; rpn scales every picture to this short side (torchvision: 800); the"
        " grid ignores it",
    )
    min_area: float = Field(
        default=0.02, ge=0, lt=1, description="least area of a box, as a share of the picture's"
    )
    nms: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="drops a box whose intersection over union with an earlier kept one, or with"
        " the whole image, is above this; 1 keeps all. Earlier means likelier for rpn and"
        " edge_boxes, larger for selective_search",
    )
    candidates: int = Field(
        default=40, ge=1, le=10000, description="most boxes a picture, besides the whole image"
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        default="reject",
        description="reject a picture that cannot be used, or end the run (fail)",
    )
