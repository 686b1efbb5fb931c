"""Settings of the stage metrics."""

from typing import Annotated

from pydantic import AfterValidator, Field

from seesay.settings import Seed, Settings

# A standard error from n resamples has n - 1 degrees of freedom: with 50, a 95 % interval still
# covers 94.4 %, with 20 only 93.5 % (Efron & Tibshirani 1993, section 6.4: 50 are often enough).
FEWEST_RESAMPLES = 50
MOST_RESAMPLES = 20_000  # more takes memory and narrows no interval


def _enough(resamples: int) -> int:
    if resamples < FEWEST_RESAMPLES:
        raise ValueError(
            f"a 95 % interval needs {FEWEST_RESAMPLES} resamples or more, for the error from fewer"
            " is itself too uncertain"
        )
    return resamples


class MetricsSettings(Settings):
    """How intervals are computed."""

    resamples: Annotated[int, AfterValidator(_enough)] = Field(
        default=1000,
        le=MOST_RESAMPLES,
        description="bootstrap resamples for each 95 % interval, of test pictures, or of human"
        " words and talkers",
        json_schema_extra={"minimum": FEWEST_RESAMPLES},
    )
    seed: Seed = Field(default=0, description="seed of the resamples, shared by all systems")
