"""Settings of the stage regions."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from seesay.settings import Settings, UserPath

Scale = Annotated[int, Field(ge=1, le=10_000)]


class RegionsSettings(Settings):
    """Which boxes of a picture are candidates."""

    YOUNGER: ClassVar[tuple[str, ...]] = ("k", "sigma", "min_size")

    proposals: Literal["selective_search", "rpn", "edge_boxes", "grid"] = Field(
        default="selective_search",
        description="what proposes the boxes: selective_search (segments that grow together), rpn"
        " (the region proposal network of torchvision's Faster R-CNN), edge_boxes (whole"
        " contours), grid (the same boxes in every picture)",
    )
    mode: Literal["fast", "quality"] = Field(
        default="fast",
        description="selective search with few (fast) or many (quality) colour spaces and scales;"
        " the others do not read it",
    )
    k: Annotated[tuple[Scale, ...], Field(min_length=1)] | None = Field(
        default=None,
        description="scales at which selective_search cuts a picture into its first segments, more"
        " and smaller ones with a smaller k; null: those of OpenCV's mode (fast: 150, 300, 450;"
        " quality: 150 to 750 in steps of 150)",
    )
    sigma: float = Field(
        default=0.8, gt=0, le=10, description="how far the picture is blurred before, in px"
    )
    min_size: Scale | Literal["k"] = Field(
        default=100, description="least size of a first segment, in px; k: that of its scale"
    )
    weights: UserPath = Field(
        default="DEFAULT",
        description="weights of rpn: DEFAULT (trained on COCO; torchvision's file in torch hub's"
        " checkpoint folder), random (for tests alone), or the path of a state dict; the others"
        " do not read it",
    )
    side: int = Field(
        default=224,
        ge=32,
        le=4096,
        description="selective_search and edge_boxes see larger pictures scaled down to this long"
        " side, in px; rpn sees every picture scaled to this short side (torchvision: 800); the"
        " grid has none",
    )
    min_area: float = Field(
        default=0.02, ge=0, lt=1, description="least area of a box, as a share of the picture's"
    )
    nms: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="a box whose intersection over union with an earlier kept one, or with the"
        " whole image, is above this is dropped; 1 keeps all (earlier: a likelier one of rpn and"
        " edge_boxes, a larger one of selective_search)",
    )
    candidates: int = Field(
        default=40, ge=1, le=10000, description="most boxes a picture, beside the whole image"
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        default="reject",
        description="a picture that cannot be used: leave it out and report it, or end the run",
    )
