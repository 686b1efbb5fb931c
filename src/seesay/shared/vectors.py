"""Arrays of vectors: room for many, and their cosines."""

import mmap
import os
import tempfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGE = 64 << 20  # bytes
STEP = 1 << 24  # bytes written at once where no room can be reserved


def room(rows: int, size: int, kind: type[np.floating] = np.float32) -> NDArray[Any]:
    """An array (rows, size) of `kind` to fill. Raises OSError if TMPDIR has no room for it.

    A large one lies in a file without a name, in the job's temporary folder (TMPDIR), mapped into
    memory. The system keeps what is used in its page cache and writes the rest out when memory is
    short, so what a job needs does not grow with its corpus. The file goes when the array does,
    also if the job is killed.
    """
    wanted = rows * size * np.dtype(kind).itemsize
    if wanted < LARGE:
        return np.empty((rows, size), kind)
    folder = "TMPDIR"
    try:
        # One that is set but missing is an error here, and Python would take another folder.
        folder = os.environ.get("TMPDIR") or tempfile.gettempdir()
        with tempfile.TemporaryFile(dir=folder) as file:
            _reserve(file.fileno(), wanted)
            return np.frombuffer(mmap.mmap(file.fileno(), wanted), kind).reshape(rows, size)
    except OSError as error:
        said = (
            f"no room for {wanted / 1e9:.1f} GB of features ({error.strerror}); set TMPDIR (for"
            " snakemake: --default-resources tmpdir=FOLDER) to a disk that has it"
        )
        raise OSError(0, said, folder) from error  # 0: `refused` has another text for its number


def _reserve(file: int, wanted: int) -> None:
    # A file with holes would end the job without a message when the disk is full.
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, wanted)
        return
    for start in range(0, wanted, STEP):
        os.pwrite(file, bytes(min(STEP, wanted - start)), start)


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """The rows (n, d) scaled to length 1, in double precision; rows of zeros stay zero."""
    exact = vectors.astype(np.float64)
    length = np.linalg.norm(exact, axis=1, keepdims=True)
    scaled: NDArray[np.float64] = exact / np.where(length == 0, 1.0, length)
    return scaled
