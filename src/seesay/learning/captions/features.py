"""Frames of whole captions, and the one place that indexes them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from seesay.learning.features import BLOCK, Features
from seesay.learning.logmel_vectors import of_tokens
from seesay.model.padded import Padded
from seesay.schemas.audio import CAPTION_FRAMES
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.vectors import room

CAPTIONS = 64  # captions that pass through a network at once


class CaptionFeatures(Features):
    """Frames (n, size) of all captions of a split, one caption after the other.

    `starts` (captions + 1,) int64 are the first frame of each, and n. `rows` and `blocks` give
    captions as `Padded`, in place of vectors.
    """

    def __init__(self, values: Tensor, starts: np.ndarray) -> None:
        super().__init__(values)
        self.starts = starts

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> np.ndarray:
        """The number of frames of each caption, (captions,) int64."""
        return np.diff(self.starts)

    def rows(self, ids: np.ndarray | slice) -> Padded:  # type: ignore[override]
        """The captions at positions `ids`."""
        places = np.arange(len(self))[ids]
        parts = [self._values[self.starts[i] : self.starts[i + 1]] for i in places]
        lengths = torch.from_numpy(self.lengths[places]).to(self._values.device)
        return Padded(pad_sequence(parts, batch_first=True), lengths)

    def blocks(self, device: torch.device | None = None) -> Iterator[Padded]:  # type: ignore[override]
        """All captions in their order, at most `CAPTIONS` at a time, on the given device."""
        for start in range(0, len(self), CAPTIONS):
            block = self.rows(slice(start, start + CAPTIONS))
            yield block if device is None else block.to(device)

    def through(  # type: ignore[override]
        self, branch: Callable[[Padded], Tensor], device: torch.device | None = None
    ) -> Tensor:
        """Outputs of the speech branch for the moments of all captions, (moments, d)."""
        return torch.cat([branch(block) for block in self.blocks(device)])

    def standardised(
        self, change: Callable[[Tensor], Tensor], device: torch.device
    ) -> "CaptionFeatures":
        """The captions on the device, with each block of frames replaced by `change(block)`."""
        values = self._values.to(device)
        for block in values.split(BLOCK):
            block.copy_(change(block))
        return CaptionFeatures(values, self.starts)


@dataclass(frozen=True)
class Captions:
    """What is heard of captions: `recording_ids` (captions,), sorted, and their `features`.

    `tokens` are the ids of words, one a frame, of captions that are read; None of those heard.
    """

    recording_ids: np.ndarray
    features: CaptionFeatures
    tokens: np.ndarray | None = None


def load_captions(paths: Sequence[Path], said: pd.DataFrame) -> Captions:
    """What is heard of the recordings of `said`: its frames, or its words one after the other.

    `paths` are the tables CAPTION_FRAMES, or for the control `text` a table LOGMEL of one-hot
    words. `said` has recording_id, token_id and position of the captions' tokens. Recordings
    without frames are left out; the rejects of caption_frames name them. Raises InputError if none
    has any.
    """
    with tables.opened(paths[0]) as file:
        read = "token_id" in file.schema_arrow.names
    found = _words(paths, said) if read else _frames(paths, said)
    if not found.recording_ids.size:
        raise InputError(
            "caption_frames: none of the recordings that say captions has any; see its rejects"
        )
    return found


def _frames(paths: Sequence[Path], said: pd.DataFrame) -> Captions:
    known = tables.read(CAPTION_FRAMES, paths, columns=["recording_id", "frames"])
    known = known[known["recording_id"].isin(said["recording_id"]) & (known["frames"] > 0)]
    starts = np.concatenate([[0], known["frames"].cumsum()]).astype(np.int64)
    first = dict(zip(known["recording_id"], starts.tolist(), strict=False))
    frames = None
    for batch in tables.batches(CAPTION_FRAMES, paths, rows=64):
        names, counts = (batch.column(name).to_pylist() for name in ("recording_id", "frames"))
        column = batch.column("feature")
        for row, (name, count) in enumerate(zip(names, counts, strict=True)):
            if name not in first:
                continue
            values = column[row].values.to_numpy(zero_copy_only=False).reshape(count, -1)
            frames = room(int(starts[-1]), values.shape[1]) if frames is None else frames
            frames[first[name] : first[name] + count] = values
    frames = np.empty((0, 1), np.float32) if frames is None else frames
    features = CaptionFeatures(torch.from_numpy(frames), starts)
    return Captions(known["recording_id"].to_numpy(dtype=object), features)


def _words(paths: Sequence[Path], said: pd.DataFrame) -> Captions:
    names, vectors = of_tokens(paths, said["token_id"].tolist())
    row = pd.Index(names).get_indexer(pd.Index(said["token_id"]))
    order = said.assign(row=row)[row >= 0].sort_values(["recording_id", "position"])
    ids, starts = np.unique(order["recording_id"].to_numpy(dtype=object), return_index=True)
    values = np.empty((0, 1), np.float32) if vectors is None else vectors[order["row"]]
    ends = np.append(starts, len(order)).astype(np.int64)
    features = CaptionFeatures(torch.from_numpy(values), ends)
    return Captions(ids, features, order["token_id"].to_numpy(dtype=object))
