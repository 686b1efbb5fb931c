"""Settings of the stage fc7."""

from typing import Annotated

from pydantic import Field, model_validator

from seesay.settings import Settings, UserPath
from seesay.settings.choice import Choice, Choices, about, chosen
from seesay.settings.facts import Network


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


NETWORKS = "seesay.vision.networks"


class Fc7Networks(Fc7Settings):
    """How regions become features, of one network or of several.

    The section of a config. With one network it is equal to `Fc7Settings`, which the stage reads:
    no result of one network depends on this class.
    """

    network: Annotated[str | tuple[str, ...], Choices(NETWORKS)] = Field(  # type: ignore[assignment]
        default="efficientnet_lite0",
        description="image network, a module of seesay.vision.networks; its ABOUT says how many"
        " numbers it gives a region. A list of networks: their features side by side, each"
        " network's divided by the root of their mean square; the first network's scores choose the"
        " boxes",
    )

    @model_validator(mode="after")
    def _network_takes_the_size(self) -> "Fc7Networks":
        for name, facts in zip(self.networks, self.facts, strict=True):
            least, most, step = facts.sides
            if not least <= self.size <= most or self.size % step:
                multiples = f", a multiple of {step}" if step > 1 else ""
                raise ValueError(
                    f"{name} takes a size of {least} to {most} px{multiples}; got {self.size}"
                )
        return self

    @model_validator(mode="after")
    def _weights_of_all(self) -> "Fc7Networks":
        if len(self.networks) > 1 and self.weights not in ("DEFAULT", "random"):
            raise ValueError(
                f"weights: {self.weights} is a file of one network; give DEFAULT, or one network"
            )
        return self

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks, of which there may be one."""
        return (self.network,) if isinstance(self.network, str) else self.network

    @property
    def facts(self) -> list[Network]:
        """What each network says about itself."""
        return [about(NETWORKS, name) for name in self.networks]

    @property
    def width(self) -> int:
        """Numbers in a feature vector."""
        return sum(facts.width for facts in self.facts)

    @property
    def memory(self) -> int:
        """MB that a job needs: networks compute one after the other."""
        return max(facts.memory for facts in self.facts)

    def each(self) -> list[Fc7Settings]:
        """The settings of each network alone."""
        given = self.model_dump()
        return [Fc7Settings.model_validate(given | {"network": name}) for name in self.networks]
