"""docs/results.md: the studies of several configs on one page."""

import re
from collections.abc import Sequence

# A study begins with its title, the only heading of this level in it.
STUDY = re.compile(r"^(?=## )", re.MULTILINE)


def joined(head: str, page: str, studies: Sequence[str]) -> str:
    """The page after a run: its head, then the studies, each below its title.

    A study in `page`, the text before, stays where it is if no new one has its title, for a rerun
    of one config must not lose the others' numbers. Studies with new titles come last.
    """
    _, *old = STUDY.split(page)
    found = {_title(study): study for study in [*old, *studies]}
    return "\n\n".join(text.strip() for text in [head, *found.values()]) + "\n"


def _title(study: str) -> str:
    return study.strip().split("\n", 1)[0]
