"""Karpathy's ready-made fragments: the R-CNN features of Pascal1K, Flickr8k or Flickr30k.

A folder holds `split_train_img.mat`, `split_val_img.mat` and `split_test_img.mat` (Karpathy et
al. 2014). Each has a cell array `Img`, a struct a picture: `fname` (`imgs/2008_003703.jpg`) and
`codes` (20 x 4097): the 19 best detections and the whole picture, 4,096 numbers and a constant
1 each. Which row is the whole picture the files do not say, and they hold no boxes.
"""

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from seesay.corpora import Reject
from seesay.errors import InputError

FILES = {
    "train": "split_train_img.mat",
    "validation": "split_val_img.mat",
    "test": "split_test_img.mat",
}
WIDTH = 4096
HDF5 = b"\x89HDF\r\n\x1a\n"
# What scipy raises for files that are damaged or no MATLAB files.
UNREADABLE = (OSError, ValueError, TypeError, KeyError, IndexError, zlib.error, MatReadError)


@dataclass(frozen=True)
class Codes:
    """The fragments of one picture: `features` is (n, 4096), float as the file has it."""

    fname: str
    features: NDArray[np.floating[Any]]


def sources(folder: Path) -> dict[str, Path]:
    """The file of each split. Raises InputError when one is missing."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; set fragments.path to that of the .mat files")
    paths = {split: folder / name for split, name in FILES.items()}
    for path in paths.values():
        if not path.is_file():
            raise InputError(f"{path}: no such file; it is to hold ready-made fragments")
    return paths


def read(path: Path) -> tuple[list[Codes], list[Reject]]:
    """The pictures of one file in its order, and those whose codes cannot be used.

    Raises InputError when the file is no MATLAB file of versions 5 to 7, or has not the layout.
    """
    found, rejects = [], []
    for place, entry in enumerate(_entries(path), start=1):
        where = f"{path.name}, Img{{{place}}}"
        try:
            fname, codes = _text(entry["fname"]), _inner(entry["codes"])
        except (ValueError, IndexError, TypeError) as error:
            raise InputError(f"{path}: Img{{{place}}} has no fname or no codes") from error
        fault = _fault(codes)
        if fault:
            rejects.append(Reject(where, f"{fname}: {fault}"))
        else:
            found.append(Codes(fname, codes[:, :WIDTH]))
    return found, rejects


def splits(folder: Path, image_ids: Iterable[str]) -> dict[str, str]:
    """The split of each known picture: the one whose file has it.

    Raises InputError when two files have the same picture: that would show the model what it
    is tested on.
    """
    find = finder(image_ids)
    found: dict[str, str] = {}
    for split, path in sources(folder).items():
        # What is wrong with the codes, or of no picture, the stage fragments reports.
        for codes in read(path)[0]:
            image_id = find(codes.fname)
            if image_id and found.setdefault(image_id, split) != split:
                raise InputError(
                    f"{path}: {codes.fname} is in {FILES[found[image_id]]} too; leave it in one"
                )
    return found


def finder(image_ids: Iterable[str]) -> Callable[[str], str | None]:
    """A function from an `fname` to the id of the picture with that file name, if any.

    Folders do not count: those in the files are not those of the corpus. The function raises
    InputError when several pictures have the name.
    """
    ids: dict[str, list[str]] = {}
    for image_id in image_ids:
        ids.setdefault(PurePosixPath(image_id).name, []).append(image_id)

    def find(fname: str) -> str | None:
        known = ids.get(PurePosixPath(fname).stem, [])
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
        raise InputError(f"{path}: not a readable MATLAB file ({cause}); fetch it again") from error
    if "Img" not in content:
        raise InputError(f"{path}: no variable Img in it; is it a file of ready-made fragments?")
    entries = [_inner(entry) for entry in np.ravel(content["Img"])]
    if not all(isinstance(entry, np.void) for entry in entries):
        raise InputError(f"{path}: Img is no cell array of structs with fname and codes")
    return entries


def _inner(value: Any) -> Any:
    """What cells and structs of one element hold: MATLAB makes everything an array."""
    while isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind in "OV":
        value = value.reshape(-1)[0]
    return value


def _text(value: Any) -> str:
    """A row of chars as text."""
    value = _inner(value)
    return str(np.ravel(value)[0])


def _fault(codes: Any) -> str:
    """What is wrong with a picture's codes, or nothing."""
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
