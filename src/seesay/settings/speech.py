"""Settings of the stage speech."""

import re
from typing import Literal

from pydantic import Field, field_validator

from seesay.settings import Settings
from seesay.settings.corpora import Corpus, check_names


class SpeechSettings(Settings):
    """Which speech is read, and how."""

    corpora: tuple[Corpus, ...] = Field(
        default=(), description="the corpora; empty reads what the section synthesis generates"
    )
    exclude: tuple[re.Pattern[str], ...] = Field(
        default=(),
        description="talkers and recordings that are left out: regular expressions, each of a"
        " whole id",
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        default="reject", description="a bad row or file: put it into the rejects, or end the run"
    )

    @field_validator("corpora")
    @classmethod
    def _apart(cls, corpora: tuple[Corpus, ...]) -> tuple[Corpus, ...]:
        check_names(corpora)
        return corpora
