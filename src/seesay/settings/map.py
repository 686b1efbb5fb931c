"""Settings of the stage map."""

from pydantic import Field

from seesay.settings import Seed, Settings


class MapSettings(Settings):
    """How the shared space is drawn on a plane."""

    fragments: int = Field(
        default=2000,
        ge=0,
        le=2000,
        description="most picture fragments of the test split, drawn at random",
    )
    perplexity: float = Field(
        default=30,
        ge=2,
        le=100,
        description="approximate number of neighbours that t-SNE keeps near",
    )
    seed: Seed = Field(default=1, description="seed of the drawn fragments and of t-SNE")
