"""Corpus files that change during a run: the job ends with an error and must be run again.

Snakemake compares times when it plans. A file that changes after a job has read it, and before the
job's outputs exist, looks older than they are, so stale results would stay.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from seesay.shared.errors import InputError

Status = tuple[int, int, int]
Seen = dict[Path, Status | None]

BYTES = 16  # of a digest
BLOCK = 1 << 20


def digest_of(content: bytes) -> str:
    """The digest of bytes already read, equal to `digest` of their file."""
    return hashlib.blake2b(content, digest_size=BYTES).hexdigest()


def digest(path: Path) -> str:
    """The digest of a file's bytes in the tables: BLAKE2b, 128 bits, hexadecimal."""
    found = hashlib.blake2b(digest_size=BYTES)
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def unchanged(files: pd.DataFrame, stage: str) -> None:
    """Raise InputError unless all files are still those that `stage` listed.

    `files` has the columns path and digest; a digest of another kind (in a table made by hand) is
    not compared. Call it after reading the files and before the outputs are complete.
    """
    rows = files[["path", "digest"]].drop_duplicates()
    for path, wanted in rows[rows["digest"].str.len() == 2 * BYTES].itertuples(index=False):
        try:
            found = digest(Path(path))
        except OSError as error:
            raise InputError(
                f"{path}: it was there when the stage {stage} read it, and cannot be read now"
                f" ({error.strerror}); put it back, or run again"
            ) from error
        if found != wanted:
            raise InputError(
                f"{path}: it has changed since the stage {stage} read it; run again (with"
                f" --forcerun {stage} where the file's date is an old one)"
            )


def sharing(recordings: pd.DataFrame) -> "pd.Series[bool]":
    """Which of all recordings of a run share their file and channel with another one."""
    return recordings.duplicated(["path", "channel"], keep=False)


def seen(files: Iterable[Path]) -> Seen:
    """Times and sizes of the files before a job reads them, for `still`."""
    return {path: _status(path) for path in files}


def still(before: Seen) -> None:
    """Raise InputError if one of the `seen` files has changed since."""
    for path, status in before.items():
        if _status(path) != status:
            raise InputError(f"{path}: it changed while it was read; run again")


def _status(path: Path) -> Status | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
