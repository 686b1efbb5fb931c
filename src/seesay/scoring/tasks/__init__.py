"""The tasks of `evaluation.tasks`: one module each, chosen by its name.

A module has ABOUT, what it measures as pages show it (`seesay.scoring.names.Task`), and either
`rank(asked) -> DataFrame`, rows of the table RANKS as `seesay.scoring.asked.search` makes them, or
`score(corpus, spoken_words, settings) -> DataFrame`, rows of the table ABX. GALLERIES, where it is
there, replaces `evaluation.galleries`.
"""

from importlib import import_module
from types import ModuleType


def load(name: str) -> ModuleType:
    """The module of a task."""
    return import_module(f"{__name__}.{name}")
