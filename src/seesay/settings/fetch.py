"""Settings of the stage fetch."""

from pydantic import Field

from seesay.settings import Settings


class FetchSettings(Settings):
    """What `snakemake fetch` may download, and how often it tries; no other stage reads it."""

    pascal1k: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s]+$",
        description="address of the Pascal1K page; its pictures go into the folder of the corpus"
        " with the reader pascal1k. null: fetches no pictures",
    )
    timeout: float = Field(
        default=30, gt=0, le=3600, description="ends a connection after this many s without a byte"
    )
    attempts: int = Field(default=5, ge=1, le=100, description="most attempts for a file")
    pause: float = Field(
        default=2,
        ge=0,
        le=600,
        description="s before the second attempt; doubles before each further one, up to a minute"
        " (or to itself, if longer)",
    )
