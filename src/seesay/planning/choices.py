"""Finds the modules that a config chooses, by the marks of its settings (`settings.choice`).

The Snakefile imports this module, so it imports none of those that are chosen.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from seesay.planning.config import VARIED, Config
from seesay.settings import choice
from seesay.settings.choice import Choice, marks
from seesay.settings.corpora import Corpus

READERS = "seesay.corpora"  # a reader may also be a user's own, so its field has no mark


def of_experiment(config: Config, experiment: str | None) -> frozenset[str]:
    """Modules that a config chooses for an experiment; None: for no experiment in particular.

    Includes those of the control `text`, whose recipe derives from the training's.
    """
    sections = {name: getattr(config, name) for name in Config.model_fields}
    if experiment is not None:
        sections |= {stage: config.section_of(experiment, stage) for stage in VARIED}
    found = modules([*sections.values(), sections["training"].reading()])
    return frozenset(found)


def of_all(config: Config) -> frozenset[str]:
    """Modules that a config chooses in sections that experiments cannot change."""
    sections = [getattr(config, name) for name in Config.model_fields if name not in VARIED]
    return frozenset(modules(sections))


def of_any(config: Config) -> frozenset[str]:
    """Modules that a config chooses for any of its experiments."""
    return frozenset().union(*(of_experiment(config, name) for name in config.trained))


def modules(value: Any) -> Iterator[str]:
    """Modules that settings choose, also within lists and nested sections."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from modules(each)
    if not isinstance(value, BaseModel):
        return
    if isinstance(value, Corpus) and value.reader in choice.names(READERS):
        yield f"{READERS}.{value.reader}"
    for name, field in type(value).model_fields.items():
        given = getattr(value, name)
        yield from modules(given)
        for mark in marks(field):
            if isinstance(mark, Choice):
                names = given if isinstance(given, tuple) else (given,)
                yield from (f"{mark.package}.{each}" for each in names)
            elif mark.when(given):
                yield mark.module
