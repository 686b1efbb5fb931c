"""One entry of a list of corpora: which folder is read, by which reader, under which name."""

from typing import Any

from pydantic import Field

from seesay.settings import Settings, UserPath, alike


class Corpus(Settings):
    """A corpus: its folder, its reader, and the name that keeps its ids apart from others'.

    Ids of a corpus with a name are `name/` and the reader's own id; without one they are the
    reader's own. So a second corpus is added under a name, and the ids of the first stay.
    """

    name: str = Field(
        default="",
        max_length=64,
        pattern=r"^[A-Za-z0-9_.-]*$",
        description="put before the ids, with a /; empty for the ids as they are; one entry may"
        " have none",
    )
    reader: str = Field(
        min_length=1,
        description="layout of the corpus: one of ours, a dotted module, or a path ending in .py",
    )
    path: UserPath = Field(description="folder of the corpus")
    options: dict[str, Any] = Field(default={}, description="what the reader wants to be told")

    def under(self, own: str) -> str:
        """A reader's own id, as it is called where several corpora are read."""
        return f"{self.name}/{own}" if self.name else own


def check_names(corpora: tuple[Corpus, ...]) -> None:
    """Raise ValueError where two entries have the same name, or none."""
    names = [corpus.name for corpus in corpora]
    for name in sorted(set(names)):
        if names.count(name) > 1:
            shown = f"the name {name!r}" if name else "no name"
            raise ValueError(f"{names.count(name)} corpora have {shown}; names keep ids apart")
    if alike(names):
        raise ValueError(
            f"the corpora {' and '.join(alike(names))} differ in capitals alone; names keep ids"
            " apart"
        )
