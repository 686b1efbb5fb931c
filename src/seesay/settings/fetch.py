"""Settings of the stage fetch."""

from pydantic import Field

from seesay.settings import Settings


class FetchSettings(Settings):
    """What `snakemake fetch` may download, and how patient it is; no other stage reads it."""

    pascal1k: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s]+$",
        description="address of the Pascal1K page, whose pictures go into the folder of the"
        " corpus with the reader pascal1k; null: no pictures are fetched",
    )
    timeout: float = Field(
        default=30, gt=0, le=3600, description="s without a byte after which a connection is dead"
    )
    attempts: int = Field(default=5, ge=1, le=100, description="attempts a file at most")
    pause: float = Field(
        default=2,
        ge=0,
        le=600,
        description="s before the second attempt; twice as long before each further one, and a"
        " minute or itself at most",
    )
