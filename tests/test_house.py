"""The plan of the house: which files may import which, and how large they may be."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

from support import ROOT

TESTS = ROOT / "tests"
SOURCE = ROOT / "src" / "seesay"
FLOORS, MODULES, LINES, FUNCTION = 10, 25, 300, 60


def imported(path: Path) -> set[str]:
    """Every module that a file imports, at its top or inside a function."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_no_file_imports_a_test_file():
    """Code that tests share lives in tests/support."""
    private = {path.stem for path in TESTS.glob("test_*.py")} | {"conftest"}
    found = {path.name: imported(path) & private for path in TESTS.rglob("*.py")}
    assert {name: names for name, names in found.items() if names} == {}


def test_files_stand_on_few_floors():
    """A module's floor is one above the highest that it imports, inside functions too."""
    graph = grimp.build_graph("seesay", cache_dir=None)

    @cache
    def floor(module: str) -> int:
        below = graph.find_modules_directly_imported_by(module)
        return 1 + max(map(floor, below), default=0)

    high = {module: floor(module) for module in graph.modules if floor(module) > FLOORS}
    assert high == {}
    assert max(map(floor, graph.modules)) > FLOORS // 2  # imports are seen at all


def test_no_folder_has_too_many_modules():
    folders = {path.parent for path in SOURCE.rglob("*.py")}
    counts = {folder: len([*folder.glob("*.py")]) - 1 for folder in folders}  # not __init__
    assert {folder: count for folder, count in counts.items() if count > MODULES} == {}


@pytest.mark.parametrize(
    ("pattern", "most"),
    [
        ("src/seesay/**/*.py", LINES),
        ("workflow/scripts/*.py", LINES),
        ("workflow/rules/*.smk", 150),
        ("Snakefile", 40),
        ("workflow/Snakefile", 40),
    ],
)
def test_files_are_short(pattern, most):
    lines = {path: len(path.read_text().splitlines()) for path in ROOT.glob(pattern)}
    assert lines
    assert {path: count for path, count in lines.items() if count > most} == {}


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """The name and number of lines of each function and method of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.end_lineno - node.lineno + 1


def test_every_page_is_in_the_contents_of_the_site():
    """Otherwise `make docs` fails, which takes longer to say so."""
    named = (ROOT / "docs" / "contents.md").read_text(encoding="utf-8").split()
    pages = {f"docs/{path.stem}" for path in (ROOT / "docs").glob("*.md")} - {"docs/contents"}
    assert sorted(name for name in named if name.startswith("docs/")) == sorted(pages)


def test_functions_are_short():
    folders = [SOURCE, ROOT / "workflow" / "scripts"]
    paths = [path for folder in folders for path in folder.rglob("*.py")]
    long = {
        f"{path.relative_to(ROOT)}: {name}": lines
        for path in paths
        for name, lines in functions(path)
        if lines > FUNCTION
    }
    assert long == {}
