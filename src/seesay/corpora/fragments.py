"""Karpathy's ready-made fragments: the R-CNN features of Pascal1K, Flickr8k or Flickr30k.

A folder holds `split_train_img.mat`, `split_val_img.mat` and `split_test_img.mat` (Karpathy et al.
2014). Each has a cell array `Img`, a struct a picture: `fname` (`imgs/2008_003703.jpg`) and `codes`
(20 x 4097): the 19 best detections and the whole picture, 4,096 numbers and a constant 1 each. The
files do not say which row is the whole picture, and hold no boxes.

A damaged file may end scipy's reader by a signal, or fill the memory. So its own process reads it:
this module run as a program, which sends the pictures one by one.
"""

import json
import os
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from seesay.corpora import Reject
from seesay.shared import lifeline
from seesay.shared.errors import InputError
from seesay.shared.printable import composed

FILES = {
    "train": "split_train_img.mat",
    "validation": "split_val_img.mat",
    "test": "split_test_img.mat",
}
WIDTH = 4096
HDF5 = b"\x89HDF\r\n\x1a\n"
# Errors of scipy for damaged files and for other files than MATLAB's.
UNREADABLE = (
    *(OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError),
    *(MemoryError, zlib.error, MatReadError),
)
DAMAGED = "{path}: not a readable MATLAB file ({cause}); fetch it again"


@dataclass(frozen=True)
class Codes:
    """The fragments of one picture: `features` is (n, 4096), float32."""

    fname: str
    features: NDArray[np.float32]


