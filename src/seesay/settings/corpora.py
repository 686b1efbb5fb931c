"""An entry of a list of corpora, of pictures or of speech."""

from typing import Any

from pydantic import Field

from seesay.settings import Settings


class Corpus(Settings):
    """One corpus: what reads it, where it is, and what goes before its ids."""

    name: str = Field(default="", description="goes before the corpus's ids, as in name/id")
    reader: str = Field(description="layout of the corpus")
    path: str = Field(description="folder of the corpus")
    options: dict[str, Any] = Field(default={}, description="what the reader alone can be told")
