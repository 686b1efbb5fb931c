"""Settings of the network."""

from typing import Annotated

from pydantic import Field

from seesay.settings import Settings

Widths = tuple[Annotated[int, Field(ge=1, le=65536)], ...]


class NetworkSettings(Settings):
    """The shape of the network and how its weights start."""

    embedding: int = Field(ge=2, le=4096, description="d, numbers in an embedding; paper: 200")
    image_layers: Widths = Field(
        description="widths of the image branch's hidden layers; paper: none"
    )
    speech_layers: Widths = Field(
        description="widths of the speech branch's hidden layers; paper: 1024, 1024, 1024"
    )
    relu_cap: float = Field(
        gt=0, description="activations are cut at this value; the authors' code: 6"
    )
    init_gain: float = Field(
        gt=0, description="factor on Glorot-uniform weights; the authors' code: 4"
    )
