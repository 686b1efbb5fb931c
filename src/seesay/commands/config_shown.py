"""`seesay config`: the whole effective config, and where each value comes from."""

import argparse
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from seesay.planning.config import load
from seesay.planning.origins import merged
from seesay.shared.printable import printable

DEFAULT = "default"
WIDTH = 100


def show(arguments: argparse.Namespace) -> None:
    """Print every key with its value and, as a comment, its origin; it is YAML that runs alike."""
    files = [Path(path) for path in arguments.files]
    values, origins = merged(files, arguments.config)
    config = load(values, files, whole=False)
    shown = config.model_dump(mode="json")
    # Of an experiment only what it overrides.
    shown["experiments"] = {
        name: experiment.model_dump(mode="json", exclude_unset=True)
        for name, experiment in config.experiments.items()
    }
    described = config if arguments.explain else None
    print("\n".join(_lines(shown, origins, described)))


def _lines(
    values: dict[str, Any], origins: Any, described: BaseModel | None, indent: str = ""
) -> Iterator[str]:
    """A mapping as lines of YAML, below comments that explain the keys of `described`."""
    for key, value in values.items():
        origin = origins.get(key, DEFAULT) if isinstance(origins, dict) else origins
        comment = "" if isinstance(origin, dict) else f"  # {printable(origin)}"
        if described is not None:
            about = type(described).model_fields[key].description or ""
            yield from textwrap.wrap(
                about, WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# "
            )
        name = f"{indent}{_text(key)}:"
        if isinstance(value, dict) and value:
            inner = getattr(described, key, None)
            yield name
            yield from _lines(
                value, origin, inner if isinstance(inner, BaseModel) else None, f"{indent}  "
            )
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{name}{comment}"
            yield from (f"{indent}  - {_text(item)}" for item in value)
        else:
            yield f"{name} {_text(value)}{comment}"


def _text(value: Any) -> str:
    """A value on one line of YAML."""
    text = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=float("inf")
    )
    return text.removesuffix("\n").removesuffix("\n...")
