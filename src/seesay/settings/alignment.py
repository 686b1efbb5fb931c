"""Settings of the stage alignment."""

from typing import Literal

from pydantic import Field

from seesay.settings import Settings, UserPath


class AlignmentSettings(Settings):
    """Which recordings are aligned with their transcripts."""

    path: UserPath = Field(
        description="folder of recordings, with transcripts.tsv or a .txt beside each file",
    )
    talker: Literal["folder", "name"] = Field(
        default="folder",
        description="who speaks, where there is no transcripts.tsv: the folder that holds the "
        "file, or the file's name up to its first _ or -",
    )
    dictionary: UserPath | None = Field(
        default=None,
        description="a file of pronunciations besides the English dictionary's, or null",
    )
    beam: float = Field(
        default=1e-80,
        ge=1e-300,
        le=1e-20,
        description="a path this much less likely than the best is given up; with less, more "
        "recordings can be aligned, those too that do not say their transcript",
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        default="reject",
        description="an utterance that cannot be aligned: reject it, or end the run",
    )
