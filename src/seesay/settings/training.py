"""Settings of the stage training."""

from typing import Literal

from pydantic import Field

from seesay.settings.network import NetworkSettings


class TrainingSettings(NetworkSettings):
    """The network's shape and the recipe of the paper's section 3."""

    standardise: Literal["train", "none"] = Field(
        description="what the features are standardised with: the training set's means and "
        "deviations, or none: raw, as in the authors' code"
    )
    reduction: Literal["mean", "sum"] = Field(description="of the loss over a batch's pairs")
    negatives: Literal["tokens", "types"] = Field(
        description="what a different pair may not be: a token used for the picture (paper), or "
        "any token of a type used for the picture"
    )
    rho: float = Field(ge=0, lt=1, description="Adadelta's decay; paper: 0.95")
    eps: float = Field(gt=0, description="Adadelta's epsilon; paper: 1e-6; depends on reduction")
    l2: float = Field(ge=0, description="lambda of the L2 term lambda ||theta||^2; paper: 1e-4")
    max_norm: float = Field(gt=0, description="largest norm of a unit's incoming weights; paper: 6")
    max_epochs: int = Field(ge=1, description="epochs at most")
    patience: int = Field(
        ge=1, description="epochs without a better validation loss before training stops"
    )
