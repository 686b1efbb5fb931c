"""Shared by the scripts of all stages: named paths, settings as JSON, errors in one line."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from seesay.settings import Settings
from seesay.shared import lifeline, writing
from seesay.shared.errors import REFUSED, InputError, refused
from seesay.shared.printable import printable


def arguments(
    description: str,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    settings: type[Settings] | None = None,
    lists: Sequence[str] = (),
    list_outputs: Sequence[str] = (),
    options: dict[str, Any] | None = None,
    argv: Sequence[str] | None = None,
) -> argparse.Namespace:
    """Parse a script's command line.

    `inputs` and `outputs` become required options, each one `Path`; `lists` hold any number of
    paths, `list_outputs` one or more. `options` maps a name to its default value, which also gives
    its type (a type instead of a value makes the option required). `settings` adds `--settings`:
    the stage's settings as one JSON object.

    The outputs are claimed (`seesay.shared.writing`). Raises InputError if the settings do not fit
    the model, or if an input is missing.
    """
    parser = argparse.ArgumentParser(description=description)
    for name in inputs:
        parser.add_argument(flag(name), type=Path, required=True, help="input")
    for name in lists:
        parser.add_argument(flag(name), type=Path, required=True, nargs="*", help="inputs")
    for name in outputs:
        parser.add_argument(flag(name), type=Path, required=True, help="output")
    for name in list_outputs:
        parser.add_argument(flag(name), type=Path, required=True, nargs="+", help="outputs")
    for name, default in (options or {}).items():
        if isinstance(default, type):
            parser.add_argument(flag(name), type=default, required=True)
        else:
            parser.add_argument(flag(name), type=type(default), default=default)
    if settings is not None:
        parser.add_argument("--settings", required=True, help="the stage's settings, as JSON")
    parsed = parser.parse_args(argv)
    for name in [*inputs, *lists]:
        value = getattr(parsed, name)
        for path in value if isinstance(value, list) else [value]:
            if not path.exists():
                raise InputError(f"{path}: no such file; it is the input {flag(name)}")
    for name in [*outputs, *list_outputs]:
        value = getattr(parsed, name)
        for path in value if isinstance(value, list) else [value]:
            writing.claim(path)
    if settings is not None:
        try:
            parsed.settings = settings.model_validate_json(parsed.settings)
        except ValidationError as error:
            raise InputError(one_line(error, "--settings")) from error
    return parsed


def flag(name: str) -> str:
    """The option of a named path: `spoken_words` -> `--spoken-words`."""
    return "--" + name.replace("_", "-")


LONG = 200  # most characters shown of a wrong value


def one_line(error: ValidationError, where: str) -> str:
    """A pydantic error as one line: key, what was given, what is allowed."""
    parts = []
    # A default that follows from a wrong value is no fault of its own.
    faults = [item for item in error.errors() if item["type"] != "default_factory_not_called"]
    for item in faults:
        key = ".".join(str(step) for step in item["loc"])
        given = item["input"]
        whole = isinstance(given, dict) or item["type"] == "json_invalid"
        shown = repr(given)
        shown = "" if whole else f", got {shown if len(shown) <= LONG else f'{shown[:LONG]}...'}"
        # Our own checks give the whole message.
        said = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            near = get_close_matches(str(item["loc"][-1]), _beside(error.title, item["loc"]), n=1)
            said += "".join(f"; did you mean {name}?" for name in near)
        parts.append(": ".join(filter(None, (where, key, f"{said}{shown}"))))
    return "; ".join(parts)


def _beside(title: str, loc: Sequence[int | str]) -> list[str]:
    """The keys of the model named `title` at the end of `loc`."""
    models, found = [Settings], []
    while models:
        models += (model := models.pop()).__subclasses__()
        found += [model] if model.__name__ == title else []
    for step in loc[:-1]:
        # List positions and union tags lead to no other model.
        fields = [model.model_fields[step] for model in found if step in model.model_fields]
        if fields:
            found = [model for field in fields for model in _models_in(field.annotation)]
    return sorted({name for model in found for name in model.model_fields})


def _models_in(annotation: Any) -> list[type[Settings]]:
    """The models that a field's type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models_in(inner)]


def run(main: Callable[[], None]) -> None:
    """Run a script's `main`; a user's mistake ends in one line and exit status 1.

    The line has an escape for each character of a name that does not print, such as a line break.
    So does a file that the system refuses. A job that is told to end (SIGTERM, at a cluster's time
    limit), or whose run has ended (its process is in SEESAY_RUN), first removes its half-written
    files.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # In a container the run has process number 0 and cannot be watched.
    if os.environ.get("SEESAY_RUN", "0") != "0":
        lifeline.end_with(int(os.environ["SEESAY_RUN"]))
    try:
        main()
    except InputError as error:
        sys.exit(f"error: {printable(str(error))}")
    except OSError as error:
        if error.filename or error.errno in REFUSED:
            sys.exit(f"error: {printable(refused(error))}")
        raise
    finally:
        writing.release()
