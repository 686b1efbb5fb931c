"""Settings of the stage scenes."""

from typing import Annotated

from pydantic import Field, model_validator

from seesay.settings import Seed, Settings

Share = Annotated[float, Field(ge=0.05, le=0.9)]


SIZE_CLASSES = ("small", "medium", "big")


class ScenesSettings(Settings):
    """How the composed scenes look."""

    count: int = Field(default=400, ge=1, le=9999, description="number of scenes")
    size: int = Field(default=256, ge=64, le=1024, description="side of a scene, in px")
    seed: Seed = Field(default=1, description="seed of all random draws")
    least_things: int = Field(
        default=2, ge=2, le=6, description="smallest number of drawings in a scene"
    )
    most_things: int = Field(
        default=4, ge=2, le=6, description="largest number of drawings in a scene"
    )
    small: tuple[Share, Share] = Field(
        default=(0.20, 0.25),
        description="longer side of a small drawing: smallest and largest share of the scene's"
        " side",
    )
    medium: tuple[Share, Share] = Field(
        default=(0.29, 0.37),
        description="longer side of a medium drawing: smallest and largest share of the scene's"
        " side",
    )
    big: tuple[Share, Share] = Field(
        default=(0.44, 0.57),
        description="longer side of a big drawing: smallest and largest share of the scene's side",
    )
    tilt: float = Field(
        default=10, ge=0, le=45, description="largest tilt of a drawing, in degrees"
    )
    overlap: float = Field(
        default=0.08,
        ge=0,
        le=1,
        description="largest share of a drawing's box that another's box may cover",
    )

    @model_validator(mode="after")
    def _ordered(self) -> "ScenesSettings":
        if self.least_things > self.most_things:
            raise ValueError("least_things must not be greater than most_things")
        for name in SIZE_CLASSES:
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"{name} must go from the smaller to the greater share")
        return self
