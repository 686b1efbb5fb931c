"""Outputs appear complete or not at all, and never replace those of a newer job.

A job writes a part beside the output, `.NAME.PID-TOKEN.part`, and renames it when it is complete.
Beginning an output removes all its other parts: those of killed jobs, and that of a job that
outlived its run, which then finds its part gone and ends. Old settings can thus never overwrite new
results, on whatever host. A script claims its outputs when it starts
(`seesay.shared.command.arguments`), and releases them when it ends.
"""

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SUPERSEDED = "another job has begun to write it since; this one ends without it"

_claimed: dict[Path, Path] = {}


def claim(path: Path) -> Path:
    """Begin an output: create its empty part and remove all others. Returns the part."""
    path = path.absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    for other in parts(path):
        remove(other)
    part = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    part.touch(exist_ok=False)
    _claimed[path] = part
    return part


def release() -> None:
    """Remove the parts of all incomplete outputs."""
    while _claimed:
        remove(_claimed.popitem()[1])


def parts(path: Path) -> list[Path]:
    """All existing parts of an output, from any job."""
    name = re.escape(path.name)
    part = re.compile(rf"\.?\.{name}\.[0-9]+(-[0-9a-f]+)?\.part(\.[0-9a-f]+\.gone)?")
    return [other for other in path.parent.iterdir() if part.fullmatch(other.name)]


def remove(path: Path) -> None:
    """Remove a file or a folder if it exists; a folder vanishes before its files do."""
    with suppress(FileNotFoundError):
        if path.is_dir():
            _clear(path)
        else:
            path.unlink()


def _clear(folder: Path) -> None:
    # A job that still fills it must not find it under its name.
    away = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.gone")
    folder.rename(away)
    shutil.rmtree(away, ignore_errors=True)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """The part to write, an empty file; it replaces `path` when the block ends well.

    Open it as "r+b": a file made anew would belong to no job. Raises OSError (ESTALE) if another
    job has begun the same output since, and OSErrors of the block with the name of `path`.
    """
    place = path.absolute()
    part = _claimed.get(place) or claim(place)
    try:
        yield part
        if place.is_dir() and part.is_dir():
            remove(place)
        part.replace(place)
    except Exception as error:
        gone = isinstance(error, FileNotFoundError) or not isinstance(error, OSError)
        if gone and not part.exists():
            raise OSError(errno.ESTALE, SUPERSEDED, str(path)) from error
        if isinstance(error, OSError):
            where = str(error.filename or part).replace(str(part), str(path), 1)
            raise OSError(error.errno, error.strerror or str(error), where) from error
        raise
    finally:
        _claimed.pop(place, None)
        remove(part)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file."""
    with replacing(path) as part, part.open("r+b") as file:
        file.write(content)


def write_text(path: Path, text: str) -> None:
    """Write a whole file of text, as UTF-8."""
    write_bytes(path, text.encode())


@contextmanager
def folder(path: Path) -> Iterator[Path]:
    """An empty folder to fill; it replaces `path` when the block ends well."""
    with replacing(path) as part:
        part.unlink()
        part.mkdir()
        yield part
