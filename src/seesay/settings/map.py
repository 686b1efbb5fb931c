"""Settings of the stage map."""

from pydantic import Field

from seesay.settings import Seed, Settings


class MapSettings(Settings):
    """How the embedding space is drawn in two dimensions."""

    fragments: int = Field(
        default=2000,
        ge=0,
        le=2000,
        description="largest number of fragments of test pictures, drawn at random",
    )
    perplexity: float = Field(
        default=30,
        ge=2,
        le=100,
        description="perplexity of t-SNE: about how many neighbours stay close",
    )
    seed: Seed = Field(default=1, description="seed of the drawn fragments and of t-SNE")
