"""One-line errors: a user's mistake, or a refusal of the system."""

import errno
from pathlib import Path

# Errors of the system, in words, with a remedy.
REFUSED = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "your quota of disk space is used up; free some space",
    errno.EFBIG: "larger than files may be here; raise the limit (ulimit -f)",
    errno.EIO: "the disk fails (input/output error); look at it, and run again",
    errno.ENAMETOOLONG: "a name too long for this file system; shorten it",
}


class InputError(Exception):
    """Bad input: one line with the file, the row, the fault and the remedy.

    Scripts print only the message, without a traceback, and end with exit status 1
    (`seesay.shared.command.run`).
    """


def cause(error: InputError, path: Path) -> str:
    """Why a file was refused, without its name, which the id has."""
    return str(error).removeprefix(f"{path}: ")


def refused(error: OSError) -> str:
    """An error of the system in one line: the file, if known, and the fault."""
    said = REFUSED.get(error.errno or 0) or error.strerror or str(error)
    return f"{error.filename}: {said}" if error.filename else said
