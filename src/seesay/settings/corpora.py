"""One entry of a list of corpora: the folder, its reader and its name."""

from typing import Any

from pydantic import Field

from seesay.settings import Settings, UserPath, alike


class Corpus(Settings):
    """A corpus: its folder, its reader, and the name that keeps its ids apart.

    Ids of a corpus with a name are `name/` and the reader's own id; without a name they are the
    reader's own. A second corpus therefore gets a name, and the ids of the first stay.
    """

    name: str = Field(
        default="",
        max_length=64,
        pattern=r"^[A-Za-z0-9_.-]*$",
        description="prefix of the ids, followed by /; empty: no prefix. Only one entry of a list"
        " may have no name",
    )
    reader: str = Field(
        min_length=1,
        description="reader of the layout: the name of one of seesay's readers, a dotted module,"
        " or a path ending in .py",
    )
    path: UserPath = Field(description="folder of the corpus")
    options: dict[str, Any] = Field(default={}, description="options of the reader")

    def under(self, own: str) -> str:
        """The id of a reader, with the corpus's name before it."""
        return f"{self.name}/{own}" if self.name else own


def check_names(corpora: tuple[Corpus, ...]) -> None:
    """Raise ValueError if two entries share a name, or two have none."""
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
