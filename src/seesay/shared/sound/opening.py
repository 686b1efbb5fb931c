"""Opens recordings, and refuses those that hold less than their headers promise.

libsndfile decodes. This module adds what python-soundfile leaves to its caller: it never seeks
between two blocks (libsndfile's seeks in mp3 are inexact), takes nothing from a buffer beyond the
samples read, and refuses a file with less sound than it promises, however its format reveals that.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from seesay.shared.errors import InputError
from seesay.shared.sound import headers, mpeg

Floats = NDArray[np.float32]

STEP = 1024  # samples read at once in search of a damaged file's end
UNKNOWN = (1 << 63) - 1  # libsndfile's number of samples if the header gives none
REPLACE = "replace it, or convert it to flac or wav if nothing is missing"
CONVERT = "convert it to flac or wav"
# Formats that reveal whether a file is complete, by libsndfile's names.
FORMATS = {"WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "NIST", "FLAC", "OGG", "MP3"}
# Each sample has its own place in the file, so sizes and seeks are exact.
PLAIN = {"PCM_S8", "PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"}


class _Straight(soundfile.SoundFile):  # type: ignore[misc]
    """A file read from start to end: python-soundfile seeks after every block it reads."""

    def seekable(self) -> bool:
        """False, to keep python-soundfile from seeking; `seek` still works."""
        return False


@dataclass(frozen=True)
class Open:
    """An open file and its length in samples; None if only decoding reveals it."""

    path: Path
    file: _Straight
    frames: int | None

    @property
    def plain(self) -> bool:
        """Whether each sample has its own place in the file, so that seeks are exact."""
        return self.file.subtype in PLAIN and self.file.format != "FLAC"

    def blocks(self, size: int, start: int = 0) -> Iterator[Floats]:
        """Blocks (n, channels) of `size` samples, the last one shorter, from `start`.

        The file must be at `start`. Raises InputError if it breaks off before its end.
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
            pass  # the end that is sought
    return done


def refusal(path: Path, cause: str, remedy: str = REPLACE) -> InputError:
    """The error for a recording that does not hold what it promises."""
    return InputError(f"{path}: {cause}; {remedy}")


@contextmanager
def opened(path: Path) -> Iterator[Open]:
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
                yield Open(path, file, stream.samples)
                return
            file = stack.enter_context(_Straight(os.fsencode(path)))
            _check(path, file, stream is not None)
            yield Open(path, file, None if file.frames == UNKNOWN else file.frames)
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
