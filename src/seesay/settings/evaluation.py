"""Settings of the stage evaluation."""

from typing import Literal

from pydantic import Field, field_validator

from seesay.settings import Settings


class EvaluationSettings(Settings):
    """What the test queries are searched in."""

    galleries: tuple[Literal["test", "all"], ...] = Field(
        min_length=1,
        description="test: fragments and tokens of the test pictures; all: of the whole corpus",
    )
    legacy: bool = Field(
        default=False,
        description="also evaluate as the authors' code did, in tables of its own: standardised "
        "with the test set's statistics, counting strictly better items alone",
    )

    @field_validator("galleries")
    @classmethod
    def _distinct(cls, galleries: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(galleries)) < len(galleries):
            raise ValueError("a gallery is named twice")
        return galleries
