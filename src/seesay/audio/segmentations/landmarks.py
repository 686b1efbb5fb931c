"""Landmarks: places where the spectrum changes fast, among which word boundaries are looked for."""

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from seesay.audio.segmentations.envelope import Envelope, Floats
from seesay.settings.segmentation import SegmentationSettings

REACH = 0.02  # s before and after a frame whose spectra are compared
SMOOTH = 0.005  # s, standard deviation of the Gaussian that smooths each filter
DEEPEST = 9.0  # how far below the loudest filter a quiet one counts, natural logarithm of power
APART = 0.03  # s, least distance of landmarks


def changes(envelope: Envelope) -> Floats:
    """How much the spectrum changes at each frame, (m,).

    It is the Euclidean distance of the log-Mel spectra REACH before and after the frame; 0 at the
    ends.
    """
    clipped = np.maximum(envelope.frames, envelope.frames.max() - DEEPEST)
    smooth = gaussian_filter1d(clipped, SMOOTH / envelope.hop, axis=0)
    reach, found = round(REACH / envelope.hop), np.zeros(len(smooth))
    if len(smooth) > 2 * reach:
        found[reach:-reach] = np.linalg.norm(smooth[2 * reach :] - smooth[: -2 * reach], axis=1)
    return found


def landmarks(envelope: Envelope, settings: SegmentationSettings) -> list[Floats]:
    """The landmarks of each stretch of speech, with its ends, in s.

    They are peaks of `changes` with a prominence of at least `settings.change`.
    """
    change, found = changes(envelope), []
    for onset, offset in envelope.spans(settings):
        first, last = envelope.frame(onset), envelope.frame(offset)
        inside, apart = change[first : last + 1], max(1, round(APART / envelope.hop))
        peaks, _ = find_peaks(inside, prominence=settings.change, distance=apart)
        times = (peaks + first) * envelope.hop
        inner = times[(times - onset >= APART) & (offset - times >= APART)]
        found.append(np.concatenate([[onset], inner, [offset]]))
    return found
