"""Weights of image networks: published ones, your own file, or random ones.

Nothing is downloaded here: a cluster's jobs have no network, and a run must not depend on a
server's state.
"""

import pickle
from collections.abc import Callable
from pathlib import Path
from textwrap import shorten
from typing import Any, TypeVar

import torch
from torch import nn

from seesay.shared.digests import sha256
from seesay.shared.errors import InputError

Net = TypeVar("Net", bound=nn.Module)

# torch's errors for files that are damaged, or hold more than tensors.
UNREADABLE = (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError)


def weighted(build: Callable[[], Net], weights: str, published: Callable[[], Path]) -> Net:
    """The network of `build` with its weights, in evaluation mode without gradients.

    `weights` is `DEFAULT` (the file of `published`), `random` (always the same; for tests), or the
    path of a state dict. Raises InputError for a file that is missing, damaged or another
    network's.
    """
    if weights == "random":
        path, state = None, None
    else:
        path = published() if weights == "DEFAULT" else Path(weights)
        state = read(path)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = build()
    if state is not None:
        try:
            net.load_state_dict(state)
        except (RuntimeError, TypeError, AttributeError) as error:
            cause = shorten(str(error), 300, placeholder=" ...")
            raise InputError(f"{path}: not weights of this network: {cause}") from error
    return net.eval().requires_grad_(False)


def read(path: Path) -> Any:
    """The contents of a file of weights; reads only tensors."""
    if not path.is_file():
        raise InputError(f"{path}: no such file; give DEFAULT, or the path of a state dict")
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except UNREADABLE as error:
        cause = shorten(str(error), 120, placeholder=" ...")
        raise InputError(
            f"{path}: not a file of weights that can be read ({cause}); save a state dict there"
        ) from error


def published(url: str) -> tuple[Path, str]:
    """Torch hub's path for the file at `url`, and the first digits of its SHA-256."""
    path = Path(torch.hub.get_dir(), "checkpoints", url.rpartition("/")[2])
    return path, path.stem.rpartition("-")[2]


def fetched(url: str) -> Path:
    """The file at `url` in torch hub's checkpoint folder.

    Its name ends in the first digits of its SHA-256. Raises InputError if it is missing or has
    another digest.
    """
    path, wanted = published(url)
    if not path.is_file():
        raise InputError(
            f"{path}: no such file; fetch {url} into {path.parent} (its SHA-256 begins with"
            f" {wanted}), or name another file as weights"
        )
    found = sha256(path)
    if not found.startswith(wanted):
        raise InputError(
            f"{path}: its SHA-256 begins with {found[: len(wanted)]}, not with {wanted} as its"
            f" name says; it is damaged, fetch {url} again"
        )
    return path
