"""The log-Mel vectors of words in a sound that is an array.

The same code as that of the stage logmel (paper, section 2), without its tables.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seesay.audio.logmel import Floats, Times, maker
from seesay.settings.logmel import LogmelSettings
from seesay.shared import arguments, sound
from seesay.shared.errors import InputError

LEAST, MOST = 1, 10_000_000  # Hz


def log_mel(samples: Any, rate: int, times: Any = None, **options: Any) -> Floats:
    """The log-Mel vectors of words.

    Args:
        samples: A sound: (n,), or (n, channels), whose mean is taken. Floating-point numbers have
            their full scale at 1, integers (int16, int32) at the largest of their type.
        rate: Samples a second, Hz; another one than `sample_rate` is resampled by SoX.
        times: Onset and offset of each word, (words, 2), in s from the start; by default all of
            the sound is one word.
        options: Keys of the section `logmel` of a config: filters, frames, hop, span and so on,
            each with its default there.

    Returns:
        float32 (words, frames x filters), frame by frame: natural logarithms of power, as `LogMel`
        defines them. `.reshape(words, frames, filters)` makes pictures of it.

    Raises:
        InputError: For arrays of another shape or type, numbers that are not finite, a word whose
            middle is not within the sound, or an unknown option.
    """
    settings = arguments.settings("options", LogmelSettings, options)
    if (
        isinstance(rate, bool)
        or not isinstance(rate, int | np.integer)
        or not LEAST <= rate <= MOST
    ):
        raise InputError(f"rate: {rate!r}, expected a whole number of Hz, {LEAST} to {MOST}")
    heard = _mono(samples)
    if times is None:
        times = [[0.0, len(heard) / rate]]
    spans = arguments.shaped("times", times, ("words", 2))
    arguments.floats("times", spans, spans.shape)
    pieces = sound.resampled([heard], int(rate), settings.sample_rate)
    return vectors(pieces, spans.astype(np.float64), settings)


def vectors(pieces: Iterable[Floats], times: Times, settings: LogmelSettings) -> Floats:
    """As `log_mel`, of a sound in pieces (n,) at the settings' own rate."""
    compute = maker(settings)
    frames = compute.normalised(compute.frames(pieces))
    onsets, offsets = times.T
    middles = compute.middles(onsets, offsets)
    beyond = (onsets > offsets) | (middles < 0) | (middles >= len(frames))
    if beyond.any():
        row = int(np.flatnonzero(beyond)[0])
        raise InputError(
            f"times: row {row} is {onsets[row]:.3f} to {offsets[row]:.3f} s, expected an onset"
            f" before the offset and their middle within the sound, which has"
            f" {len(frames)} frames of {settings.hop:g} s"
        )
    found, _ = compute.vectors(frames, onsets, offsets)
    return found


def _mono(samples: Any) -> Floats:
    found = np.asarray(samples)
    shape: tuple[str, ...] = ("samples", "channels") if found.ndim == 2 else ("samples",)
    found = arguments.shaped("samples", found, shape)
    if not found.size:
        raise InputError(f"samples: shape {found.shape}, expected one sample or more")
    if found.dtype.kind == "i":
        scale = 2.0 ** (8 * found.dtype.itemsize - 1)
        found = (found / scale).astype(np.float32)
    if found.dtype.kind != "f":
        raise InputError(f"samples: dtype {found.dtype}, expected float32, int16 or int32")
    values = arguments.floats("samples", found, shape)
    loudest = float(np.abs(values).max())
    if loudest > sound.LOUDEST:
        raise InputError(f"samples: as great as {loudest:.3g}, expected full scale at 1")
    mono: NDArray[np.float32] = values if values.ndim == 1 else sound.heard(values, -1)
    return mono
