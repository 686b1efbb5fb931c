"""Experiments: their order, one for rules, tables, report, study and compare; their settings."""

from collections.abc import Iterable, Mapping
from typing import Any

FIRST = ("paper", "base", "best")


def ordered(names: Iterable[str]) -> list[str]:
    """Names as they came, without repeats, behind those of FIRST.

    >>> ordered(["wide", "best", "another", "paper"])
    ['paper', 'best', 'wide', 'another']
    """
    given = dict.fromkeys(names)
    return [*(name for name in FIRST if name in given), *(n for n in given if n not in FIRST)]


def section(config: Mapping[str, Any], experiment: str, name: str) -> dict[str, Any]:
    """A section of the config with what the experiment overrides; empty where there is none.

    `config` is the whole config with its defaults, as JSON has it.

    >>> config = {"experiments": {"wide": {"logmel": {"frames": 99}}}, "logmel": {"frames": 71}}
    >>> section(config, "wide", "logmel"), section(config, "paper", "logmel")
    ({'frames': 99}, {'frames': 71})
    """
    override = (config["experiments"].get(experiment) or {}).get(name) or {}
    return {**(config.get(name) or {}), **override}
