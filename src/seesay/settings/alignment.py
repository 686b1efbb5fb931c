"""Settings of the stage alignment."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from seesay.settings import Settings, UserPath
from seesay.settings.corpora import Corpus, check_names


class AlignmentSettings(Settings):
    """The recordings to align with their transcripts, and how."""

    YOUNGER: ClassVar[tuple[str, ...]] = ("corpora",)

    path: UserPath | None = Field(
        default=None,
        description="folder of recordings, with transcripts.tsv or a .txt beside each file; null"
        " with corpora",
    )
    corpora: tuple[Corpus, ...] = Field(
        default=(),
        description="in place of path: corpora of recordings without word times, with entries as in"
        " speech.corpora. What a recording says is its text, or the caption of the run that it"
        " says; recordings of captions of other pictures are left out",
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

    @model_validator(mode="after")
    def _one_source(self) -> "AlignmentSettings":
        if (self.path is None) == (not self.corpora):
            both = (
                "path and corpora are both given" if self.corpora else "there is nothing to align"
            )
            raise ValueError(f"{both}; give path, or corpora")
        check_names(self.corpora)
        return self
