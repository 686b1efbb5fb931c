"""The plan of the house: which files may import which."""

import ast
from pathlib import Path

from support import ROOT

TESTS = ROOT / "tests"


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
