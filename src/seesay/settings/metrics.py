"""Settings of the stage metrics."""

from pydantic import Field

from seesay.settings import Seed, Settings

MOST_RESAMPLES = 20_000  # more takes memory and narrows no interval


class MetricsSettings(Settings):
    """How intervals are computed."""

    resamples: int = Field(
        default=1000,
        ge=1,
        le=MOST_RESAMPLES,
        description="bootstrap resamples for each 95 % interval, of test pictures, or of human"
        " words and talkers",
    )
    seed: Seed = Field(default=0, description="seed of the resamples, shared by all systems")