def sources(folder: Path) -> dict[str, Path]:
    """The file of each split. Raises InputError if one is missing."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; set fragments.path to that of the .mat files")
    paths = {split: folder / name for split, name in FILES.items()}
    for path in paths.values():
        if not path.is_file():
            raise InputError(f"{path}: no such file; it is to hold ready-made fragments")
    return paths


def read(path: Path) -> tuple[list[Codes], list[Reject]]:
    """The pictures of one file in its order, and those with unusable codes.

    Raises InputError if the file is no MATLAB file of versions 5 to 7, or has another layout.
    """
    found, rejects = [], []
    command, environment = lifeline.helper(__spec__.name, str(path))
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as helper:
        assert helper.stdout is not None
        while (said := _received(helper.stdout)) is not None and "fname" in said:
            size = said["rows"] * WIDTH * np.dtype(np.float32).itemsize
            content = helper.stdout.read(size)
            if len(content) < size:
                said = None
                break
            if said["fault"]:
                rejects.append(Reject(said["where"], f"{said['fault']}: {said['fname']}"))
            else:
                codes = np.frombuffer(content, np.float32).reshape(-1, WIDTH)
                found.append(Codes(said["fname"], codes))
    if said is None:
        raise InputError(DAMAGED.format(path=path, cause=_end(helper.returncode)))
    if said["error"]:
        raise InputError(said["error"])
    return found, rejects


def _received(stream: IO[bytes]) -> dict[str, Any] | None:
    """The next line from a helper; None if it ended without one."""
    try:
        found: dict[str, Any] = json.loads(stream.readline())
    except ValueError:
        return None
    return found


def _end(code: int) -> str:
    if code < 0:
        return f"its reader was ended by {signal.Signals(-code).name}"
    return f"its reader ended with exit status {code}"


def _send(path: Path, stream: IO[bytes]) -> None:
    """Send the pictures of a file, each as a line of JSON and, if right, its codes."""
    said: dict[str, Any] = {"error": ""}
    try:
        for place, entry in enumerate(_entries(path), start=1):
            try:
                fname, codes = _text(entry["fname"]), _inner(entry["codes"])
            except (ValueError, IndexError, TypeError) as error:
                raise InputError(f"{path}: Img{{{place}}} has no fname or no codes") from error
            fault = _fault(codes)
            kept = np.empty((0, WIDTH)) if fault else codes[:, :WIDTH]
            where = f"{path.name}, Img{{{place}}}"
            one = {"fname": fname, "where": where, "fault": fault, "rows": len(kept)}
            stream.write(json.dumps(one).encode() + b"\n")
            stream.write(np.ascontiguousarray(kept, np.float32).tobytes())
    except InputError as error:
        said["error"] = str(error)
    stream.write(json.dumps(said).encode() + b"\n")
    stream.flush()


def splits(folder: Path, image_ids: Iterable[str]) -> dict[str, str]:
    """The split of each known picture: the one whose file has it.

    Raises InputError if two files have the same picture, which would show the model its test
    pictures.
    """
    find = finder(image_ids)
    found: dict[str, str] = {}
    for split, path in sources(folder).items():
        # The stage fragments reports faulty codes, and codes of no picture.
        for codes in read(path)[0]:
            image_id = find(codes.fname)
            if image_id and found.setdefault(image_id, split) != split:
                raise InputError(
                    f"{path}: {codes.fname} is in {FILES[found[image_id]]} too; leave it in one"
                )
    return found


def finder(image_ids: Iterable[str]) -> Callable[[str], str | None]:
    """A function from an `fname` to the id of the picture with that file name, if any.

    Ignores folders: those in the files are not those of the corpus. The function raises InputError
    if several pictures have the name.
    """
    ids: dict[str, list[str]] = {}
    for image_id in image_ids:
        ids.setdefault(PurePosixPath(image_id).name, []).append(image_id)

    def find(fname: str) -> str | None:
        known = ids.get(composed(PurePosixPath(fname).stem), [])
        if len(known) > 1:
            raise InputError(
                f"fragments: {fname} may be of {known[0]} or of {known[1]}; rename one picture"
            )
        return known[0] if known else None

    return find


def _entries(path: Path) -> list[Any]:
    """The structs of the cell array, or of a struct array, `Img`."""
    advice = "in MATLAB, load it and save it again with save(..., 'Img', '-v7')"
    try:
        with path.open("rb") as file:
            start = file.read(512 + len(HDF5))
        if HDF5 in (start[: len(HDF5)], start[512:]):
            raise NotImplementedError
        content = loadmat(path, variable_names=["Img"])
    except NotImplementedError as error:
        raise InputError(f"{path}: saved as MATLAB 7.3 (HDF5); {advice}") from error
    except UNREADABLE as error:
        cause = " ".join(str(error).split())
        raise InputError(DAMAGED.format(path=path, cause=cause)) from error
    if "Img" not in content:
        raise InputError(f"{path}: no variable Img in it; is it a file of ready-made fragments?")
    entries = [_inner(entry) for entry in np.ravel(content["Img"])]
    if not all(isinstance(entry, np.void) for entry in entries):
        raise InputError(f"{path}: Img is no cell array of structs with fname and codes")
    return entries


def _inner(value: Any) -> Any:
    """The content of one-element cells and structs: MATLAB makes everything an array."""
    while isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind in "OV":
        value = value.reshape(-1)[0]
    return value


def _text(value: Any) -> str:
    """A row of chars as text."""
    value = _inner(value)
    return str(np.ravel(value)[0])


def _fault(codes: Any) -> str:
    """What is wrong with a picture's codes; "" if nothing."""
    if not isinstance(codes, np.ndarray) or codes.dtype.kind not in "fiu":
        return "codes are no matrix of numbers; make the file again"
    if codes.ndim != 2 or codes.shape[1] != WIDTH + 1 or not len(codes):
        shape = " x ".join(str(size) for size in codes.shape)
        return f"codes are {shape}, not 20 x {WIDTH + 1}; make the file again"
    if not np.isfinite(codes).all():
        return "codes have numbers that are not finite; make the file again"
    if not (codes[:, WIDTH] == 1).all():
        return f"column {WIDTH + 1} of the codes is not the constant 1; make the file again"
    return ""


if __name__ == "__main__":
    lifeline.end_with(os.getppid())
    _send(Path(sys.argv[1]), sys.stdout.buffer)
