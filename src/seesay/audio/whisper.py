"""Frames of a Whisper model's encoder in place of log-Mel frames, run by the package ctranslate2.

The model is a folder written by CTranslate2's converter (config.json, model.bin, a vocabulary):
data, not a program. Whisper learnt from transcripts, so results with its frames are no evidence for
learning from speech and pictures alone; the report says so.
"""

import importlib
import math
from pathlib import Path
from textwrap import shorten
from typing import Any

import librosa
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from seesay.audio.logmel import Floats, Integers, LogMel
from seesay.audio.speech_model import SpeechModel
from seesay.settings.logmel import LogmelSettings
from seesay.shared.errors import InputError

RATE = 16000  # Hz, for every Whisper model
WIDTH = 400  # samples of a Mel frame's window, and of its spectrum
HOP = 160  # samples from Mel frame to Mel frame
STEP = 320  # samples from one frame of the encoder to the next
LONGEST = 30 * RATE  # most samples: the encoder has no more positions
TAIL = RATE  # samples of silence behind a short recording


class Whisper(SpeechModel):
    """Frames of recordings from a Whisper encoder, and the vectors of the tokens in them.

    `settings.model` is a folder with a CTranslate2 Whisper model. Its i-th frame is centred on
    sample 320 i; everything else is as in `SpeechModel`. A long recording is heard in windows of 30
    s, of which the middle 20 s are kept. A short one is heard in a window of its own length and
    `TAIL`, not in 30 s, so a file of one word takes 13 ms. Float32, one thread.

    Raises InputError for a missing package, a folder that is no such model, or settings that do not
    fit it.
    """

    chunk = 20
    margin = 5

    def __init__(self, settings: LogmelSettings) -> None:
        self.settings = settings
        self.hop = round(settings.hop * settings.sample_rate)
        self.path = Path(str(settings.model))
        if settings.sample_rate != RATE:
            raise InputError(
                f"{self.path}: Whisper hears {RATE} Hz, and logmel.sample_rate is"
                f" {settings.sample_rate}; set logmel.sample_rate to {RATE}"
            )
        self.runtime = _runtime(self.path)
        self.encoder = _load(self.runtime, self.path)
        self.mel = WhisperMel(self.encoder.n_mels)
        self._heard(np.zeros(RATE, np.float32))

    def places(self, times: Integers, samples: int, frames: int) -> NDArray[np.floating]:
        """Positions of `times`, in samples from the window's start, among the encoder's frames."""
        return times / STEP

    def _heard(self, samples: Floats) -> Floats:
        """The encoder's frames (f, filters), 50 a second, of samples (n,), at most 30 s."""
        tail = min(TAIL, LONGEST - len(samples))
        mel = self.mel.scaled(np.concatenate([samples, np.zeros(tail, np.float32)]))
        given = self.runtime.StorageView.from_array(np.ascontiguousarray(mel.T[None]))
        frames: Floats = np.array(self.encoder.encode(given))[0]
        wanted = self.settings.filters
        if frames.shape[1] != wanted:
            raise InputError(
                f"{self.path}: gives frames of {frames.shape[1]} numbers, and logmel.filters is"
                f" {wanted}; set logmel.filters to {frames.shape[1]}"
            )
        if not np.isfinite(frames).all():
            raise InputError(f"{self.path}: gives numbers that are not finite; convert it again")
        return frames


class WhisperMel(LogMel):
    """The log-Mel frames for Whisper models: 100 a second, a window of 25 ms.

    As `LogMel`, but the spectrum is no longer than its window, and the logarithm is scaled. Source:
    Radford et al. 2023, section 2.2, and the authors' code (`log_mel_spectrogram`).
    """

    def __init__(self, filters: int) -> None:
        self.settings = LogmelSettings(
            sample_rate=RATE, filters=filters, window=WIDTH / RATE, hop=HOP / RATE, frames=1,
            low=0, high=RATE / 2, floor=1e-10, on_bad_input="fail",
        )  # fmt: skip
        self.width, self.hop, self.fft = WIDTH, HOP, WIDTH
        self.window = np.hanning(WIDTH + 1)[:-1].astype(np.float32)
        mel = librosa.filters.mel(sr=RATE, n_fft=WIDTH, n_mels=filters)
        self.filters = csr_array(mel.astype(np.float32))

    def scaled(self, samples: Floats) -> Floats:
        """Frames (n // 160, filters) of samples (n,): log10, at most 8 below their maximum.

        They are scaled to (x + 4) / 4, as the models were trained.
        """
        frames = self.frames([samples])[: len(samples) // HOP] / np.float32(math.log(10))
        return (np.maximum(frames, frames.max() - 8) + 4) / 4


MODEL = Whisper


def _runtime(path: Path) -> Any:
    """The package ctranslate2, which seesay does not install by default."""
    try:
        return importlib.import_module("ctranslate2")
    except ImportError as error:
        raise InputError(
            f"{path}: a Whisper model, run by the package ctranslate2, which is not installed or"
            f" does not load ({shorten(str(error), 100, placeholder=' ...')}); install it: pip"
            " install 'seesay[whisper]'"
        ) from error


def _load(runtime: Any, path: Path) -> Any:
    """The Whisper model of a folder, on one thread of the CPU."""
    try:
        return runtime.models.Whisper(
            str(path), device="cpu", compute_type="float32", inter_threads=1, intra_threads=1
        )
    except (RuntimeError, ValueError, TypeError) as error:
        cause = shorten(str(error).strip(), 200, placeholder=" ...")
        raise InputError(
            f"{path}: not a folder with a CTranslate2 Whisper model ({cause}); logmel.model needs"
            " one as ct2-transformers-converter writes it, or a TorchScript file"
        ) from error
