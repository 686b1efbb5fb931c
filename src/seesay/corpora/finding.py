"""Finds the reader that an entry of a list of corpora names.

A reader is one of ours, a dotted module that Python can import, or the path of a .py file. Its
options beyond the folder are its own: a pydantic model `Options` in the module.
"""

import importlib
import importlib.util
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ValidationError

from seesay.settings import PATTERN
from seesay.settings.corpora import Corpus
from seesay.shared.command import one_line
from seesay.shared.errors import InputError

FUNCTIONS = ("sources", "read")


@dataclass(frozen=True)
class Reader:
    """A reader's module, bound to a folder and its options.

    Attributes:
        corpus: The entry of the config.
        module: The module that reads it.
        told: Its checked options; empty if the module has no `Options`.
    """

    corpus: Corpus
    module: ModuleType
    told: tuple[BaseModel, ...]

    def sources(self) -> list[Path]:
        """Every file that reading depends on. Raises InputError if the folder does not exist."""
        return self.module.sources(Path(self.corpus.path), *self.told)

    def read(self) -> Any:
        """The result of the module's `read`."""
        return self.module.read(Path(self.corpus.path), *self.told)


def find(corpus: Corpus, ours: Sequence[str]) -> Reader:
    """The reader of a corpus, with its options checked; `ours` are our readers for the stage.

    Raises InputError in one line: no such reader, no reader at all, or options that do not fit.
    """
    found = module(corpus.reader, tuple(ours))
    model = getattr(found, "Options", None)
    if model is None:
        if corpus.options:
            given = ", ".join(sorted(corpus.options))
            raise InputError(f"{corpus.reader}: takes no options; leave out {given}")
        return Reader(corpus, found, ())
    try:
        return Reader(corpus, found, (model.model_validate(corpus.options),))
    except ValidationError as error:
        raise InputError(one_line(error, f"{corpus.reader}: options")) from None


@cache
def module(reader: str, ours: tuple[str, ...]) -> ModuleType:
    """The module of a reader. Raises InputError if it does not exist or lacks a function."""
    name = f"{__package__}.{reader}"
    try:
        if reader in ours:
            found = importlib.import_module(name)
        elif reader.endswith(".py"):
            found = _load(Path(reader))
        else:
            found = importlib.import_module(reader)
    except ModuleNotFoundError as error:
        if error.name and (reader == error.name or reader.startswith(f"{error.name}.")):
            raise InputError(
                f"{reader}: no such reader; ours are {', '.join(ours)}; else give a module that"
                " Python can import, or a path that ends in .py"
            ) from None
        raise InputError(f"{reader}: cannot be imported ({error}); install it") from error
    except InputError:
        raise
    except Exception as error:  # a user's module may raise anything
        cause = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        raise InputError(f"{reader}: cannot be imported ({cause}); correct it") from error
    missing = [name for name in FUNCTIONS if not callable(getattr(found, name, None))]
    if missing:
        raise InputError(
            f"{reader}: is no reader: it has no function {' or '.join(missing)};"
            " see docs/your-own-corpus.md"
        )
    return found


def _load(path: Path) -> ModuleType:
    """A module from any file."""
    if not path.is_file():
        raise InputError(f"{path}: no such file; it is to be a reader")
    # Its own name: the file may share one with another module.
    spec = importlib.util.spec_from_file_location(f"reader_of_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path}: not a module of Python")
    found = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found
    spec.loader.exec_module(found)
    return found


def awkward(paths: Iterable[str]) -> str:
    """What is wrong with the first name that Snakemake would take for a pattern or for one of
    its path variables (`<name>`), or no log could show; "" where there is none.
    """
    for path in paths:
        if "{" in path or "}" in path or not path.isprintable():
            return f"{path!r}: no braces or odd bytes in names, please; rename the file"
        if PATTERN.search(path):
            return f"{path!r}: <> with a name in it is a variable to Snakemake; rename the file"
    return ""


def code(reader: str, ours: Sequence[str]) -> tuple[str, Path]:
    """The name and the file of a reader's module, for the code stamp."""
    if reader in ours:
        return f"{__package__}.{reader}", Path(__file__).with_name(f"{reader}.py")
    found = module(reader, tuple(ours))
    if found.__file__ is None:
        raise InputError(f"{reader}: has no file of its own; name a module that has one")
    return reader, Path(found.__file__)
