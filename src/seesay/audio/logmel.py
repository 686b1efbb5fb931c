"""log-Mel vectors of spoken tokens (paper section 2): 71 frames of 40 filters a token.

Alternatives to the paper's window are the window without the word's neighbours, and the word alone,
stretched to a number of frames. A speech model can provide the frames (`seesay.audio.speech_model`,
`seesay.audio.whisper`).
"""

import importlib
import warnings
from collections.abc import Iterable
from pathlib import Path

import librosa
import numpy as np
import pandas as pd
import scipy.fft
from numpy.typing import NDArray
from scipy.sparse import csr_array

from seesay.schemas.audio import LOGMEL, TOKEN_MANIFEST
from seesay.settings.logmel import LogmelSettings
from seesay.shared import sound, sources, tables
from seesay.shared.columns import sized
from seesay.shared.errors import InputError, cause
from seesay.shared.progress import progress
from seesay.shared.rejects import write_rejects

# They bound the memory for an hour of speech, like sound.SAMPLES, and change no number.
FRAMES = 512  # frames computed at once: few enough for a core's cache
TOKENS = 2048  # vectors written at once

BEYOND = "the word's middle, {:.3f} s, is not within the recording; correct its times"
SPOILED = (
    "around {:.3f} s the recording holds samples that no sound has: not finite numbers, or far"
    " above those where full scale is 1; replace it"
)

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Times = NDArray[np.float64]


