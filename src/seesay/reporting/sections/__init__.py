"""The sections of the report: one module and one template each, in the order of the page.

A section is `sections/NAME.py` with `NEEDS`, the files that it reads, `describe(run)`, the values
of its template `templates/sections/NAME.html.j2` (None leaves the section out), and, where the
contents name it, `LINK`. `ORDER` is all that the rule, the script and the page go by.
"""

import ast
import hashlib
from pathlib import Path

ORDER = (
    "head",
    "answer",
    "human",
    "listen",
    "tasks",
    "tables",
    "more",
    "legacy",
    "lexicon",
    "training",
    "where",
    "map",
    "data",
    "pictures",
    "made",
    "run",
)
# The numbers that every section has as `run.results`.
NUMBERS: dict[str, str | None] = {"metrics": "metrics.tsv", "differences": "differences.tsv"}
SECTIONS = Path(__file__).parent
TEMPLATES = SECTIONS.parent / "templates"


def modules() -> list[str]:
    """The modules of the sections, which are imported by name."""
    return [f"{__name__}.{name}" for name in ORDER]


def inputs() -> dict[str, str | None]:
    """All files that the report reads, by name: `NUMBERS`, and what the sections need."""
    found = dict(NUMBERS)
    for name in ORDER:
        found |= needs(name)
    return found


def needs(name: str) -> dict[str, str | None]:
    """The files that a section reads, by name: `NEEDS` of its module, a literal.

    A file is a path below the results folder, or None for a list of files that depends on the
    config: the workflow makes it (`REPORT_LISTS`). The module is read, not imported: the
    Snakefile needs neither pandas nor altair.
    """
    tree = ast.parse((SECTIONS / f"{name}.py").read_bytes())
    for statement in tree.body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if isinstance(statement, ast.AnnAssign):
            target = statement.target
        if isinstance(target, ast.Name) and target.id == "NEEDS":
            found: dict[str, str | None] = ast.literal_eval(statement.value)  # type: ignore[attr-defined]
            return found
    raise LookupError(f"{name}.py: no NEEDS; list the files that the section reads")


def digest(folder: Path = TEMPLATES) -> str:
    """A digest of the page's templates, styles and scripts, which no code stamp holds."""
    texts = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    if not texts:
        raise LookupError(f"{folder}: no templates")
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:12]
