"""Parquet files that reveal damage.

Parquet's page checksums cover neither page headers nor the footer, and a bit flipped there may
silently give other values. A sealed table has four letters and the CRC-32 of all other bytes
between the last page and the footer, where Parquet allows anything. Any Parquet reader can read it.
Files without a seal come from earlier versions.
"""

import io
import os
import struct
import zlib
from functools import cache
from pathlib import Path
from typing import Any

# In the footer of a sealed file, so that a lost seal is noticed.
METADATA = {"seesay.seal": "crc32"}
MARK = b"seesay.seal"
MAGIC, PARQUET = b"SEAL", b"PAR1"
SEAL, TAIL = struct.Struct("<4sI"), struct.Struct("<I4s")
BLOCK = 1 << 20


class Summed(io.BufferedWriter):
    """An existing file to write from its start, with the CRC-32 of all of it."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path, "r+"))
        self.crc = 0

    def write(self, data: Any) -> int:
        """Write bytes, all of them."""
        self.crc = zlib.crc32(data, self.crc)
        return super().write(data)


def seal(path: Path, crc: int) -> None:
    """Insert the seal of a complete Parquet file, whose CRC-32 is `crc`, before its footer."""
    with path.open("r+b") as file:
        footer = _footer(file)
        file.seek(-len(footer), os.SEEK_END)
        file.write(SEAL.pack(MAGIC, crc) + footer)


def check(path: Path) -> bool:
    """Whether a Parquet file is sealed. Raises ValueError if it is not as it was written."""
    status = path.stat()
    return _check(path.absolute(), status.st_mtime_ns, status.st_size, status.st_ino)


@cache
def _check(path: Path, *version: int) -> bool:
    """Cached: a table that is read twice in a process is summed once."""
    with path.open("rb") as file:
        footer = _footer(file)
        size = file.seek(0, os.SEEK_END) - len(footer) - SEAL.size
        file.seek(max(size, 0))
        magic, wanted = SEAL.unpack(file.read(SEAL.size).ljust(SEAL.size))
        if size < 0 or magic != MAGIC:
            if MARK in footer:
                raise ValueError("damaged: its seal is gone")
            return False
        file.seek(0)
        crc = 0
        while size:
            block = file.read(min(size, BLOCK))
            if not block:
                raise ValueError("cut off while it was read")
            crc, size = zlib.crc32(block, crc), size - len(block)
        if zlib.crc32(footer, crc) != wanted:
            raise ValueError("damaged: its CRC-32 is not that of when it was written")
        return True


def _footer(file: Any) -> bytes:
    """The footer of a Parquet file, with its last eight bytes."""
    end = file.seek(0, os.SEEK_END)
    if end < TAIL.size:
        raise ValueError(f"only {end} bytes" if end else "an empty file")
    file.seek(end - TAIL.size)
    length, magic = TAIL.unpack(file.read(TAIL.size))
    if magic != PARQUET:
        raise ValueError("no Parquet, or cut off")
    if length + TAIL.size > end:
        raise ValueError("damaged: its footer is longer than the file")
    file.seek(end - TAIL.size - length)
    footer: bytes = file.read()
    return footer
