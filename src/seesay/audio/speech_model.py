"""Frames of a speech model (wav2vec 2.0, HuBERT and the like) in place of log-Mel frames.

The model is the user's TorchScript file (`seesay.audio.whisper` takes a folder). It hears a
recording in chunks with some context, so memory does not grow with the recording.
"""

import warnings
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import shorten

import numpy as np
import torch
from numpy.typing import NDArray

from seesay.audio.logmel import Floats, Integers, LogMel
from seesay.settings.logmel import LogmelSettings
from seesay.shared.errors import InputError


class SpeechModel(LogMel):
    """Frames of recordings from a model, and the vectors of the tokens in them.

    `settings.model` is a TorchScript file that maps a waveform (1, n) float32 at `sample_rate` to
    frames (1, f, filters), float32. Its i-th frame is assumed to be centred on sample (i + 1/2) n /
    f. The frames at the times of the log-Mel frames, `hop` s apart, are interpolated between the
    two nearest, and constant beyond the first and the last. Everything else is as with log-Mel
    frames, and silence is 0. One thread gives the same bits everywhere.

    Raises InputError for a file that is missing, is no TorchScript, or gives other frames.
    """

    chunk = 30  # s whose frames are kept
    margin = 2  # most s of context before and after

    def __init__(self, settings: LogmelSettings) -> None:
        self.settings = settings
        self.hop = round(settings.hop * settings.sample_rate)
        torch.set_num_threads(1)
        self.path = Path(str(settings.model))
        self.model = _load(self.path)
        self._heard(np.zeros(settings.sample_rate, np.float32))

    @property
    def silence(self) -> np.float32:
        """The value of a frame without sound."""
        return np.float32(0)

    def frames(self, pieces: Iterable[Floats]) -> Floats:
        """The frames (1 + samples // hop, filters) of a recording given in pieces.

        Pieces are mono samples (n,) at the working rate; their lengths change no bit.
        """
        rate, blocks, done = self.settings.sample_rate, [], 0
        for start, samples, until in chunks(pieces, self.chunk * rate, self.margin * rate):
            heard = self._heard(samples)
            # The frames' times, in samples from the recording's start.
            times = np.arange(done, until // self.hop + 1) * self.hop
            places = self.places(times - start, len(samples), len(heard))
            places = np.clip(places, 0, len(heard) - 1)
            left = np.floor(places).astype(np.int64)
            right = np.minimum(left + 1, len(heard) - 1)
            weight = (places - left).astype(np.float32)[:, None]
            blocks.append(heard[left] * (1 - weight) + heard[right] * weight)
            done += len(times)
        return np.concatenate(blocks)

    def places(self, times: Integers, samples: int, frames: int) -> NDArray[np.floating]:
        """Positions of `times`, in samples, among the `frames` frames of `samples` samples."""
        return times * (frames / samples) - 0.5

    def _heard(self, samples: Floats) -> Floats:
        """The model's own frames (f, filters) of samples (n,)."""
        wanted = self.settings.filters
        try:
            with torch.inference_mode():
                found = self.model(torch.tensor(samples)[None])
        except RuntimeError as error:
            if "memory" in str(error):
                # The machine's fault, not the recording's: the job fails and is retried with more.
                raise
            # The last line of a TorchScript traceback says what went wrong.
            cause = shorten(str(error).strip().splitlines()[-1], 200, placeholder=" ...")
            raise InputError(
                f"{self.path}: fails on a waveform (1, {len(samples)}) of float32 ({cause});"
                " logmel.model needs a module that maps a waveform (1, n) to frames (1, f, d)"
            ) from error
        if not isinstance(found, torch.Tensor) or not found.is_floating_point():
            kind = found.dtype if isinstance(found, torch.Tensor) else type(found).__name__
            raise InputError(
                f"{self.path}: gives {kind}, not frames (1, f, d) of float32; export a module"
                " that returns its last hidden layer alone"
            )
        shape = tuple(found.shape)
        if len(shape) != 3 or shape[0] != 1 or not 0 < shape[1] <= len(samples):
            raise InputError(
                f"{self.path}: gives {shape} for a waveform (1, {len(samples)}), not frames"
                " (1, f, d); export a module that returns these"
            )
        if shape[2] != wanted:
            raise InputError(
                f"{self.path}: gives frames of {shape[2]} numbers, and logmel.filters is {wanted};"
                f" set logmel.filters to {shape[2]}"
            )
        frames: Floats = found[0].float().numpy()
        if not np.isfinite(frames).all():
            raise InputError(f"{self.path}: gives numbers that are not finite; export it again")
        return frames


MODEL = SpeechModel


def chunks(pieces: Iterable[Floats], chunk: int, margin: int) -> Iterator[tuple[int, Floats, int]]:
    """Chunks that the model hears: each one's start, its samples, and its last sample to keep.

    `chunk` and `margin` are in samples. Each chunk keeps the next `chunk` samples, with up to
    `margin` around them; the last keeps the rest: at least `margin`, unless the recording is
    shorter.
    """
    held, start, done = np.zeros(0, np.float32), 0, 0
    for piece in pieces:
        held = np.concatenate([held, piece])
        while start + len(held) >= done + chunk + margin:
            yield start, held[: done + chunk + margin - start], done + chunk - 1
            done += chunk
            held, start = held[done - margin - start :], done - margin
    yield start, held, start + len(held)


def _load(path: Path) -> torch.jit.ScriptModule:
    """The module of a TorchScript file, on the CPU."""
    if not path.is_file():
        raise InputError(
            f"{path}: no such file; logmel.model names it: give a TorchScript file, or null"
        )
    if not zipfile.is_zipfile(path):
        raise InputError(f"{path}: not a TorchScript file; write it with torch.jit.save")
    try:
        with warnings.catch_warnings(action="ignore"):  # a warning about the old format
            model: torch.jit.ScriptModule = torch.jit.load(path, map_location="cpu")
    except (RuntimeError, ValueError, EOFError) as error:
        cause = shorten(str(error).strip().splitlines()[0], 200, placeholder=" ...")
        raise InputError(
            f"{path}: not a TorchScript file ({cause}); write it with torch.jit.save"
        ) from error
    return model.eval()
