"""Settings of the stage metrics."""

from pydantic import Field

from seesay.settings import Settings


class MetricsSettings(Settings):
    """How the intervals around the metrics are made."""

    resamples: int = Field(
        ge=1, description="bootstrap resamples of the test images behind each 95 % interval"
    )
    seed: int = Field(ge=0, description="seed of the resamples, which all systems share")
