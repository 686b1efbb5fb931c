"""Takes modules apart into statements, with the names that each binds and uses, for code stamps.

A branch that only the settings of some jobs take, `if taken("package.module", settings):`, stands
apart from the rest of its statement: in the stamp of a job that does without the module it is dead
code, and counts for nothing.
"""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# What modules say about themselves: memory, titles, licences.
ABOUT = "ABOUT"
TAKEN = "taken"  # the function of `seesay.settings.choice` that marks a branch

Name = tuple[str, str]  # a module and a name in it


@dataclass(frozen=True)
class Part:
    """A top-level statement: the names that it binds and uses, and its syntax tree.

    `uses` has pairs (name, attribute), the attribute "" if none follows the name. `loads` has the
    modules imported by name: `package.*` for any of a package, and `package.ABOUT` where only its
    facts are read. `branches` are those that only jobs take that choose a module: its name, and the
    branch as a part of its own.
    """

    binds: frozenset[str]
    uses: frozenset[Name]
    loads: frozenset[str]
    dump: str
    branches: tuple[tuple[str, "Part"], ...] = ()

    def of(self, chosen: Collection[str]) -> Iterator["Part"]:
        """Itself and the branches that a job takes whose settings choose the modules `chosen`."""
        yield self
        for module, branch in self.branches:
            if module in chosen:
                yield from branch.of(chosen)


@dataclass(frozen=True)
class Code:
    """A module: its statements, and the source of each imported name.

    The source of a name that is itself a module is (module, "").
    """

    parts: tuple[Part, ...]
    imported: dict[str, Name]


@cache
def read(path: Path, module: str) -> Code:
    """Split a module into its statements and imports."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    tree = _Bare().visit(ast.parse(path.read_bytes()))
    imported: dict[str, Name] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                imported[name] = (alias.name if alias.asname else name, "")
                imported[alias.name] = (alias.name, "")
        elif isinstance(node, ast.ImportFrom):
            steps = package.split(".")
            start = steps[: len(steps) - node.level + 1] if node.level else []
            source = ".".join([*start, *([node.module] if node.module else [])])
            for alias in node.names:
                imported[alias.asname or alias.name] = (source, alias.name)
    parts = []
    for statement in tree.body:
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            parts.append(_part(statement, package))
    return Code(tuple(parts), imported)


def _part(statement: ast.stmt, package: str) -> Part:
    """A statement as a part, its branches apart."""
    branches: list[tuple[str, ast.If]] = []
    statement = _Branches(branches).visit(statement)
    uses = _Uses(package)
    uses.visit(statement)
    return Part(
        _binds(statement),
        frozenset(uses.found),
        frozenset(uses.loads),
        ast.dump(statement),
        tuple((module, _part(_untested(branch), package)) for module, branch in branches),
    )


def _untested(branch: ast.If) -> ast.If:
    """A branch that is no longer found as one."""
    return ast.If(ast.Constant(TAKEN), branch.body, [])


def _binds(statement: ast.stmt) -> frozenset[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return frozenset([statement.name])
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    names = [part for target in targets for part in getattr(target, "elts", [target])]
    # A statement such as TABLE["x"] = 1 binds no name: it changes an existing object.
    if not all(isinstance(name, ast.Name) for name in names):
        return frozenset()
    return frozenset(name.id for name in names if isinstance(name, ast.Name))


class _Uses(ast.NodeVisitor):
    """Collects the names that a statement uses, and the modules that it imports by name."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.found: set[Name] = set()
        self.loads: set[str] = set()

    def visit_Call(self, node: ast.Call) -> None:
        called, given = ast.unparse(node.func), node.args[0] if node.args else None
        if called == "importlib.import_module" and isinstance(given, ast.Constant):
            self.loads.add(str(given.value))
        if called in ("load", "choice.load") and getattr(given, "id", "") == "__name__":
            self.loads.add(f"{self.package}.*")
        if called in ("about", "choice.about") and isinstance(given, ast.Constant):
            self.loads.add(f"{given.value!s}.{ABOUT}")
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name):
            self.found.add((node.value.id, node.attr))
        else:
            self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self.found.add((node.id, ""))


class _Bare(ast.NodeTransformer):
    """Removes code that changes no number: docstrings, descriptions, imports for type checking."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:]
        elif isinstance(node, ast.Call):
            node.keywords = [k for k in node.keywords if k.arg != "description"]
        return super().generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST | None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return None
        return self.generic_visit(node)


class _Branches(ast.NodeTransformer):
    """Removes branches `if taken("module", settings):` without an else, and collects them."""

    def __init__(self, found: list[tuple[str, ast.If]]) -> None:
        self.found = found

    def visit_If(self, node: ast.If) -> ast.AST | None:
        test = node.test
        called = isinstance(test, ast.Call) and ast.unparse(test.func) == TAKEN
        if not called or node.orelse:
            return self.generic_visit(node)
        assert isinstance(test, ast.Call)
        assert isinstance(test.args[0], ast.Constant)
        self.found.append((str(test.args[0].value), node))
        return None
