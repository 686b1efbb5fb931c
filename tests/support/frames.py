"""Noise as recordings, the frames taken of it, and a small model of speech."""

import numpy as np
import pandas as pd
import soundfile
import torch

from seesay.audio.logmel import extract_shard
from seesay.schemas.audio import LOGMEL, TOKEN_MANIFEST
from seesay.settings.logmel import LogmelSettings
from seesay.shared import tables

RATE = 16000
SETTINGS = LogmelSettings(
    sample_rate=RATE,
    filters=40,
    window=0.025,
    hop=0.010,
    frames=71,
    low=64,
    high=8000,
    floor=1e-10,
    on_bad_input="reject",
)


def noise(samples, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, samples).astype(np.float32)


def record(folder, name, samples, rate=RATE, **options):
    path = folder / name
    soundfile.write(path, samples, rate, **options)
    return path


def manifest(folder, words, channel=0):
    """A token manifest of (recording_id, path, onset, offset)."""
    rows = pd.DataFrame(words, columns=["recording_id", "path", "onset", "offset"])
    rows["token_id"] = [f"{r.recording_id}@{r.onset:.3f}" for r in rows.itertuples()]
    rows = rows.assign(path=rows["path"].map(str), digest="-", channel=channel)
    path = folder / "manifest.parquet"
    tables.write(TOKEN_MANIFEST, path, rows)
    return path


def extract(folder, words, options=SETTINGS, channel=0):
    """The tables of a shard: vectors by token (tokens, frames, filters), padded, rejects."""
    out, rejects = folder / "logmel.parquet", folder / "rejects.parquet"
    extract_shard(manifest(folder, words, channel), out, rejects, options)
    found = tables.read(LOGMEL, out)
    shape = (options.frames, options.filters)
    vectors = {r.token_id: r.feature.reshape(shape) for r in found.itertuples()}
    padded = dict(zip(found["token_id"], found["padded_frames"], strict=True))
    reasons = tables.read(tables.REJECTS, rejects).set_index("id")["reason"].to_dict()
    return vectors, padded, reasons


WIDTH = 6


class Convolutions(torch.nn.Module):
    """As wav2vec 2.0 begins, in small: 25 ms seen every 20 ms, (1, n) to (1, f, d)."""

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Conv1d(1, 8, 80, stride=64)
        self.second = torch.nn.Conv1d(8, WIDTH, 5, stride=5)

    def forward(self, wave: torch.Tensor) -> torch.Tensor:
        return self.second(torch.relu(self.first(wave[:, None]))).transpose(1, 2)


def saved(folder, module, name="model.pt"):
    path = folder / name
    torch.jit.save(torch.jit.script(module), path)
    return path
