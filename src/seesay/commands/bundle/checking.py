"""The check of an archive: every file against its SHA-256, and the metadata."""

import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from seesay.commands.bundle import crate
from seesay.commands.bundle.crate import CHUNK, MANIFEST
from seesay.shared.errors import InputError
from seesay.shared.printable import printable

# What a member that cannot be read raises: damage, encryption, another method.
UNREADABLE = (BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError)
# Those that an archive is written with. Of others, zipfile holds more than the chunk asked for.
METHODS = (ZIP_STORED, ZIP_DEFLATED)
LARGEST = 1 << 28  # bytes of the manifest or of the metadata, which are held whole


@dataclass(frozen=True)
class Faults:
    """The faults of an archive, a line each, and the number of its files."""

    lines: list[str]
    files: int


def faults(path: Path) -> Faults:
    """What is missing, changed or added. Raises InputError if it is no zip file."""
    if not path.is_file():
        raise InputError(f"{path}: no such file; give an archive that seesay bundle has written")
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
            return Faults([printable(line) for line in _look(archive, names)], len(names))
    except (BadZipFile, NotImplementedError, ValueError) as error:
        raise InputError(f"{path}: no zip file, or a part of one; get it again") from error


def _look(archive: ZipFile, names: list[str]) -> Iterator[str]:
    """The faults in order: the manifest's, each file's, and those of the metadata."""
    if MANIFEST not in names:
        yield f"{MANIFEST}: missing, so no file can be checked"
        return
    try:
        told = dict(_line(line) for line in _content(archive, MANIFEST).decode().splitlines())
    except UNREADABLE:
        yield f"{MANIFEST}: damaged, so no file can be checked"
        return
    for name in sorted(told):
        if name not in names:
            yield f"{name}: missing"
        elif _digest(archive, name) != told[name]:
            yield f"{name}: changed"
    for name in sorted(set(names) - set(told) - {MANIFEST}):
        yield f"{name}: added"
    yield from (f"{name}: twice" for name in sorted(set(names)) if names.count(name) > 1)
    yield from _metadata(archive, told)


def _metadata(archive: ZipFile, told: dict[str, str]) -> Iterator[str]:
    """Faults of the metadata, and files of which it says something else than the manifest."""
    name = crate.METADATA
    try:
        listed = crate.listed(json.loads(_content(archive, name)))
    except KeyError:  # missing: where the manifest lists it, that is said
        if name not in told:
            yield f"{name}: missing"
        return
    except UNREADABLE as error:
        yield f"{name}: no RO-Crate metadata ({error})"
        return
    for file in sorted(told.keys() - listed.keys() - {name}):
        yield f"{name}: does not list {file}"
    for file in sorted(listed):
        if listed[file] != told.get(file):
            yield f"{name}: lists {file} with another digest than {MANIFEST}"


def _content(archive: ZipFile, name: str) -> bytes:
    """A whole member. Raises KeyError if there is none, and ValueError if it is too large."""
    with _opened(archive, name) as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"larger than {LARGEST >> 20} MB")
    return content


def _opened(archive: ZipFile, name: str) -> IO[bytes]:
    """A member to read. Raises KeyError if there is none, and ValueError if it is damaged."""
    info = archive.getinfo(name)
    if info.compress_type not in METHODS or info.header_offset < 0:
        raise ValueError("not as seesay writes it")
    return archive.open(info)


def _line(line: str) -> tuple[str, str]:
    """The name and the digest of a line of the manifest."""
    digest, _, name = line.partition("  ")
    if len(digest) != 64 or not name:
        raise ValueError(line)
    return name, digest


def _digest(archive: ZipFile, name: str) -> str:
    """The SHA-256 of a member; "" if it cannot be read."""
    digest = hashlib.sha256()
    try:
        with _opened(archive, name) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except UNREADABLE:
        return ""
    return digest.hexdigest()