class LogMel:
    """log-Mel frames of recordings, and the vectors of the tokens in them.

    Frame i is centred on sample i x hop: its Hann window covers the half window before and after
    it, and samples beyond the recording's ends count as 0. A frame holds the natural logarithm of
    the power spectrum under librosa's Mel filters (Slaney's scale, filters of equal area), with
    `floor` as the least power. Samples are between -1 and 1.

    Raises InputError if there are so many filters that one lies between two bins of the spectrum
    and would always be silent.
    """

    def __init__(self, settings: LogmelSettings) -> None:
        self.settings = settings
        self.width = round(settings.window * settings.sample_rate)
        self.hop = round(settings.hop * settings.sample_rate)
        self.fft = 1 << (self.width - 1).bit_length()
        # Periodic, as in librosa: one sample longer, then cut.
        self.window = np.hanning(self.width + 1)[:-1].astype(np.float32)
        with warnings.catch_warnings(action="ignore"):  # librosa only warns of this error
            filters = librosa.filters.mel(
                sr=settings.sample_rate,
                n_fft=self.fft,
                n_mels=settings.filters,
                fmin=settings.low,
                fmax=settings.high,
            )
        if not filters.any(axis=1).all():
            raise InputError(
                f"logmel.filters: {settings.filters} filters between {settings.low:g} and "
                f"{settings.high:g} Hz are finer than the spectrum, {settings.sample_rate} / "
                f"{self.fft} Hz; take fewer filters or a longer window"
            )
        # Sparse: faster than the dense product, and a frame's sums do not depend on the number
        # of frames computed at once, or of threads.
        self.filters = csr_array(filters.astype(np.float32))

    def frames(self, pieces: Iterable[Floats]) -> Floats:
        """The frames (1 + samples // hop, filters) of a recording given in pieces.

        Pieces are mono samples (n,) at the working rate; their lengths change no bit.
        """
        held = np.zeros(self.width // 2, np.float32)  # samples from the next frame's start on
        total, blocks = 0, []
        for piece in pieces:
            total += len(piece)
            held = np.concatenate([held, piece])
            count = max(0, 1 + (len(held) - self.width) // self.hop)
            blocks.append(self._compute(held, count))
            held = held[count * self.hop :]
        count = 1 + total // self.hop - sum(len(block) for block in blocks)
        beyond = np.zeros(count * self.hop + self.width, np.float32)
        blocks.append(self._compute(np.concatenate([held, beyond]), count))
        return np.concatenate(blocks)

    def _compute(self, samples: Floats, count: int) -> Floats:
        """The first `count` frames (count, filters) of samples whose first starts a frame."""
        out = np.empty((count, self.settings.filters), np.float32)
        if count:
            windows = np.lib.stride_tricks.sliding_window_view(samples, self.width)[:: self.hop]
            for start in range(0, count, FRAMES):
                block = windows[start : min(start + FRAMES, count)] * self.window
                spectrum = scipy.fft.rfft(block, n=self.fft, axis=1, workers=1)
                power = spectrum.real**2 + spectrum.imag**2
                out[start : start + FRAMES] = (self.filters @ power.T).T
        return np.log(np.maximum(out, np.float32(self.settings.floor), out=out), out=out)

    def normalised(self, frames: Floats) -> Floats:
        """The frames (m, filters) of a recording, minus its means if the settings say so."""
        if self.settings.normalise != "recording":
            return frames
        return frames - frames.mean(axis=0, dtype=np.float64).astype(np.float32)

    @property
    def silence(self) -> np.float32:
        """The value of a frame without sound."""
        return np.log(np.float32(self.settings.floor))

    def middles(self, onsets: NDArray[np.float64], offsets: NDArray[np.float64]) -> Integers:
        """The frames nearest to the middles of words, (n,) int64, from their times (n,) in s.

        The middle (onset + offset) / 2 is rounded to the nearest sample, and that to the nearest
        frame; halves go up.
        """
        samples = np.floor((onsets + offsets) / 2 * self.settings.sample_rate + 0.5)
        middles: Integers = (samples.astype(np.int64) + self.hop // 2) // self.hop
        return middles

    def spoiled(self, onsets: pd.Series, offsets: pd.Series, faults: Times) -> NDArray[np.bool_]:
        """Which words (n,) have damaged samples in their frames; `faults` are times in s, sorted.

        Frames reach half a window beyond their middles, and resampling a little further.
        """
        half = (self.settings.frames // 2) * self.settings.hop
        first, last = (onsets + offsets) / 2 - half, (onsets + offsets) / 2 + half
        if self.settings.span == "word":
            first, last = onsets, offsets
        reach = self.settings.hop + self.settings.window
        before = np.searchsorted(faults, (first - reach).to_numpy())
        after = np.searchsorted(faults, (last + reach).to_numpy(), side="right")
        spoiled: NDArray[np.bool_] = before < after
        return spoiled

    def cut(self, frames: Floats, middles: Integers) -> tuple[Floats, NDArray[np.int16]]:
        """The vectors around the frames `middles` (n,), and how many of their frames are padded.

        `frames` is (m, filters) of a whole recording. The vectors are (n, frames x filters)
        float32, frame by frame; the numbers of padded frames are (n,) int16. Frames before the
        first and after the last are silence.
        """
        half = self.settings.frames // 2
        rows = middles[:, None] + np.arange(-half, half + 1)
        beyond = (rows < 0) | (rows >= len(frames))
        vectors = frames[np.clip(rows, 0, len(frames) - 1)]
        vectors[beyond] = self.silence
        return vectors.reshape(len(middles), -1), beyond.sum(axis=1).astype(np.int16)

    def mask(self, vectors: Floats, middles: Integers, onsets: Times, offsets: Times) -> Floats:
        """The vectors (n, frames x filters) of `cut`, with frames outside the words masked.

        Frames whose middle is before the word's onset or after its offset, (n,) each, in s, are
        silence; the word's middle frame stays.
        """
        half = self.settings.frames // 2
        steps = np.arange(-half, half + 1)
        times = (middles[:, None] + steps) * (self.hop / self.settings.sample_rate)
        outside = (times < onsets[:, None]) | (times > offsets[:, None])
        outside[:, half] = False
        shaped = vectors.reshape(len(vectors), -1, self.settings.filters)
        return np.where(outside[:, :, None], self.silence, shaped).reshape(len(vectors), -1)

    def stretch(
        self, frames: Floats, onsets: Times, offsets: Times
    ) -> tuple[Floats, NDArray[np.int16]]:
        """The vectors of words (n,) from onset to offset, in s, and their padded frames.

        `frames` is (m, filters) of a whole recording. The k-th of N frames is at onset + (k + 1/2)
        / N of the word's duration, interpolated between the two nearest frames of the recording.
        The shapes are those of `cut`; frames beyond the recording's ends are silence.
        """
        share = (np.arange(self.settings.frames) + 0.5) / self.settings.frames
        times = onsets[:, None] + share * (offsets - onsets)[:, None]
        places = times * (self.settings.sample_rate / self.hop)
        beyond = (places < 0) | (places > len(frames) - 1)
        places = np.clip(places, 0, len(frames) - 1)
        left = np.floor(places).astype(np.int64)
        right = np.minimum(left + 1, len(frames) - 1)
        weight = (places - left).astype(np.float32)[:, :, None]
        vectors = frames[left] * (1 - weight) + frames[right] * weight
        vectors[beyond] = self.silence
        return vectors.reshape(len(onsets), -1), beyond.sum(axis=1).astype(np.int16)

    def vectors(
        self, frames: Floats, onsets: Times, offsets: Times
    ) -> tuple[Floats, NDArray[np.int16]]:
        """The vectors of words by `span`, and their padded frames, shaped as in `cut`."""
        if self.settings.span == "word":
            vectors, padded = self.stretch(frames, onsets, offsets)
        else:
            middles = self.middles(onsets, offsets)
            vectors, padded = self.cut(frames, middles)
            if self.settings.span == "masked":
                vectors = self.mask(vectors, middles, onsets, offsets)
        return self.level(vectors) if self.settings.normalise == "token" else vectors, padded

    def level(self, vectors: Floats) -> Floats:
        """The vectors (n, frames x filters), each with mean 0 and deviation 1 over its sound.

        Frames that are silent in all filters do not count and become 0.
        """
        shaped = vectors.reshape(len(vectors), -1, self.settings.filters)
        sounds = (np.abs(shaped - self.silence) > 1e-3).any(axis=2)
        heard = np.repeat(sounds, self.settings.filters, axis=1)
        count = np.maximum(heard.sum(axis=1, keepdims=True), 1)
        centred = vectors - np.where(heard, vectors, 0.0).sum(axis=1, keepdims=True) / count
        centred = np.where(heard, centred, 0.0)
        deviation = np.sqrt((centred**2).sum(axis=1, keepdims=True) / count)
        return (centred / np.maximum(deviation, 1e-6)).astype(np.float32)


def maker(settings: LogmelSettings) -> LogMel:
    """Makes the frames: log-Mel filters, or the model of the settings."""
    if settings.model is None:
        return LogMel(settings)
    # Imported by name: log-Mel frames need neither torch nor its stamp.
    if settings.program:
        of_program: LogMel = importlib.import_module("seesay.audio.speech_model").MODEL(settings)
        return of_program
    of_folder: LogMel = importlib.import_module("seesay.audio.whisper").MODEL(settings)
    return of_folder


def extract_shard(manifest: Path, out: Path, rejects: Path, settings: LogmelSettings) -> None:
    """Write the tables `logmel` and `rejects` of one shard; each channel of a file is read once.

    Memory holds one file's frames at a time (an hour: 58 MB). Tokens of a recording that
    cannot be read, and those whose middle is beyond its end, go to `rejects`; with `on_bad_input:
    fail` they end the run with InputError, as a changed recording always does.
    """
    tokens = tables.read(TOKEN_MANIFEST, manifest)
    compute = maker(settings)
    refused: list[tuple[str, str, str]] = []
    recordings = list(tokens.groupby(["path", "channel"], sort=False))
    with tables.Writer(sized(LOGMEL, feature=settings.size), out) as writer:
        for _, words in progress(recordings, "log-Mel", "recording"):
            path = Path(words["path"].iloc[0])
            try:
                channel = int(words["channel"].iloc[0])
                # A model hears far around a word, so a damaged recording loses all its words.
                faults: list[float] | None = [] if settings.model is None else None
                heard = sound.pieces(path, settings.sample_rate, channel, faults)
                frames = compute.normalised(compute.frames(heard))
            except InputError as error:
                if settings.on_bad_input == "fail":
                    raise
                why = cause(error, path)
                refused += [("logmel", token, why) for token in words["token_id"]]
                continue
            spoiled = compute.spoiled(words["onset"], words["offset"], np.array(faults or []))
            refused += _refuse(words[spoiled], path, settings, SPOILED)
            words = words[~spoiled]
            middles = compute.middles(words["onset"].to_numpy(), words["offset"].to_numpy())
            beyond = (middles < 0) | (middles >= len(frames))
            refused += _refuse(words[beyond], path, settings, BEYOND)
            words = words[~beyond]
            for start in range(0, len(words), TOKENS):
                some = words.iloc[start : start + TOKENS]
                times = (some["onset"].to_numpy(), some["offset"].to_numpy())
                vectors, padded = compute.vectors(frames, *times)
                columns = {"token_id": some["token_id"], "padded_frames": padded}
                writer.write({**columns, "feature": vectors})
        sources.unchanged(tokens, "speech")
    write_rejects(rejects, refused)


def _refuse(
    words: pd.DataFrame, path: Path, settings: LogmelSettings, reason: str
) -> list[tuple[str, str, str]]:
    """Rejects of words of a recording; raises InputError with `on_bad_input: fail`."""
    rejects = [
        ("logmel", token, reason.format((onset + offset) / 2))
        for token, onset, offset in words[["token_id", "onset", "offset"]].itertuples(index=False)
    ]
    if rejects and settings.on_bad_input == "fail":
        raise InputError(f"{path}: {rejects[0][1]}: {rejects[0][2]}")
    return rejects
