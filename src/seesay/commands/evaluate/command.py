"""The command `seesay evaluate`: reads the files, measures, prints, and writes a folder."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd

from seesay.commands.evaluate import measuring, shown
from seesay.commands.evaluate.finished import Finished
from seesay.commands.evaluate.ranking import Given, read_given
from seesay.scoring.corpus import note
from seesay.shared import writing
from seesay.shared.errors import InputError
from seesay.shared.printable import unprintable

TEXT = "evaluation.txt"
TEXTS = ("experiment", "other", "seed", "over", "units")
MOST = 64  # characters of a name, as of an experiment's
NUMBERS = ("value", "ci_low", "ci_high", "chance", "difference", "p", "p_holm")


def evaluate(arguments: argparse.Namespace) -> None:
    """Evaluate as the parsed command line says. Raises InputError for a user's mistake."""
    if not arguments.words and not arguments.captions:
        raise InputError("give --words, or --captions, or both; pictures alone find nothing")
    _refuse_name(arguments.name)
    out = arguments.out
    if out is not None and (out.exists() or out.is_symlink()):
        raise InputError(f"--out {out}: is there already; name a new folder, or remove it")
    finished = Finished.read(arguments.results, arguments.fold)
    given = read_given(arguments.name, vars(arguments))
    if out is None:
        with tempfile.TemporaryDirectory() as folder:
            found = _measured(given, finished, Path(folder))
    else:
        with _new(out) as folder:
            found = _measured(given, finished, folder)
            (folder / TEXT).write_text(found, encoding="utf-8")
    print(found, end="")


def _refuse_name(name: str) -> None:
    """Raise InputError for a name that would break a table, or not tell its row from another."""
    if unprintable(name) or name != name.strip() or name in ("", "chance") or len(name) > MOST:
        raise InputError(
            f"--name {name[:MOST]!r}: expected printable text of 1 to {MOST} characters,"
            " without blanks around it, and not chance, a row of each table"
        )


@contextmanager
def _new(out: Path) -> Iterator[Path]:
    """A new folder to fill; after a failure, folders above it that it needed are gone too."""
    made = [folder for folder in out.absolute().parents if not folder.exists()]
    try:
        with writing.folder(out) as folder:
            yield folder
    except BaseException:
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
        raise


def _measured(given: Given, finished: Finished, folder: Path) -> str:
    """Measure into a folder, and return the text to print."""
    notes, left = measuring.run(given, finished, folder)
    for said in notes:
        note(said)
    metrics, differences = (_table(folder / f"{name}.tsv") for name in ("metrics", "differences"))
    said = f"Not measured: {', '.join(left)}.\n" if left else ""
    return shown.text(given.name, metrics, differences) + said


def _table(path: Path) -> pd.DataFrame:
    """A table of numbers, in which a name such as "null" is no missing cell."""
    missing = {name: [""] for name in NUMBERS}
    return pd.read_csv(
        path, sep="\t", dtype=dict.fromkeys(TEXTS, str), keep_default_na=False, na_values=missing
    )
