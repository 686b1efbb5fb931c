"""Syllable-like units: boundaries are the minima of the smoothed amplitude envelope.

The envelope falls between the vowels of two syllables, so its minima cut speech into syllable-like
units (Räsänen, Doyle and Frank 2018, Cognition 171, compare such envelopes; this is the plain one,
without an oscillator).
"""

import numpy as np
from scipy.signal import find_peaks

from seesay.audio.segmentations import Found, Speech, Times, of_each
from seesay.audio.segmentations.envelope import STEVENS, Envelope
from seesay.settings.facts import Segmentation
from seesay.settings.segmentation import SegmentationSettings

ABOUT = Segmentation(
    "minima of the amplitude envelope",
    source="Räsänen, Doyle and Frank 2018",
    reads=("silence", "pause", "least", "smoothing", "depth"),
)


def find(speech: Speech, settings: SegmentationSettings) -> Found:
    """The segments of all recordings."""
    return of_each(speech, settings, lambda envelope: edges(envelope, settings, settings.depth))


def edges(envelope: Envelope, settings: SegmentationSettings, depth: float) -> list[Times]:
    """The boundaries of each stretch of speech, with its ends, in s.

    Inner boundaries are minima with a prominence of at least `depth` of the loud level, at least
    `least` s from each other and from the ends.
    """
    smooth = envelope.smoothed(settings.smoothing)
    found = []
    for onset, offset in envelope.spans(settings):
        first, last = envelope.frame(onset), envelope.frame(offset)
        inside = -smooth[first : last + 1]
        apart = max(1, round(settings.least / envelope.hop))
        least = depth * envelope.loud**STEVENS
        minima, _ = find_peaks(inside, prominence=least, distance=apart)
        times = (minima + first) * envelope.hop
        inner = times[(times - onset >= settings.least) & (offset - times >= settings.least)]
        found.append(np.concatenate([[onset], inner, [offset]]))
    return found
