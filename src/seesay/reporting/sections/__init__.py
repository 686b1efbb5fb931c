"""The sections of the report: one module and one template each.

A section is `sections/NAME.py` and `templates/sections/NAME.html.j2`. The module has:

- `PLACE`: a number; sections stand on the page in the order of their numbers.
- `NEEDS`: the files that it reads, by name.
- `describe(run)`: the values of the template; None leaves the section out.
- `LINK`: its name in the table of contents, if it is listed there.

The rule, the script and the page find sections by their modules.
"""

import ast
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

# The tables of numbers, which every section has as `run.results`.
NUMBERS: dict[str, str | None] = {"metrics": "metrics.tsv", "differences": "differences.tsv"}
SECTIONS = Path(__file__).parent
TEMPLATES = SECTIONS.parent / "templates"


def order() -> list[str]:
    """The names of the sections, in the order of the page."""
    names = sorted(path.stem for path in SECTIONS.glob("[a-z]*.py"))
    return sorted(names, key=lambda name: literal(SECTIONS / f"{name}.py", "PLACE"))


def modules() -> list[str]:
    """The modules of the sections, which are imported by name."""
    return [f"{__name__}.{name}" for name in order()]


def inputs() -> dict[str, str | None]:
    """All files that the report reads, by name: `NUMBERS` and the files of the sections."""
    found = dict(NUMBERS)
    for name in order():
        found |= needs(name)
    return found


def needs(name: str) -> dict[str, str | None]:
    """The files that a section reads, by name.

    A file is a path below the results folder, or None for a list of files that depends on the
    config: the workflow makes it (`REPORT_LISTS`).
    """
    found: dict[str, str | None] = literal(SECTIONS / f"{name}.py", "NEEDS")
    return found


@cache
def literal(path: Path, name: str) -> Any:
    """The value of a constant of a module.

    The module is read, not imported: the Snakefile does not need pandas. Raises
    LookupError if the module has no such constant.
    """
    for statement in ast.parse(path.read_bytes()).body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if isinstance(statement, ast.AnnAssign):
            target = statement.target
        if isinstance(target, ast.Name) and target.id == name:
            return ast.literal_eval(statement.value)  # type: ignore[attr-defined]
    raise LookupError(f"{path.name}: no {name}; sections/__init__.py says what a section has")


def digest(folder: Path = TEMPLATES) -> str:
    """A digest of the page's templates, styles and scripts, which no code stamp holds."""
    texts = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    if not texts:
        raise LookupError(f"{folder}: no templates")
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:12]
