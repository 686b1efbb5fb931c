"""Settings of the stage speech."""

from typing import Literal

from pydantic import Field

from seesay.settings import Settings


class SpeechSettings(Settings):
    """Which speech is read, and how."""

    reader: Literal["lucid"] = Field(description="layout of the corpus")
    path: str | None = Field(
        description="folder of the corpus; null reads what the section synthesis generates"
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        description="a bad row or file: put it into the rejects, or end the run"
    )
