"""log-Mel vectors of spoken tokens (paper section 2): 71 frames of 40 filters."""

from collections.abc import Iterator
from pathlib import Path

import librosa
import numpy as np
import pyarrow as pa
import scipy.fft
import soundfile
import soxr

from seesay import tables
from seesay.errors import InputError
from seesay.progress import progress
from seesay.settings.logmel import LogmelSettings
from seesay.speech import TOKEN_MANIFEST
from seesay.tables import REJECTS, Column, Table

BLOCK = 4096  # frames computed at once: bounds the memory that an hour of speech takes


# The vectors' size is frames x filters (2,840); 0 stands for any one size.
LOGMEL = Table(
    "logmel",
    ("token_id",),
    (
        Column("token_id", pa.string(), "the token"),
        Column("padded_frames", pa.int16(), "frames beyond the recording's ends, set to silence"),
        Column("feature", tables.features(0), "log-Mel frames, frame by frame (71 x 40)"),
    ),
)


class LogMel:
    """log-Mel frames of whole recordings: `LogMel(settings)(samples)`.

    Frame i is centred on the time i x hop: its window covers the samples around i x hop, and
    samples beyond the recording's ends count as 0. Each frame is the natural logarithm of the
    Mel-weighted power spectrum under a Hann window, cut at `floor`.
    """

    def __init__(self, settings: LogmelSettings) -> None:
        self.settings = settings
        rate = settings.sample_rate
        self.width = round(settings.window * rate)
        self.hop = round(settings.hop * rate)
        self.fft = 1 << (self.width - 1).bit_length()
        self.window = np.hanning(self.width + 1)[:-1].astype(np.float32)
        self.filters = librosa.filters.mel(
            sr=rate, n_fft=self.fft, n_mels=settings.filters, fmin=settings.low, fmax=settings.high
        ).T.astype(np.float32)

    def __call__(self, samples: np.ndarray) -> np.ndarray:
        """Frames (1 + samples // hop, filters), float32, of float32 mono samples."""
        frames = 1 + len(samples) // self.hop
        left = self.width // 2
        padded = np.zeros(left + (frames - 1) * self.hop + self.width, np.float32)
        usable = samples[: len(padded) - left]
        padded[left : left + len(usable)] = usable
        windows = np.lib.stride_tricks.sliding_window_view(padded, self.width)[:: self.hop][:frames]
        out = np.empty((frames, self.settings.filters), np.float32)
        for start in range(0, frames, BLOCK):
            block = windows[start : start + BLOCK] * self.window
            spectrum = scipy.fft.rfft(block, n=self.fft, axis=1, workers=1)
            power = spectrum.real**2 + spectrum.imag**2
            np.matmul(power, self.filters, out=out[start : start + BLOCK])
        return np.log(np.maximum(out, self.settings.floor, out=out), out=out)

    @property
    def silence(self) -> np.float32:
        """The value of a frame without sound."""
        return np.float32(np.log(np.float32(self.settings.floor)))

    def cut(self, frames: np.ndarray, middles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The vectors of tokens whose middles are at `middles` (s), and their padded frames.

        `frames` is (n, filters); the result is (tokens, 71 x 40) float32, frame-major, and
        (tokens,) int16. The middle frame is the one nearest to the middle of the word.
        """
        half = self.settings.frames // 2
        centres = np.rint(middles / self.settings.hop).astype(np.int64)
        rows = centres[:, None] + np.arange(-half, half + 1)
        outside = (rows < 0) | (rows >= len(frames))
        vectors = frames[np.clip(rows, 0, len(frames) - 1)]
        vectors[outside] = self.silence
        return vectors.reshape(len(middles), self.settings.size), outside.sum(1).astype(np.int16)


def read_samples(path: Path, rate: int) -> np.ndarray:
    """A recording as mono float32 at `rate` Hz; channels are averaged.

    Raises InputError when the file cannot be read.
    """
    try:
        samples, found = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise InputError(f"{path}: cannot be read ({error}); replace or remove it") from error
    mono = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1)
    if found != rate:
        mono = soxr.resample(mono, found, rate, quality="HQ")
    return np.ascontiguousarray(mono, np.float32)


def extract_shard(manifest: Path, out: Path, rejects: Path, settings: LogmelSettings) -> None:
    """Write the table `logmel` of one shard: each recording is read once, its tokens are cut.

    Memory holds one recording at a time. A recording that cannot be read puts its tokens into
    `rejects`, or ends the run with InputError where `on_bad_input` is `fail`.
    """
    tokens = tables.read(TOKEN_MANIFEST, manifest)
    compute = LogMel(settings)
    refused: list[tuple[str, str, str]] = []
    groups = list(tokens.groupby("recording_id", sort=True))
    with tables.Writer(tables.sized(LOGMEL, feature=settings.size), out) as writer:
        for _, group in progress(groups, "log-Mel", "recordings"):
            try:
                frames = compute(read_samples(Path(group["path"].iloc[0]), settings.sample_rate))
            except InputError as error:
                if settings.on_bad_input == "fail":
                    raise
                refused += [("logmel", token, str(error)) for token in group["token_id"]]
                continue
            for part in _pieces(len(group)):
                rows = group.iloc[part]
                middles = (rows["onset"].to_numpy() + rows["offset"].to_numpy()) / 2
                vectors, padded = compute.cut(frames, middles)
                writer.write(
                    {
                        "token_id": rows["token_id"].to_numpy(),
                        "padded_frames": padded,
                        "feature": vectors,
                    }
                )
    tables.write(REJECTS, rejects, tables.rejects(refused))


def _pieces(rows: int, size: int = 2048) -> Iterator[slice]:
    for start in range(0, rows, size):
        yield slice(start, start + size)
