"""The folds of `pictures.split.fold: all`: how many a run has, and where their results are.

Fold 0 is at the top of the results folder, as in a run without folds, and fold 2 in folds/2/.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seesay.shared.errors import InputError

FOLDS = "folds"
MODEL = "<results>/training/{experiment}/{system}/{seed} of a finished run"


def count(config: Mapping[str, Any]) -> int:
    """The number of folds of a run, 1 without folds; `config` is its whole config, as JSON.

    >>> split = {"method": "hash", "folds": 10}
    >>> [count({"pictures": {"split": split | {"fold": fold}}}) for fold in ("all", 3)]
    [10, 1]
    """
    split = config["pictures"].get("split") or {}
    return int(split["folds"]) if split.get("fold") == "all" else 1


def prefix(fold: int) -> str:
    """What the paths of a fold begin with, below the results folder.

    >>> prefix(0), prefix(2)
    ('', 'folds/2/')
    """
    return f"{FOLDS}/{fold}/" if fold else ""


def homes(results: Path, number: int | None = None) -> list[Path]:
    """The folders of the first `number` folds of a run; None: of all that are there."""
    if number is None:
        names = [path.name for path in results.glob(f"{FOLDS}/*") if path.name.isdecimal()]
        return [results, *(results / prefix(fold) for fold in sorted(map(int, names)))]
    return [results / prefix(fold) for fold in range(number)]


def home_of(results: Path, fold: int) -> Path:
    """The folder of a fold. Raises InputError if the run does not have this fold."""
    there = homes(results)
    if results / prefix(fold) not in there or fold < 0:
        has = f"it has the folds 0 to {len(there) - 1}" if there[1:] else "it has no folds"
        raise InputError(f"--fold {fold}: no such fold in {results}; {has}")
    return results / prefix(fold)


def results_of(home: Path) -> Path:
    """The results folder of the run that a fold's folder belongs to.

    >>> [str(results_of(Path(home))) for home in ("results", "results/folds/2")]
    ['results', 'results']
    """
    return home.parents[1] if home.parent.name == FOLDS else home


def model_folder(model: str | Path, fold: int | None = None) -> Path:
    """The absolute path of a model's folder; with `fold`, of the same model in that fold.

    Raises InputError if it is not a folder as in `MODEL`, and if the run does not have this fold.
    """
    folder = Path(model).absolute()
    if folder.name == "model.safetensors":
        folder = folder.parent
    if len(folder.parents) < 4 or folder.parents[2].name != "training":
        raise InputError(f"{model}: not a model's folder; give {MODEL}")
    home = folder.parents[3]
    if fold is None:
        return folder
    return home_of(results_of(home), fold) / folder.relative_to(home)


def embedding_folder(model: Path) -> Path:
    """The folder of what a model's folder has embedded.

    >>> str(embedding_folder(Path("results/training/paper/model/1")))
    'results/embedding/paper/model/1'
    """
    return model.parents[3] / "embedding" / model.relative_to(model.parents[2])
