"""Reads recordings: the one place that opens audio.

It gives the samples of a channel, at a rate, or between two times; `opening` decodes them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from seesay.shared.errors import InputError
from seesay.shared.sound.opening import UNKNOWN, Floats, Open, opened

SAMPLES = 1 << 18  # read at once; bounds the memory and changes no number
# Unscaled float files hold integers of at most 32 bits; full scale is 1. Greater numbers are
# damage, and their power would be infinite.
LOUDEST = np.float32(2**31)


@dataclass(frozen=True)
class Facts:
    """What a recording is.

    Attributes:
        rate: Samples a second, in Hz.
        channels: How many it has.
        frames: Its length, in samples of a channel.
    """

    rate: int
    channels: int
    frames: int

    @property
    def duration(self) -> float:
        """Its length, in s."""
        return self.frames / self.rate


def facts(path: Path, decode: bool = True) -> Facts:
    """A recording's rate, channels and true length.

    Decodes compressed formats, about 500 to 3,000 times as fast as they play, because no header
    reveals gaps in the middle. Without `decode` it does so only if the length cannot be known
    otherwise. Raises InputError, in one line, if the file is no audio, has none, or holds less than
    it promises.
    """
    with opened(path) as sound:
        frames = sound.frames
        if frames is None or (decode and not sound.plain):
            frames = sum(len(block) for block in sound.blocks(SAMPLES))
        if not frames:
            raise InputError(f"{path}: there is no sound in it; replace or remove it")
        return Facts(sound.file.samplerate, sound.file.channels, frames)


def blocks(path: Path, size: int = SAMPLES) -> Iterator[Floats]:
    """All channels of a recording as float32 blocks (size, channels); the last one is shorter.

    The block size changes no bit. Raises InputError as `facts` does, when it reaches the fault.
    """
    with opened(path) as sound:
        yield from sound.blocks(size)


def pieces(
    path: Path, rate: int | None = None, channel: int = -1, faults: list[float] | None = None
) -> Iterator[Floats]:
    """A channel of a recording as float32 samples (n,) at `rate` Hz, piece by piece.

    Channels count from 0; -1 is the mean of all. Resampling is SoX's, high quality; without a rate
    there is none. Impossible samples are an error, or, with `faults`, are silenced and their times
    (s) added to it. Raises InputError if the file is missing, is no audio, lacks the channel, or
    holds less than it promises.
    """
    with opened(path) as sound:
        _check_channel(sound, channel)
        mono = _mono(path, sound, channel, faults)
        yield from mono if rate is None else resampled(mono, sound.file.samplerate, rate)


def _mono(path: Path, sound: Open, channel: int, faults: list[float] | None) -> Iterator[Floats]:
    """A channel of an open file at its own rate, as `pieces` has it."""
    done = 0
    for block in sound.blocks(SAMPLES):
        mono = heard(block, channel)
        if faults is None:
            check(path, mono)
        elif not (whole := np.abs(mono) <= LOUDEST).all():
            faults += ((np.flatnonzero(~whole) + done) / sound.file.samplerate).tolist()
            mono = np.where(whole, mono, np.float32(0))
        done += len(block)
        yield mono


def resampled(pieces: Iterable[Floats], given: int, wanted: int) -> Iterator[Floats]:
    """Mono samples (n,) at `given` Hz, in pieces, at `wanted` Hz, by SoX in high quality.

    How they are cut changes no bit.
    """
    if given == wanted:
        yield from pieces
        return
    resample = soxr.ResampleStream(given, wanted, 1, dtype="float32")
    for piece in pieces:
        yield resample.resample_chunk(piece)
    yield resample.resample_chunk(np.empty(0, np.float32), last=True)


def span(
    path: Path, onset: float, offset: float, channel: int = -1, longest: float = float("inf")
) -> tuple[Floats, int]:
    """A recording from `onset` to `offset`, in s: mono samples (n,), and their rate in Hz.

    Leaves out what lies beyond the recording's ends, or beyond `longest` s. Channels are as in
    `pieces`. If a seek may be inexact, it also decodes everything before. Raises InputError as
    `pieces` does, and if there is nothing at that time.
    """
    with opened(path) as sound:
        _check_channel(sound, channel)
        rate = sound.file.samplerate
        start = max(round(onset * rate), 0)
        stop = round(offset * rate)
        if longest < float("inf"):
            stop = min(stop, start + round(longest * rate))
        stop = min(stop, UNKNOWN if sound.frames is None else sound.frames)
        parts, done = [], 0
        exact = sound.plain or sound.file.format == "FLAC"
        if start < stop and sound.frames is not None and exact:
            done = sound.file.seek(start)
        for block in sound.blocks(min(SAMPLES, max(stop - done, 1)), done) if start < stop else ():
            parts.append(heard(block[max(start - done, 0) : max(stop - done, 0)], channel))
            done += len(block)
            if done >= stop:
                break
    samples = np.concatenate(parts) if parts else np.empty(0, np.float32)
    if not len(samples):
        raise InputError(
            f"{path}: nothing at {onset:.3f} to {offset:.3f} s; correct the word's times"
        )
    check(path, samples)
    return samples, rate


def heard(block: Floats, channel: int) -> Floats:
    """A channel of a block (n, channels), or with -1 the mean of all: (n,)."""
    if block.shape[1] == 1 or channel >= 0:
        return block[:, max(channel, 0)]
    mean: Floats = block.mean(axis=1)
    return mean


def check(path: Path, samples: Floats) -> None:
    """Raise InputError for samples that are not finite, or far beyond full scale."""
    if len(samples) and not (loudest := np.abs(samples).max()) <= LOUDEST:
        great = f"as great as {loudest:.3g}"
        what = great if np.isfinite(loudest) else "that are not finite numbers"
        raise InputError(f"{path}: holds samples {what}, where full scale is 1; replace it")


def _check_channel(sound: Open, channel: int) -> None:
    if channel >= sound.file.channels:
        raise InputError(f"{sound.path}: has {sound.file.channels} channels, not {channel + 1}")
