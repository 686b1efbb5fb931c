"""Methods that find the tokens of recordings, one a module; the config names which.

Each has `find(speech, settings)`, which gives the segments of all recordings. No method reads a
transcript or a word time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.audio.segmentations.envelope import Envelope, envelope
from seesay.settings.choice import load
from seesay.settings.segmentation import SegmentationSettings
from seesay.shared import sources
from seesay.shared.errors import InputError, cause
from seesay.shared.progress import progress

Times = NDArray[np.float64]
Rejects = list[tuple[str, str]]  # recording_id, reason
Result = TypeVar("Result")

COLUMNS = ["recording_id", "onset", "offset", "cluster"]
SHARED = (
    "it is one of several recordings of a file, and the table of recordings does not say where it"
    " begins and ends; cut the file, or give segmentation.method: given"
)
SILENT = "no segment: no sound of {:g} s or more; leave it out or replace it"


@dataclass(frozen=True)
class Pictures:
    """What a method may learn from: tables of the pictures, and shards of their features."""

    images: Path
    captions: Path
    fc7: list[Path]


@dataclass(frozen=True)
class Speech:
    """What a method hears: rows of RECORDINGS, and the pictures if it learns from them."""

    recordings: pd.DataFrame
    pictures: Pictures | None = None


@dataclass(frozen=True)
class Found:
    """Segments (recording_id, onset, offset in s, cluster or -1), and rejected recordings."""

    segments: pd.DataFrame
    rejects: Rejects


def find(name: str) -> ModuleType:
    """The method of this name."""
    return load(__name__, name)


def of_each(
    speech: Speech,
    settings: SegmentationSettings,
    edges: Callable[[Envelope], list[Times]],
) -> Found:
    """The segments between neighbouring `edges` of each stretch of speech, without clusters."""
    found, rejects = heard(speech.recordings, settings, edges)
    return Found(spans(found), rejects)


def heard(
    recordings: pd.DataFrame,
    settings: SegmentationSettings,
    measure: Callable[[Envelope], list[Result]],
) -> tuple[dict[str, list[Result]], Rejects]:
    """What `measure` finds in the envelope of each recording, by id, and rejected recordings.

    Rejects recordings that cannot be read, in which nothing is found, or that share a file. Raises
    InputError for the first of them with `on_bad_input: fail`.
    """
    found: dict[str, list[Result]] = {}
    rejects: Rejects = []
    rows = recordings.assign(shared=sources.sharing(recordings)).sort_values("recording_id")
    rows = rows[["recording_id", "path", "channel", "shared"]]
    listed = progress(rows.itertuples(index=False), "finding segments", "recordings", len(rows))
    for name, path, channel, several in listed:
        reason = SHARED if several else ""
        if not reason:
            try:
                found[str(name)] = measure(envelope(Path(path), int(channel)))
            except InputError as error:
                reason = cause(error, Path(path))
            else:
                reason = "" if found[str(name)] else SILENT.format(settings.least)
        if reason:
            found.pop(str(name), None)
            rejects.append((str(name), reason))
            if settings.on_bad_input == "fail":
                raise InputError(f"{name}: {reason} (segmentation.on_bad_input: fail)")
    return found, rejects


def spans(found: Mapping[str, Sequence[Times]]) -> pd.DataFrame:
    """The segments of recordings, without clusters, from the edges of their stretches of speech.

    The columns are COLUMNS; one frame for all, since a frame a recording takes 9 kB.
    """
    stretches = [edges for of_one in found.values() for edges in of_one]
    counts = [sum(len(edges) - 1 for edges in of_one) for of_one in found.values()]
    none = [np.empty(0)]
    values = {
        "recording_id": pd.Series(list(found), dtype="str").repeat(counts).array,
        "onset": np.concatenate([edges[:-1] for edges in stretches] or none),
        "offset": np.concatenate([edges[1:] for edges in stretches] or none),
        "cluster": np.int32(-1),
    }
    return pd.DataFrame(values, columns=COLUMNS)
