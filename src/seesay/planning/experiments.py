"""Experiments: their settings, and their one order in rules, tables and pages."""

from collections.abc import Iterable, Mapping
from typing import Any

FIRST = ("paper", "base", "best")


def ordered(names: Iterable[str]) -> list[str]:
    """Names in the given order, without repeats, after those in FIRST.

    >>> ordered(["wide", "best", "another", "paper"])
    ['paper', 'best', 'wide', 'another']
    """
    given = dict.fromkeys(names)
    return [*(name for name in FIRST if name in given), *(n for n in given if n not in FIRST)]


def section(config: Mapping[str, Any], experiment: str, name: str) -> dict[str, Any]:
    """A section of the config with the experiment's overrides; empty if the config lacks it.

    `config` is the whole config with its defaults, as JSON.

    >>> config = {"experiments": {"wide": {"logmel": {"frames": 99}}}, "logmel": {"frames": 71}}
    >>> section(config, "wide", "logmel"), section(config, "paper", "logmel")
    ({'frames': 99}, {'frames': 71})
    """
    override = (config["experiments"].get(experiment) or {}).get(name) or {}
    return {**(config.get(name) or {}), **override}
