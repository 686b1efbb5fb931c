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


def trained(config: Mapping[str, Any]) -> list[str]:
    """The experiments that the run trains, in their order: all except those of `given`.

    >>> trained({"experiments": {"theirs": {"embeddings": {"pictures": "p.npz"}}, "paper": {}}})
    ['paper']
    """
    return [name for name in ordered(config["experiments"]) if not given(config, name)]


def measured(config: Mapping[str, Any]) -> list[str]:
    """All experiments, the trained ones first: the others are compared with the first.

    >>> measured({"experiments": {"theirs": {"embeddings": {"pictures": "p.npz"}}, "mine": {}}})
    ['mine', 'theirs']
    """
    return [*trained(config), *(n for n in ordered(config["experiments"]) if given(config, n))]


def given(config: Mapping[str, Any], experiment: str) -> dict[str, Any]:
    """The files of embeddings of an experiment that is not trained; empty for any other."""
    return (config["experiments"].get(experiment) or {}).get("embeddings") or {}


def section(config: Mapping[str, Any], experiment: str, name: str) -> dict[str, Any]:
    """A section of the config with the experiment's overrides; empty if the config lacks it.

    `config` is the whole config with its defaults, as JSON.

    >>> config = {"experiments": {"wide": {"logmel": {"frames": 99}}}, "logmel": {"frames": 71}}
    >>> section(config, "wide", "logmel"), section(config, "paper", "logmel")
    ({'frames': 99}, {'frames': 71})
    """
    override = (config["experiments"].get(experiment) or {}).get(name) or {}
    return {**(config.get(name) or {}), **override}


def shown(config: Mapping[str, Any], stage: str) -> list[str]:
    """The experiments whose tables of a stage the report counts and draws.

    They have the config's own settings of it; if none has, those of the first experiment.

    >>> config = {"experiments": {"a": {"logmel": {"frames": 9}}, "b": {}}, "logmel": {"frames": 7}}
    >>> shown(config, "logmel"), shown(config, "fc7")
    (['b'], ['a', 'b'])
    """
    stages = ("regions", "fc7") if stage == "fc7" else (stage,)
    found = {name: [section(config, name, each) for each in stages] for name in trained(config)}
    own = [config.get(each) or {} for each in stages]
    wanted = own if own in found.values() else next(iter(found.values()))
    return [name for name, given in found.items() if given == wanted]
