"""Checks a config file as text, for faults that YAML accepts silently.

Snakemake reads config files before any code here runs. It keeps the last of repeated keys, and
follows anchors to any depth. So this module reads the files once more.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from seesay.shared import unrepeated
from seesay.shared.errors import InputError

LARGEST = 100_000  # values, with all that aliases repeat


def read(path: Path) -> dict[str, Any]:
    """The sections of a config file, YAML or JSON.

    Raises InputError, in one line, if the file is missing, is no YAML or no mapping, repeats a key,
    has an alias within its own anchor, or aliases that expand too far.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; give the path of a config file") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not YAML ({error}); correct it") from error
    try:
        # As Snakemake reads it. YAML has nearly all of JSON: it takes no tabs between its parts.
        values = unrepeated.loads(text)
    except unrepeated.RepeatedError as error:
        raise InputError(f"{path}: {error}; drop one") from None
    except (ValueError, RecursionError):
        values = _yaml(text, path)
    if not isinstance(values, dict):
        raise InputError(f"{path}: has no sections; begin with a copy of config/config.yaml")
    return values


def _yaml(text: str, path: Path) -> Any:
    try:
        root = yaml.compose(text, yaml.SafeLoader)
        if root is not None:
            _size(root, path, {}, set())
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        # The reason alone where a character cannot be read: the whole message has two lines.
        cause = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        raise InputError(f"{path}: {line}not YAML ({cause}); correct it") from error
    except ValueError as error:
        # A date such as 2024-13-45.
        raise InputError(f"{path}: not YAML ({error}); put the value in quotes") from error
    except RecursionError:
        raise InputError(f"{path}: sections within sections without end; correct it") from None


def look_through(paths: Iterable[str | Path]) -> None:
    """Raise InputError if a file that Snakemake has read has such a fault.

    Skips what a shell's <(...) gives: it can be read only once.
    """
    for path in map(Path, paths):
        if path.is_file():
            read(path)


def refuse_blocked(results: Path) -> None:
    """Raise InputError if a file has the name of the results' folder or of a folder above it."""
    for path in (results, *results.parents):
        if path.exists():
            if not path.is_dir():
                raise InputError(f"config: results: {path} is a file; name a folder")
            return


def refuse_odd(key: str, value: Any) -> None:
    """Raise InputError for YAML's types that a config lacks: dates, sets, endless sections."""
    if key.count(".") > 20:
        raise InputError(f"config: {key}: sections within sections without end; correct it")
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse_halves(str(name), f"config: {key}: the key")
            refuse_odd(f"{key}.{name}" if key else str(name), inner)
            if isinstance(name, tuple | date):
                raise InputError(f"config: {key}: the key {name} is no text; put it in quotes")
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            refuse_odd(f"{key}.{place}", inner)
    elif isinstance(value, str):
        _refuse_halves(value, f"config: {key}")
    elif value is not None and not isinstance(value, str | int | float):
        raise InputError(
            f"config: {key}: {value} is a {type(value).__name__} in YAML; put the value in quotes"
        )


def _refuse_halves(text: str, where: str) -> None:
    """Raise InputError for half a surrogate pair, which YAML's escapes can write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        shown = ascii(text[:80])
        raise InputError(f"{where} {shown} holds half a character; write it out") from None


def _size(node: yaml.Node, path: Path, sizes: dict[int, int], above: set[int]) -> int:
    """How many values a node holds, aliases expanded; InputError for an invalid one.

    `sizes` has the size of each visited node by its id, `above` the nodes around this one.
    """
    line = node.start_mark.line + 1
    if id(node) in above:
        raise InputError(f"{path}: line {line}: an alias within its own anchor; write it out")
    if id(node) not in sizes:
        inner: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            _refuse_repeats(node, path)
            inner = [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            inner = node.value
        found = above | {id(node)}
        sizes[id(node)] = 1 + sum(_size(each, path, sizes, found) for each in inner)
        if sizes[id(node)] > LARGEST:
            raise InputError(
                f"{path}: line {line}: aliases make more than {LARGEST:,} values of it; write out"
                " what is meant"
            )
    return sizes[id(node)]


def _refuse_repeats(node: yaml.MappingNode, path: Path) -> None:
    seen: dict[tuple[str, str], int] = {}
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode):
            line, name = key.start_mark.line + 1, (key.tag, key.value)
            if name in seen:
                raise InputError(
                    f"{path}: line {line}: the key {key.value} is given twice, first in line"
                    f" {seen[name]}; drop one"
                )
            seen[name] = line
