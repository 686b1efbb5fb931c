"""Takes modules apart into statements, with the names that each binds and uses, for code stamps.

A branch that only the settings of some jobs take, `if taken("package.module", settings):`, stands
apart from the rest of its statement: in the stamp of a job that does without the module it is dead
code, and counts for nothing.
"""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

# What modules say about themselves: memory, titles, licences.
ABOUT = "ABOUT"
WHOLE = "*"  # in a Name: all of the module
TAKEN = "taken"  # the function of `seesay.settings.choice` that marks a branch

Name = tuple[str, str]  # a module and a name in it

_WITH_DOCSTRINGS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
# `ast.dump` leaves out more in later versions of Python.
_OMITS_EMPTY = ast.dump(ast.List([], ast.Store())) == "List(ctx=Store())"
_CONTEXTS: dict[type[ast.expr_context], str] = {
    kind: ast.dump(ast.Name("x", kind())).removeprefix("Name(id='x'").removesuffix(")")
    for kind in (ast.Load, ast.Store, ast.Del)
}


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

    def numbers(self, name: str) -> Collection[int]:
        """The statements that whoever uses a name reaches; those that bind no name always count."""
        if name == WHOLE:
            return range(len(self.parts))
        return self._by_name.get(name, self._by_name[""])

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        always = [number for number, part in enumerate(self.parts) if not part.binds]
        found = {"": always}
        for number, part in enumerate(self.parts):
            for name in part.binds:
                found.setdefault(name, [*always]).append(number)
        return found


@cache
def read(path: Path, module: str) -> Code:
    """Split a module into its statements and imports."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    imported: dict[str, Name] = {}
    parts = []
    for statement in _without_docstring(ast.parse(path.read_bytes()).body):
        reading = _Reading(package, imported)
        if reading.counts(statement):
            text = reading.text(statement)
            if not isinstance(statement, ast.Import | ast.ImportFrom):
                parts.append(reading.part(text, _binds(statement)))
    return Code(tuple(parts), imported)


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    plain = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if plain else body


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


class _Reading:
    """One walk through a statement: its text, the names that it uses, the modules that it loads.

    The text is that of `ast.dump` without code that changes no number: docstrings, descriptions,
    imports for type checking. It is written here because several walks over all modules took most
    of the time in which a run starts.
    """

    def __init__(self, package: str, imported: dict[str, Name]) -> None:
        self.package = package
        self.imported = imported
        self.uses: set[Name] = set()
        self.loads: set[str] = set()
        self.branches: list[tuple[str, Part]] = []

    def part(self, text: str, binds: frozenset[str] = frozenset()) -> Part:
        """What was read, as a part."""
        uses, loads = frozenset(self.uses), frozenset(self.loads)
        return Part(binds, uses, loads, text, tuple(self.branches))

    def text(self, node: ast.AST) -> str:
        """The text of a node; what it uses is added."""
        if isinstance(node, ast.Name):
            self.uses.add((node.id, ""))
            return f"Name(id={node.id!r}{_CONTEXTS[type(node.ctx)]})"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            name = node.value
            self.uses.add((name.id, node.attr))
            value = f"Name(id={name.id!r}{_CONTEXTS[type(name.ctx)]})"
            return f"Attribute(value={value}, attr={node.attr!r}{_CONTEXTS[type(node.ctx)]})"
        if isinstance(node, ast.Call):
            self.call(node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self.imports(node)
        return self.fields(node, type(node))

    def fields(self, node: ast.AST, kind: type[ast.AST]) -> str:
        """The text of a node by its fields."""
        shown = []
        for name in kind._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                if name == "body" and kind in _WITH_DOCSTRINGS:
                    value = _without_docstring(value)
                elif name == "keywords" and kind is ast.Call:
                    value = [keyword for keyword in value if keyword.arg != "description"]
                value = ", ".join([self.item(each) for each in value if self.counts(each)])
                if value or not _OMITS_EMPTY:
                    shown.append(f"{name}=[{value}]")
            elif value is not None or getattr(kind, name, ...) is not None:
                shown.append(f"{name}={self.item(value)}")
        return f"{kind.__name__}({', '.join(shown)})"

    def item(self, value: object) -> str:
        """The text of what a field holds."""
        return self.text(value) if isinstance(value, ast.AST) else repr(value)

    def counts(self, node: object) -> bool:
        """Whether a node is part of this text; a branch `if taken("module", settings):` is not.

        The branch becomes a part of its own, in which its test is no more than `TAKEN`.
        """
        if not isinstance(node, ast.If):
            return True
        test = node.test
        if isinstance(test, ast.Name) and test.id == "TYPE_CHECKING":
            return False
        if not isinstance(test, ast.Call) or _dotted(test.func) != TAKEN or node.orelse:
            return True
        assert isinstance(test.args[0], ast.Constant)
        branch = _Reading(self.package, self.imported)
        text = branch.text(ast.If(ast.Constant(TAKEN), node.body, []))
        self.branches.append((str(test.args[0].value), branch.part(text)))
        return False

    def call(self, node: ast.Call) -> None:
        """Add the modules that a call imports by name."""
        called, given = _dotted(node.func), node.args[0] if node.args else None
        if called == "importlib.import_module" and isinstance(given, ast.Constant):
            self.loads.add(str(given.value))
        if called in ("load", "choice.load") and getattr(given, "id", "") == "__name__":
            self.loads.add(f"{self.package}.*")
        if called in ("about", "choice.about") and isinstance(given, ast.Constant):
            self.loads.add(f"{given.value!s}.{ABOUT}")

    def imports(self, node: ast.Import | ast.ImportFrom) -> None:
        """Add the names that an import binds."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                self.imported[name] = (alias.name if alias.asname else name, "")
                self.imported[alias.name] = (alias.name, "")
            return
        steps = self.package.split(".")
        start = steps[: len(steps) - node.level + 1] if node.level else []
        source = ".".join([*start, *([node.module] if node.module else [])])
        for alias in node.names:
            self.imported[alias.asname or alias.name] = (source, alias.name)


def _dotted(node: ast.expr) -> str:
    """`a` or `a.b` for such an expression; otherwise nothing that is looked for here."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
