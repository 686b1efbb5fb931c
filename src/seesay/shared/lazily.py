"""Packages that offer functions of their modules, and import a module only when one is used."""

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def lazily(
    package: str, functions: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a package (PEP 562): completion shows its functions alone.

    `functions` maps each name to the module in which it is defined. A name must not be that of a
    module of the package: importing the module would put it in the function's place. Stages import
    functions from where they are defined, since code stamps follow these imports alone.
    """

    def get(name: str) -> Any:
        if name not in functions:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(functions[name]), name)

    def names() -> list[str]:
        own = [name for name in vars(sys.modules[package]) if name.startswith("__")]
        return sorted({*own, *functions})

    return get, names
