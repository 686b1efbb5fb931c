"""Settings of the stage fetch."""

from pydantic import Field

from seesay.settings import Settings


class FetchSettings(Settings):
    """What `snakemake fetch` may download, and how often it tries; no other stage reads it."""

    pascal1k: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s]+$",
        description="address of the Pascal1K page; fetch writes its pictures into the folder of"
        " the corpus with the reader pascal1k. null: no pictures",
    )
    timeout: float = Field(
        default=30, gt=0, le=3600, description="a connection ends after this many s without a byte"
    )
    attempts: int = Field(
        default=5, ge=1, le=100, description="largest number of attempts for a file"
    )
    pause: float = Field(
        default=2,
        ge=0,
        le=600,
        description="s before the second attempt; doubles for each further attempt, up to a"
        " minute (or stays, if it is longer)",
    )
