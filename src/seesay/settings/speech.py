"""Settings of the stage speech."""

import re
from typing import Literal

from pydantic import Field, field_validator

from seesay.settings import Settings
from seesay.settings.corpora import Corpus, check_names


class SpeechSettings(Settings):
    """The word-aligned speech."""

    corpora: tuple[Corpus, ...] = Field(
        default=(),
        description="the corpora; empty: the speech of the section synthesis or alignment",
    )
    exclude: tuple[re.Pattern[str], ...] = Field(
        default=(),
        description="talkers and recordings to leave out: regular expressions, each of which must"
        " match a whole id",
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        default="reject", description="reject a bad row or file, or end the run (fail)"
    )

    @field_validator("corpora")
    @classmethod
    def _apart(cls, corpora: tuple[Corpus, ...]) -> tuple[Corpus, ...]:
        check_names(corpora)
        return corpora
