"""Settings of the stage alignment."""

from typing import Literal

from pydantic import Field

from seesay.settings import Settings, UserPath


class AlignmentSettings(Settings):
    """The recordings to align with their transcripts, and how."""

    path: UserPath = Field(
        description="folder of recordings, with transcripts.tsv or a .txt beside each file",
    )
    talker: Literal["folder", "name"] = Field(
        default="folder",
        description="the talker, without transcripts.tsv: the folder that holds the file, or the"
        " file's name up to its first _ or -",
    )
    dictionary: UserPath | None = Field(
        default=None,
        description="a file of pronunciations, added to the English dictionary; null: none",
    )
    beam: float = Field(
        default=1e-80,
        ge=1e-300,
        le=1e-20,
        description="drops a path this much less likely than the best; a smaller number aligns"
        " more recordings, including some that do not say their transcript",
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        default="reject",
        description="reject an utterance that cannot be aligned, or end the run (fail)",
    )
