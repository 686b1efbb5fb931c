"""Reads recordings: the one place that opens audio.

libsndfile decodes. This module adds what python-soundfile leaves to its caller: it never seeks
between two blocks (libsndfile's seeks in mp3 are inexact), takes nothing from a buffer beyond the
samples read, and refuses a file with less sound than it promises, however its format reveals that.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from seesay.shared.errors import InputError
from seesay.shared.sound import headers, mpeg

Floats = NDArray[np.float32]

SAMPLES = 1 << 18  # read at once; bounds the memory and changes no number
STEP = 1024  # samples read at once in search of a damaged file's end
UNKNOWN = (1 << 63) - 1  # libsndfile's number of samples if the header gives none
# Unscaled float files hold integers of at most 32 bits; full scale is 1. Greater numbers are
# damage, and their power would be infinite.
LOUDEST = np.float32(2**31)
REPLACE = "replace it, or convert it to flac or wav if nothing is missing"
CONVERT = "convert it to flac or wav"
# Formats that reveal whether a file is complete, by libsndfile's names.
FORMATS = {"WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "NIST", "FLAC", "OGG", "MP3"}
# Each sample has its own place in the file, so the size is exact, and so is a seek.
PLAIN = {"PCM_S8", "PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"}


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


class _Straight(soundfile.SoundFile):  # type: ignore[misc]
    """A file read from start to end: python-soundfile seeks after every block it reads."""

    def seekable(self) -> bool:
        """False, to keep python-soundfile from seeking; `seek` still works."""
        return False


@dataclass(frozen=True)
class _Open:
    """An open file and its length in samples; None if only decoding reveals it."""

    path: Path
    file: _Straight
    frames: int | None

    @property
    def plain(self) -> bool:
        return self.file.subtype in PLAIN and self.file.format != "FLAC"

    def blocks(self, size: int, start: int = 0) -> Iterator[Floats]:
        """Blocks (n, channels) of `size` samples, the last one shorter, from `start`.

        The file must stand there. Raises InputError if it breaks off before its end.
        """
        done = start
        while True:
            block = np.empty((size, self.file.channels), np.float32)
            filled = 0
            try:
                while filled < size:
                    read = len(self.file.read(size - filled, out=block[filled:]))
                    if not read:
                        break
                    filled += read
            except soundfile.SoundFileError as error:
                raise self.short(_end(self.path)) from error
            done += filled
            if filled:
                yield block[:filled]
            if filled < size:
                break
        if self.frames is not None and done < self.frames:
            raise self.short(done)

    def short(self, done: int) -> InputError:
        """The error for a file with sound for only `done` samples."""
        rate, said = self.file.samplerate, self.frames
        more = "" if said is None else f", but its header says {said / rate:.3f} s"
        return refusal(self.path, f"ends at {done / rate:.3f} s{more}")


def _end(path: Path) -> int:
    """About where a file breaks off, in samples: at most `STEP` too early."""
    done = 0
    with _Straight(os.fsencode(path)) as file:
        block = np.empty((STEP, file.channels), np.float32)
        try:
            while read := len(file.read(STEP, out=block)):
                done += read
        except soundfile.SoundFileError:
            pass  # it is this that is looked for
    return done


def refusal(path: Path, cause: str, remedy: str = REPLACE) -> InputError:
    """The error for a recording that does not hold what it promises."""
    return InputError(f"{path}: {cause}; {remedy}")


@contextmanager
def _opened(path: Path) -> Iterator[_Open]:
    """An open recording that holds what its headers promise; raises InputError otherwise."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"{path}: is no regular file; put a recording in its place")
        with ExitStack() as stack:
            stream = mpeg.walk(path)
            if stream is not None and stream.problem:
                raise refusal(path, stream.problem)
            if stream is not None and stream.promised is None:
                pipe = stack.enter_context(mpeg.piped(path, stream))
                file = stack.enter_context(_Straight(pipe, closefd=False))
                yield _Open(path, file, stream.samples)
                return
            file = stack.enter_context(_Straight(os.fsencode(path)))
            _check(path, file, stream is not None)
            yield _Open(path, file, None if file.frames == UNKNOWN else file.frames)
    except (soundfile.SoundFileError, OSError) as error:
        missing = _missing(path)
        if missing:
            raise refusal(path, missing) from error
        raise InputError(
            f"{path}: cannot be read as audio ({_cause(error)}); replace or remove it"
        ) from error


def _missing(path: Path) -> str:
    """How much of the sound promised by the header is missing; "" if nothing."""
    try:
        promised, held = headers.stored(path) or (0, 0)
    except OSError:
        return ""
    said = f"{held:,} of the {promised:,} bytes of sound that its header says"
    return f"holds {said}" if held < promised else ""


def _cause(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    cause = error.error_string if isinstance(error, soundfile.LibsndfileError) else str(error)
    return cause.removeprefix("Error : ").rstrip(".")


def _check(path: Path, file: _Straight, walked: bool) -> None:
    """Raise InputError if an open file holds less than its headers promise, or cannot tell."""
    kind = file.format
    if kind not in FORMATS or (kind != "MP3" and file.subtype.startswith("MPEG")):
        name = f"{file.subtype_info} in {kind}" if kind in FORMATS else file.format_info
        raise refusal(path, f"is {name}, whose length cannot be trusted", CONVERT)
    if kind == "MP3" and not walked:
        raise refusal(path, "holds no whole frame of MPEG audio")
    end = file.frames / file.samplerate
    if kind == "OGG" and (fault := headers.ogg_fault(path)):
        known = fault == headers.CUT and file.frames != UNKNOWN
        raise refusal(path, f"ends at {end:.3f} s and {fault}" if known else fault)
    promised, held = headers.stored(path) or (0, 0)
    if held < promised:
        said = f"its header says {end * promised / held:.3f} s" if held else "its header says more"
        raise refusal(path, f"ends at {end:.3f} s, but {said}")


def facts(path: Path, decode: bool = True) -> Facts:
    """A recording's rate, channels and true length.

    Decodes compressed formats, about 500 to 3,000 times as fast as they play, because no header
    reveals gaps in the middle. Without `decode` it does so only if the length cannot be known
    otherwise. Raises InputError, in one line, if the file is no audio, has none, or holds less than
    it promises.
    """
    with _opened(path) as sound:
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
    with _opened(path) as sound:
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
    with _opened(path) as sound:
        _check_channel(sound, channel)
        mono = _mono(path, sound, channel, faults)
        yield from mono if rate is None else resampled(mono, sound.file.samplerate, rate)


def _mono(path: Path, sound: _Open, channel: int, faults: list[float] | None) -> Iterator[Floats]:
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
    with _opened(path) as sound:
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


def _check_channel(sound: _Open, channel: int) -> None:
    if channel >= sound.file.channels:
        raise InputError(f"{sound.path}: has {sound.file.channels} channels, not {channel + 1}")
