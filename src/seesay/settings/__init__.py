"""The base of every stage's settings model."""

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Settings of a stage: frozen, every field described, unknown keys forbidden."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
