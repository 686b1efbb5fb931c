"""Lists and removes training states that no run will continue from.

Training keeps its states in <results>/checkpoints, one folder a run of it. A killed training
continues from them; a finished one could continue if its limits are raised. No run removes them.
"""

import argparse
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from seesay.commands.check_disk import said_size
from seesay.learning import checkpoints
from seesay.planning.config import Config, load
from seesay.planning.config_file import read
from seesay.planning.folds import homes
from seesay.shared.errors import InputError

Run = tuple[str, str]  # experiment and seed


@dataclass(frozen=True)
class Store:
    """The folder of a training's states.

    Attributes:
        folder: Its path.
        run: Its experiment and seed; None if an earlier version made it.
        size: Bytes of its files.
        time: When it was last written, in s.
    """

    folder: Path
    run: Run | None
    size: int
    time: float


def stores(results: Path) -> list[Store]:
    """The folders of states below a results folder, the last written first."""
    found = []
    for folder in [path for home in homes(results) for path in home.glob("checkpoints/*")]:
        if not (folder / checkpoints.LOCK).is_file():
            continue
        files = [path.stat() for path in folder.iterdir()]
        time = max(file.st_mtime for file in files)
        found.append(Store(folder, whose(folder), sum(file.st_size for file in files), time))
    return sorted(found, key=lambda store: (-store.time, store.folder))


def whose(folder: Path) -> Run | None:
    """The experiment and the seed of a folder of states, if it names them."""
    try:
        told = json.loads((folder / checkpoints.RUN).read_text())
        return str(told["experiment"]), str(told["seed"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def useless(config: Config, found: Iterable[Store]) -> dict[Path, str]:
    """Why no run of a config needs a folder of states, for those that none needs.

    `found` begins with the last written. Training has ended if its models exist; otherwise its last
    states stay, to continue from.
    """
    wanted = {(name, str(seed)) for name in config.trained for seed in config.seeds}
    folds = homes(Path(config.results), len(config.pictures.folds))
    why: dict[Path, str] = {}
    kept: set[tuple[Path, Run]] = set()
    for store in found:
        home = store.folder.parents[1]  # the results folder, or a fold's
        if store.run is None:
            why[store.folder] = "of an earlier version"
        elif home not in folds:
            why[store.folder] = f"{_named(store.run)}: of a fold that the config does not have"
        elif store.run not in wanted:
            why[store.folder] = f"{_named(store.run)}: not in the config"
        elif _ended(config, home, *store.run):
            why[store.folder] = f"{_named(store.run)}: has ended"
        elif (home, store.run) in kept:
            why[store.folder] = f"{_named(store.run)}: of other inputs, settings or code"
        else:
            kept.add((home, store.run))
    return why


def _ended(config: Config, home: Path, experiment: str, seed: str) -> bool:
    """Whether a training's job has written all its models: Snakemake removes an incomplete set."""
    trained = home / "training" / experiment
    systems = ("model", "random_projection", "untrained", *config.controls)
    return all((trained / name / seed / "history.parquet").is_file() for name in systems)


def _named(run: Run) -> str:
    return f"{run[0]}, seed {run[1]}"


def clean(arguments: argparse.Namespace) -> None:
    """The command `seesay clean`: list the folders of states, and remove those that no run needs.

    A folder that a job holds always stays.
    """
    config = load(read(Path(arguments.config)))
    found = stores(Path(config.results))
    why, freed = useless(config, found), 0
    for store in found:
        reason = why.get(store.folder)
        if reason is None:
            said = f"kept     {_named(store.run) if store.run else ''}: goes on from it"
        elif _held(store.folder):
            said = f"kept     {reason}, but a job holds it"
        else:
            said = f"{'removed' if arguments.remove else 'useless'}  {reason}"
            freed += store.size
            if arguments.remove:
                _remove(store.folder)
        print(f"{said} ({store.folder}, {said_size(store.size)})")
    done = "freed" if arguments.remove else "could be freed with --remove"
    print(f"{said_size(freed)} {done}" if freed else "nothing to free")


def _held(folder: Path) -> bool:
    try:
        with FileLock(folder / checkpoints.LOCK, timeout=0):
            return False
    except Timeout:
        return True


def _remove(folder: Path) -> None:
    """Remove a folder under its lock, which goes last: a training that begins now finds nothing."""
    lock = folder / checkpoints.LOCK
    try:
        with FileLock(lock, timeout=0):
            for path in folder.iterdir():
                if path != lock:
                    path.unlink()
            shutil.rmtree(folder)
    except Timeout:
        raise InputError(f"{folder}: a job has just begun to use it; it stays") from None
