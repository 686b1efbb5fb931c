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
        description="where the talker comes from without transcripts.tsv: the name of the folder"
        " that holds the file (folder), or the file's name up to its first _ or - (name)",
    )
    dictionary: UserPath | None = Field(
        default=None,
        description="a file of pronunciations, added to the English dictionary; null: none",
    )
    beam: float = Field(
        default=1e-80,
        ge=1e-300,
        le=1e-20,
        description="the search drops paths less likely than this share of the best; a smaller"
        " number aligns more recordings, including some that do not match their transcript",
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        default="reject",
        description="reject a recording that cannot be aligned, or end the run (fail)",
    )
