"""Settings whose values choose modules, and what these modules say about themselves.

A field is marked in its annotation: with `Choice`, its value names a module of a package; with
`Loads`, its value decides whether a module is used. Validation, JSON schema, code stamps, memory,
GPUs and weights all read these marks. A package's modules that can be chosen have a constant
`ABOUT` (of a class of `seesay.settings.facts`), which is read from the file's text: importing torch
takes seconds.
"""

import ast
import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

SOURCE = Path(__file__).parents[2]
ABOUT = re.compile(r"^ABOUT = ", re.MULTILINE)


@dataclass(frozen=True)
class Choice:
    """Marks a field whose value names a module of `package`."""

    package: str

    @property
    def names(self) -> tuple[str, ...]:
        """The values that it allows, sorted."""
        return names(self.package)

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Allow the names of the package's modules alone."""
        return core_schema.literal_schema(list(self.names))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The names, each with its title."""
        titles = [about(self.package, name).title for name in self.names]
        return {**handler(schema), "enumDescriptions": titles}


@dataclass(frozen=True)
class Choices(Choice):
    """Marks a field whose value names a module of `package`, or a list of several, none twice."""

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Allow one of the names, or a list of them; a list of one is that name."""

        def checked(value: Any) -> str | tuple[str, ...]:
            given = list(value) if isinstance(value, list | tuple) else [value]
            known = self.names
            if not given or any(name not in known for name in given):
                allowed = f"{', '.join(map(repr, known[:-1]))} or {known[-1]!r}"
                raise PydanticKnownError("literal_error", {"expected": allowed})
            if len(set(given)) < len(given):
                raise ValueError("names one twice; each counts once")
            return tuple(given) if len(given) > 1 else str(given[0])

        return core_schema.no_info_plain_validator_function(checked)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """One name, each with its title, or a list of two or more."""
        one = {"enum": list(self.names), "type": "string"}
        titles = {"enumDescriptions": [about(self.package, name).title for name in self.names]}
        several = {"type": "array", "items": one, "minItems": 2, "uniqueItems": True}
        return {"anyOf": [{**one, **titles}, several]}


@dataclass(frozen=True)
class Loads:
    """Marks a field with whose value, where `when` says so, `module` is imported by name."""

    module: str
    when: Callable[[Any], bool] = bool


@cache
def names(package: str) -> tuple[str, ...]:
    """The modules of a package that can be chosen, sorted."""
    folder = SOURCE.joinpath(*package.split("."))
    files = sorted(folder.glob("[a-z]*.py"))
    return tuple(path.stem for path in files if ABOUT.search(path.read_text("utf-8")))


@cache
def about(package: str, name: str) -> Any:
    """What a module says about itself: its `ABOUT`, an object of a class that it imports."""
    path = SOURCE.joinpath(*package.split("."), f"{name}.py")
    tree = ast.parse(path.read_bytes())
    statement = next(each for each in tree.body if ast.unparse(each).startswith("ABOUT = "))
    assert isinstance(statement, ast.Assign)
    call = statement.value
    assert isinstance(call, ast.Call)
    kind = ast.unparse(call.func)
    source = next(
        each.module
        for each in tree.body
        if isinstance(each, ast.ImportFrom) and kind in (alias.name for alias in each.names)
    )
    given = {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
    values = map(ast.literal_eval, call.args)
    return getattr(importlib.import_module(str(source)), kind)(*values, **given)


def chosen(settings: BaseModel, field: str) -> Any:
    """What the module that a field's value names says about itself."""
    package = next(
        mark.package
        for mark in marks(type(settings).model_fields[field])
        if isinstance(mark, Choice)
    )
    return about(package, getattr(settings, field))


def load(package: str, name: str) -> ModuleType:
    """Import the module of a package that was chosen; `package` is the caller's own `__name__`.

    Code stamps take the call for what it is: all that the package's marks choose counts.
    """
    if name not in names(package):
        raise ValueError(f"{package} has no {name}; there are {', '.join(names(package))}")
    return importlib.import_module(f"{package}.{name}")


def marks(field: FieldInfo) -> Iterator[Choice | Loads]:
    """The marks of a field, and of what its tuples hold."""
    yield from (mark for mark in field.metadata if isinstance(mark, Choice | Loads))
    parts = list(get_args(field.annotation))
    while parts:
        part = parts.pop()
        if isinstance(part, Choice | Loads):
            yield part
        parts += get_args(part)


def taken(module: str, settings: BaseModel) -> bool:
    """Whether settings are marked to load `module`: one of their fields says so by its value.

    An `if` with this call is a branch that code stamps leave out of the jobs that do not take it.
    """
    return any(
        isinstance(mark, Loads) and mark.module == module and mark.when(getattr(settings, name))
        for name, field in type(settings).model_fields.items()
        for mark in marks(field)
    )
