"""Pauses and trimming for engines that report word times but provide neither."""

import unicodedata
from itertools import pairwise

import numpy as np

from seesay.audio.engines import Times

FADE = 0.005  # s at either side of a cut
QUIET = 0.02  # share of the loudest 5 ms' amplitude below which a word has not begun, or is over


def plain(word: str) -> str:
    """A word in ASCII, without accents, as English engines can read it; "" without letters."""
    signs = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    kept = "".join(sign for sign in signs if sign.isalnum() or sign in "'-")
    # Signs alone are no word: say nothing.
    return kept if kept.strip("'-") else ""


def part(samples: np.ndarray, times: Times, pause: float, rate: int) -> tuple[np.ndarray, Times]:
    """Put `pause` s of silence before every word except the first, with short fades at the cuts.

    Takes and returns int16 samples and the words' times, in order.
    """
    silence, fade = np.zeros(round(pause * rate), samples.dtype), round(FADE * rate)
    if not len(silence) or not times:
        return samples, times
    cuts = [0, *(onset for _, onset, _ in times[1:]), len(samples)]
    pieces: list[np.ndarray] = []
    ramp = np.linspace(0.0, 1.0, fade)
    for place, (start, stop) in enumerate(pairwise(cuts)):
        piece = samples[start:stop].astype(np.float64)
        size = min(fade, len(piece))
        if place > 0:
            piece[:size] *= ramp[:size]
        if stop < len(samples):
            piece[len(piece) - size :] *= ramp[::-1][fade - size :]
        pieces += [*([silence] if place else []), np.round(piece).astype(samples.dtype)]
    moved = [
        (index, onset + place * len(silence), min(offset, cuts[place + 1]) + place * len(silence))
        for place, (index, onset, offset) in enumerate(times)
    ]
    return np.concatenate(pieces), moved


def sounding(samples: np.ndarray, times: Times, rate: int) -> Times:
    """The words' times without silence at either end, in steps of 5 ms; none for silent words."""
    found = []
    for index, onset, offset in times:
        step = rate // 200
        part = samples[onset:offset].astype(np.float64)
        frames = len(part) // step
        energy = np.square(part[: frames * step]).reshape(frames, step).mean(axis=1)
        if energy.any():
            loud = np.flatnonzero(energy >= QUIET**2 * energy.max())
            found.append((index, onset + int(loud[0]) * step, onset + (int(loud[-1]) + 1) * step))
    return found
