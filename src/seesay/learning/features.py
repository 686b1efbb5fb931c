"""Vectors of fragments and tokens, and the one place that indexes them.

Training, embedding and measures ask `Features` for rows, for blocks or for moments, and hold no
tensor of all vectors themselves. To stream vectors from disk, change this module.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from seesay.learning.logmel_vectors import of_tokens
from seesay.schemas.vision import FC7
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.vectors import room

BLOCK = 2048  # vectors that pass through a network at once


class Features:
    """Vectors (n, size) of all fragments or all tokens of some pictures.

    They are float32; in pseudo-word rounds a training token is the number of its pseudo-word,
    int64 and of size 1.
    """

    def __init__(self, values: Tensor) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    @property
    def size(self) -> int:
        """Numbers in a vector."""
        return self._values.shape[1]

    def rows(self, ids: np.ndarray | slice) -> Tensor:
        """The vectors at positions `ids` (k,), 0 to n - 1: a new tensor, or a view for a slice."""
        if isinstance(ids, slice):
            return self._values[ids]
        # Several times as fast as indexing.
        places = torch.from_numpy(np.asarray(ids, np.int64)).to(self._values.device)
        return self._values.index_select(0, places)

    def blocks(self, device: torch.device | None = None) -> Iterator[Tensor]:
        """All vectors in their order, at most `BLOCK` at a time, on the given device."""
        for block in self._values.split(BLOCK):
            yield block if device is None else block.to(device)

    def through(
        self, branch: Callable[[Tensor], Tensor], device: torch.device | None = None
    ) -> Tensor:
        """Outputs of a branch of the network for all vectors, (n, d), block by block."""
        outputs, start = None, 0
        for block in self.blocks(device):
            found = branch(block)
            if outputs is None:
                outputs = _like(found, len(self))
            outputs[start : start + len(found)] = found
            start += len(found)
        assert outputs is not None
        return outputs

    def moments(self, shared: int = 0) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of each number, (size,) each.

        With `shared` filters, all frames of a vector (frames x filters) share each filter's.
        """
        values = self._values.view(len(self), -1, shared) if shared else self._values
        over = (0, 1) if shared else (0,)
        deviation, mean = torch.std_mean(values, dim=over, correction=0)
        frames = values.shape[1] if shared else 1
        return mean.repeat(frames), deviation.repeat(frames)

    def standardised(self, change: Callable[[Tensor], Tensor], device: torch.device) -> "Features":
        """The vectors on the device, with each block replaced by `change(block)`.

        Vectors already on the device change in place, so a large corpus is not held twice.
        """
        values = self._values.to(device)
        for block in values.split(BLOCK):
            block.copy_(change(block))
        return Features(values)


def _like(found: Tensor, rows: int) -> Tensor:
    """A tensor of `rows` such rows, to fill."""
    if found.device.type != "cpu":
        return found.new_empty(rows, found.shape[1])
    return torch.from_numpy(room(rows, found.shape[1]))


@dataclass(frozen=True)
class Fragments:
    """`keys` has image_id and region, in the order of `features`.

    With context a vector has 2 d numbers: the fragment's, then its whole picture's.
    """

    keys: pd.DataFrame
    features: Features


@dataclass(frozen=True)
class Words:
    """`token_ids` is in the order of `features`, the log-Mel vectors, and so is `talkers`.

    `talkers` has each token's talker as an integer, if known.
    """

    token_ids: np.ndarray
    features: Features
    talkers: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))


def load_fragments(shards: Sequence[Path], image_ids: set[str], context: bool = False) -> Fragments:
    """Read the fc7 features of the given pictures, sorted by picture and region.

    With `context`, each vector is followed by that of its picture's region 0, the whole picture;
    raises InputError for a picture without one.
    """
    keys = tables.read(FC7, shards, columns=["image_id", "region"])
    keys = keys[keys["image_id"].isin(image_ids)].reset_index(drop=True)
    if keys.empty:
        raise InputError("fc7: no features for any picture of the split; see the regions' rejects")
    place, values = pd.MultiIndex.from_frame(keys), None
    for batch in tables.batches(FC7, shards):
        frame = batch.select(["image_id", "region"]).to_pandas()
        rows = place.get_indexer(pd.MultiIndex.from_frame(frame))
        found = tables.matrix(batch.column("feature"))
        values = room(len(keys), found.shape[1]) if values is None else values
        values[rows[rows >= 0]] = found[rows >= 0]
    features = torch.from_numpy(values)
    return Fragments(keys, Features(with_whole(keys, features) if context else features))


def with_whole(keys: pd.DataFrame, values: Tensor) -> Tensor:
    """Features (n, d) of fragments, each followed by its whole picture's: (n, 2 d).

    `keys` has their image_id and region. Raises InputError for a picture without a region 0.
    """
    size, rows = values.shape[1], whole(keys)
    both = torch.from_numpy(room(len(values), 2 * size))
    for start in range(0, len(values), BLOCK):
        block = slice(start, start + BLOCK)
        both[block, :size], both[block, size:] = values[block], values[rows[block]]
    return both


def whole(keys: pd.DataFrame) -> np.ndarray:
    """For each row of image_id and region, the row of its picture's region 0.

    Raises InputError for a picture without a region 0: its whole picture is unknown.
    """
    rows = pd.Series(np.arange(len(keys)), index=keys["image_id"])[(keys["region"] == 0).to_numpy()]
    found = rows.reindex(keys["image_id"]).to_numpy(dtype=np.float64)
    if np.isnan(found).any():
        image_id = keys["image_id"].to_numpy()[np.isnan(found)][0]
        raise InputError(
            f"fc7: picture {image_id} has no fragment that is the whole picture (region 0), which"
            " training.context: gate needs; say which it is (fragments.whole), or take none"
        )
    return found.astype(np.int64)


def load_words(shards: Sequence[Path], token_ids: Sequence[str]) -> Words:
    """Read the log-Mel vectors of the given tokens, sorted by token id.

    Tokens that logmel rejected are left out; its rejects table names them.
    """
    names, features = of_tokens(shards, token_ids)
    if features is None:
        raise InputError("logmel: none of the matched tokens has a log-Mel vector; see its rejects")
    return Words(names, Features(torch.from_numpy(features)))
