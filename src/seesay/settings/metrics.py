"""Settings of the stage metrics."""

from pydantic import Field

from seesay.settings import Seed, Settings

MOST_RESAMPLES = 20_000  # more would be memory, and no narrower an interval


class MetricsSettings(Settings):
    """How the intervals around the metrics are made."""

    resamples: int = Field(
        default=1000,
        ge=1,
        le=MOST_RESAMPLES,
        description="bootstrap resamples of the test images, or of human words and talkers, behind"
        " each 95 % interval",
    )
    seed: Seed = Field(default=0, description="seed of the resamples, which all systems share")
