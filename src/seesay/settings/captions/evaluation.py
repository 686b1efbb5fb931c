"""Settings of the evaluation of networks that hear whole captions."""

from typing import Annotated, Literal

from pydantic import Field

from seesay.settings.captions import whole
from seesay.settings.choice import Loads
from seesay.settings.evaluation import EvaluationSettings


class CaptionEvaluation(EvaluationSettings):
    """The settings of the stage evaluation, and how the scores of whole captions are pooled."""

    unit: Annotated[
        Literal["caption"],
        Loads("seesay.scoring.captions.moments", whole),
        Loads("seesay.exhibits.listen_captions", whole),
    ] = Field(default="caption", description="training.unit")
    caption_pooling: Literal["sisa", "misa", "sima", "logsumexp"] = Field(
        description="training.caption_pooling"
    )
    temperature: float = Field(gt=0, description="training.temperature")
