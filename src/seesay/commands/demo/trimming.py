"""Where the word is in a recording from a microphone: its loudest stretch of sound."""

from pathlib import Path

import numpy as np

from seesay.audio.segmentations.envelope import Envelope, envelope
from seesay.settings.segmentation import SegmentationSettings
from seesay.shared.errors import InputError

PAUSE = 0.2  # s; longer silence ends a word
LEAST = 0.06  # s; a shorter sound is a click
STANDS_OUT = 10.0  # dB that a word is at least above the noise
NOISE = 5.0  # percentile of the frames' power that is noise
SHARE = 1 / 3  # a higher one loses plosives at the end of a word
FARTHEST = 35.0  # dB below the loud parts; fainter sound is silence even without noise


def word(path: Path) -> tuple[float, float]:
    """Onset and offset in s of the stretch of sound with the most energy.

    Sound is what lies above `SHARE` of the way, in dB, from the noise to the loud parts. Silence
    of up to `PAUSE` belongs to the word. Raises InputError if nothing stands out.
    """
    found = envelope(path, -1)
    spans = _spans(found)
    if not spans:
        raise InputError(
            "no word is louder than the noise; speak up, nearer to the microphone, and choose the"
            " right one in the browser"
        )
    return max(spans, key=lambda span: _energy(found, span))


def _spans(found: Envelope) -> list[tuple[float, float]]:
    if not found.loud:
        return []
    noise = max(float(np.percentile(found.power, NOISE)), np.finfo(float).tiny)
    above = 10 * np.log10(found.loud / noise)
    if above < STANDS_OUT:
        return []
    silence = min(above * (1 - SHARE), FARTHEST)
    given = {"method": "energy", "silence": silence, "pause": PAUSE, "least": LEAST}
    return found.spans(SegmentationSettings.model_validate(given))


def _energy(found: Envelope, span: tuple[float, float]) -> float:
    return float(found.power[found.frame(span[0]) : found.frame(span[1]) + 1].sum())
