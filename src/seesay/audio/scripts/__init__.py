"""What synthetic talkers say, one kind a module; the config names one (`synthesis.script`)."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

import pandas as pd

from seesay.settings.choice import load
from seesay.settings.synthesis import SynthesisSettings
from seesay.shared.columns import Table

Rows = list[list[Any]]  # filename, onset and offset (s from the file's start), word


@dataclass(frozen=True)
class Talk:
    """What a talker says: sentences, each a list of words.

    `names` are the files of the sentences, below the folder of the speech; if empty, sentences
    share files, named after the talker. `says` has the picture and the number of the caption that
    each sentence is, if they are captions ("" and None for a sentence that is none).
    """

    script: list[list[str]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    says: list[tuple[str, int | None]] = field(default_factory=list)


class Script(Protocol):
    """A kind of script.

    Attributes:
        TABLE: The table that it is made from.
        NOTICE: A text about the speech; `{engines}` stands for the synthesisers.
    """

    TABLE: Table
    NOTICE: str

    def talks(self, table: pd.DataFrame, settings: SynthesisSettings) -> dict[str, Talk]:
        """What each talker says who says anything."""
        ...

    def write_tables(
        self, folder: Path, talks: list[Talk], rows: list[Rows], types: list[dict[str, str]]
    ) -> None:
        """Write the word times beside the recordings, in the layout that `ABOUT` names.

        For each talk, `rows` are its words, and `types` the transcriptions of its word types.
        """
        ...


def find(script: str) -> Script:
    """The kind of script of this name."""
    return cast(Script, load(__name__, script))
