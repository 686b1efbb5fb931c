"""The phones of recordings, and what segments and words are taken as among them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from seesay.scoring.segmentation.boundaries import MICRO
from seesay.shared.errors import InputError
from seesay.shared.ranking import Floats

SILENCE, UNSPOKEN = "SIL", ("SIL", "SPN")
LONG, PART = 0.060, 0.030  # s: of a phone at least as long as LONG, PART must be inside
HALF = 0.5  # of a shorter phone
Form = tuple[str, ...]  # the phones of a segment or word


@dataclass(frozen=True)
class Phones:
    """The phones of a recording in order of time: times in s, (n,), and labels."""

    onset: Floats
    offset: Floats
    label: list[str]

    def covered(self, onset: float, offset: float) -> tuple[int, int]:
        """The phones that overlap a stretch of time: from the first to before the second place."""
        first = int(np.searchsorted(self.offset, onset, "right"))
        return first, max(first, int(np.searchsorted(self.onset, offset, "left")))

    def kept(self, onset: float, offset: float) -> tuple[int, int]:
        """The phones that a segment is taken as: those covered, without ends hardly inside."""
        first, last = self.covered(onset, offset)
        if first == last:
            return first, last
        begin, end = (self._inside(place, onset, offset) for place in (first, last - 1))
        if last - first == 1:
            return (first, last) if begin else (first, first)
        return first + (not begin), last - (not end)

    def _inside(self, place: int, onset: float, offset: float) -> bool:
        start, stop = self.onset[place], self.offset[place]
        shared = min(offset, stop) - max(onset, start)
        # Rounded as in the kit: durations to milliseconds, shares of short phones not at all.
        if round(float(stop - start), 3) >= LONG:
            return bool(np.round(shared, 3) >= PART)
        return bool(shared / (stop - start) >= HALF)


@dataclass(frozen=True)
class Segment:
    """A segment of `recording` in s, and its phones: their places, and their labels."""

    recording: str
    onset: float
    offset: float
    cluster: int
    first: int
    last: int
    form: Form


def by_recording(phones: pd.DataFrame) -> dict[str, Phones]:
    """The phones of each recording. Raises InputError if some of one overlap each other."""
    found = {}
    for name, part in phones.groupby("recording_id"):
        part = part.drop_duplicates(["onset", "offset", "phone"]).sort_values("onset")
        onset, offset = (part[edge].to_numpy(dtype=np.float64) for edge in ("onset", "offset"))
        late = np.r_[offset[:-1] - onset[1:], 0.0] > 1.0 / MICRO
        wrong = np.flatnonzero(late | (offset <= onset))
        if len(wrong):
            raise InputError(
                f"phones: {part['phone'].iloc[wrong[0]]!r} at {onset[wrong[0]]} s in {name} ends"
                " before it begins or after the next begins, expected one phone at a time"
            )
        found[str(name)] = Phones(onset, offset, part["phone"].tolist())
    return found


def snapped(words: pd.DataFrame, phones: pd.DataFrame) -> pd.DataFrame:
    """The words with the edges of the phones that they are taken as, in order; some left out.

    Silences at their ends do not count. Words of recordings without phones, and words that are
    taken as none, are left out.
    """
    said = by_recording(phones)
    rows, kept = [], []
    columns = words[["recording_id", "onset", "offset"]]
    for place, (recording, onset, offset) in enumerate(columns.itertuples(index=False)):
        if recording not in said:
            continue
        of = said[recording]
        first, last = of.kept(onset, offset)
        while first < last and of.label[first] == SILENCE:
            first += 1
        while first < last and of.label[last - 1] == SILENCE:
            last -= 1
        if first < last:
            kept.append(place)
            rows.append((of.onset[first], of.offset[last - 1]))
    found = words.iloc[kept].copy()
    found[["onset", "offset"]] = np.array(rows, dtype=np.float64).reshape(-1, 2)
    return found


def segmented(found: pd.DataFrame, said: Mapping[str, Phones]) -> list[Segment]:
    """The segments that are taken as a phone or more."""
    segments = []
    columns = found[["recording_id", "onset", "offset", "cluster"]]
    for recording, onset, offset, cluster in columns.itertuples(index=False):
        first, last = said[recording].kept(onset, offset)
        if first < last:
            form = tuple(said[recording].label[first:last])
            segments.append(Segment(recording, onset, offset, int(cluster), first, last, form))
    return segments
