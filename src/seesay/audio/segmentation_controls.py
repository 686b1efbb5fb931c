"""Segments of test recordings by methods that stand beside the one that finds the tokens."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from seesay.audio import segmentations
from seesay.audio.segmentation import with_ids
from seesay.audio.segmentations import Speech
from seesay.captions.spoken import of_test_pictures
from seesay.schemas.audio import RECORDINGS, SEGMENTS
from seesay.schemas.vision import IMAGES
from seesay.settings.choice import about
from seesay.settings.segmentation import SEGMENTATIONS, SegmentationSettings
from seesay.shared import sources, tables


def beside(
    recordings: Path,
    images: Sequence[Path],
    controls: Sequence[Path],
    settings: SegmentationSettings,
) -> None:
    """Write SEGMENTS of the recordings of test pictures, a table a method, named after it.

    `images` are the pictures of each fold. A method has the values of `settings` for the keys that
    it reads, so that all agree on what is silence. A recording without a segment has no rows.
    """
    known = tables.read(RECORDINGS, recordings)
    # Those that share a file with any other one, as the run's own method rejects them.
    alone = known[~sources.sharing(known)]
    tested = of_test_pictures(alone, pd.concat([tables.read(IMAGES, path) for path in images]))
    for path in controls:
        own = of(path.stem, settings)
        found = segmentations.find(own.method).find(Speech(tested), own)
        sources.unchanged(tested, "speech")
        tables.write(SEGMENTS, path, with_ids(found.segments, known))


def of(method: str, settings: SegmentationSettings) -> SegmentationSettings:
    """The settings of another method: its defaults, and the values of the keys that it reads."""
    keys = about(SEGMENTATIONS, method).reads
    return SegmentationSettings(method=method, **{key: getattr(settings, key) for key in keys})
