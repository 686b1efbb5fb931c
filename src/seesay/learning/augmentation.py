"""Augments spoken words in training: shifts in time, and masks of bands (SpecAugment)."""

import numpy as np
import torch
from torch import Tensor

from seesay.settings.training import TrainingSettings


def vary(words: Tensor, settings: TrainingSettings, rng: np.random.Generator) -> Tensor:
    """Augmented copies of standardised vectors (rows, frames x filters), the same shape.

    Each word is shifted by up to `time_shift` frames either way, uniformly; then up to `time_mask`
    neighbouring frames and up to `filter_mask` neighbouring filters are masked. Masked and
    shifted-in values are 0, the training set's mean. Nothing changes in place.
    """
    if not (settings.time_shift or settings.time_mask or settings.filter_mask):
        return words
    frames = words.view(len(words), -1, settings.filters)
    rows, count, filters = frames.shape
    hidden = np.zeros((rows, count), bool)
    place = np.arange(count)
    if settings.time_shift:
        shift = rng.integers(-settings.time_shift, settings.time_shift + 1, size=rows)
        source = place - shift[:, None]
        hidden |= (source < 0) | (source >= count)
        index = torch.from_numpy(source.clip(0, count - 1)).to(words.device)
        frames = frames.gather(1, index[:, :, None].expand(-1, -1, filters))
    hidden |= bands(rows, count, settings.time_mask, rng)
    silent = torch.from_numpy(hidden).to(words.device)[:, :, None]
    masked = torch.from_numpy(bands(rows, filters, settings.filter_mask, rng)).to(words.device)
    return frames.masked_fill(silent | masked[:, None], 0.0).reshape(rows, -1)


def bands(rows: int, length: int, most: int, rng: np.random.Generator) -> np.ndarray:
    """Mask (rows, length) with a random band in each row, 0 to `most` places wide."""
    width = rng.integers(0, min(most, length) + 1, size=rows)
    start = rng.integers(0, length - width + 1)
    place = np.arange(length)
    return (place >= start[:, None]) & (place < (start + width)[:, None])
