"""Segments of equal length over the speech of each recording: a control that hears no boundary."""

import numpy as np

from seesay.audio.segmentations import Found, Speech, Times, of_each
from seesay.settings.facts import Segmentation
from seesay.settings.segmentation import SegmentationSettings

ABOUT = Segmentation("segments of equal length", reads=("silence", "pause", "least", "seconds"))


def find(speech: Speech, settings: SegmentationSettings) -> Found:
    """The segments of all recordings."""

    def edges(onset: float, offset: float) -> Times:
        count = max(1, round((offset - onset) / settings.seconds))
        return np.linspace(onset, offset, count + 1)

    return of_each(
        speech, settings, lambda envelope: [edges(*span) for span in envelope.spans(settings)]
    )
