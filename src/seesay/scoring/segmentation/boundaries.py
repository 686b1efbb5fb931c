"""Scores of word boundaries and word tokens with a tolerance in time.

A boundary is a time at which a word begins or ends. An offset and the next onset that are at most
the tolerance apart are one boundary, in their middle, so that words without a pause between them
share theirs. Boundaries that are at most the tolerance inside the first onset and the last offset
of a recording's words, or outside, are not counted, neither true nor found ones: where the speech
begins and ends is no question of words.

A found boundary is a hit if a true one is at most the tolerance away, and a found token is a hit if
the onset and the offset of a true one are. Each true one has at most one found one and the other
way round, and as many are paired as can be.

Times are compared in whole microseconds. As binary fractions, 0.34 - 0.32 is above 0.02 and
0.02 - 0 is not, so boundaries found a frame of 20 ms late would be hits in places.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from seesay.shared.errors import InputError
from seesay.shared.ranking import Floats, Integers

TOLERANCE = 0.02  # s
MICRO = 1_000_000  # microseconds in a second
COUNTS = (
    "boundary_hits",
    "boundaries_found",
    "boundaries_true",
    "token_hits",
    "tokens_found",
    "tokens_true",
)
# In percent; over_segmentation may be below 0 and above 100, and r_value below 0.
MEASURES = (
    "boundary_precision",
    "boundary_recall",
    "boundary_f1",
    "over_segmentation",
    "r_value",
    "token_precision",
    "token_recall",
    "token_f1",
)


def counts(found: pd.DataFrame, words: pd.DataFrame, tolerance: float = TOLERANCE) -> pd.DataFrame:
    """Hits, found and true boundaries and tokens of each recording.

    Args:
        found: recording_id, onset and offset (s) of each found segment.
        words: The same of each true word.
        tolerance: In s; boundaries exactly as far apart are hits.

    Returns:
        COUNTS, int64, by recording_id: a row for each recording that has words. Segments of other
        recordings are not counted.

    Raises:
        InputError: For a time that is no number, an offset that is not after its onset, or a
            negative tolerance.
    """
    if not tolerance >= 0:
        raise InputError(f"tolerance: {tolerance} s, expected 0 or more")
    near = round(tolerance * MICRO)
    of_words, of_found = spans(words, "words"), spans(found, "segments")
    nothing = np.empty((0, 2), np.int64)
    rows = {
        recording: _counted(of_found.get(recording, nothing), true, near)
        for recording, true in of_words.items()
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(COUNTS), dtype=np.int64)
    return frame.rename_axis("recording_id")


def spans(frame: pd.DataFrame, kind: str) -> dict[str, Integers]:
    """Onsets and offsets by recording, (n, 2) each, in microseconds, in order, each pair once.

    Raises InputError, which calls the rows `kind`, for a time that is no number or an offset that
    is not after its onset.
    """
    times = frame[["onset", "offset"]].to_numpy(dtype=np.float64)
    wrong = ~(np.isfinite(times).all(axis=1) & (times[:, 0] < times[:, 1]))
    if wrong.any():
        first = frame[wrong].iloc[0]
        raise InputError(
            f"{kind}: onset {first['onset']} s and offset {first['offset']} s in"
            f" {first['recording_id']}, expected an offset after the onset"
        )
    rounded = pd.DataFrame(np.rint(times * MICRO).astype(np.int64), columns=["onset", "offset"])
    groups = rounded.groupby(frame["recording_id"].to_numpy(dtype=str))
    return {str(recording): np.unique(part.to_numpy(), axis=0) for recording, part in groups}


def edges(pairs: Integers, near: int) -> Integers:
    """The boundaries, sorted, of segments (n, 2) in order of onset, in microseconds.

    An offset and the next onset that are at most `near` apart are one, in their middle.
    """
    if not len(pairs):
        return np.empty(0, np.int64)
    onset, offset = pairs.T
    close = np.abs(onset[1:] - offset[:-1]) <= near
    middles = (onset[1:] + offset[:-1])[close] // 2
    alone = [onset[np.r_[True, ~close]], offset[np.r_[~close, True]]]
    return np.unique(np.concatenate([middles, *alone]))


def paired(one: Integers, other: Integers, near: int) -> tuple[Integers, Integers]:
    """The most pairs of sorted times at most `near` apart, each time in one: places in both.

    The earliest two that fit each other are always a pair of some largest set of pairs.
    """
    first, second = [], []
    i = j = 0
    a, b = one.tolist(), other.tolist()
    while i < len(a) and j < len(b):
        if a[i] < b[j] - near:
            i += 1
        elif b[j] < a[i] - near:
            j += 1
        else:
            first.append(i)
            second.append(j)
            i, j = i + 1, j + 1
    return np.array(first, np.int64), np.array(second, np.int64)


def measures(sums: Mapping[str, ArrayLike]) -> dict[str, Floats]:
    """MEASURES, in percent, of sums of COUNTS of any one shape.

    Precision without anything found, and recall, F1, over-segmentation and R-value without anything
    true, are NaN. F1 is 0 where nothing is a hit. Over-segmentation and R-value are equations 2
    and 3 to 5 of Räsänen, Laine & Altosaar 2009 (Interspeech).
    """
    of = {name: np.asarray(sums[name], dtype=np.float64) for name in COUNTS}
    hits, found, true = (of[name] for name in COUNTS[:3])
    recall, more = ratio(hits, true), ratio(found, true) - 1.0
    apart = np.hypot(1.0 - recall, more)
    beside = (recall - 1.0 - more) / np.sqrt(2.0)
    values = {
        "boundary_precision": ratio(hits, found),
        "boundary_recall": recall,
        "boundary_f1": f1(hits, found, true),
        "over_segmentation": more,
        "r_value": 1.0 - (apart + np.abs(beside)) / 2.0,
    }
    hits, found, true = (of[name] for name in COUNTS[3:])
    values |= {
        "token_precision": ratio(hits, found),
        "token_recall": ratio(hits, true),
        "token_f1": f1(hits, found, true),
    }
    return {name: 100.0 * value for name, value in values.items()}


def ratio(part: Floats | float, whole: Floats | float) -> Floats:
    """`part` / `whole`, NaN where `whole` is 0."""
    out = np.full(np.broadcast(part, whole).shape, np.nan)
    return np.divide(part, whole, out=out, where=np.asarray(whole) != 0)


def f1(hits: Floats | float, found: Floats | float, true: Floats | float) -> Floats:
    """The harmonic mean of precision and recall, 0 without hits, NaN without anything true."""
    return np.where(np.asarray(true) == 0, np.nan, ratio(2.0 * hits, found + true))


def tokens(found: Integers, true: Integers, near: int) -> int:
    """The most pairs of segments (n, 2), in order of onset, `near` each other at both ends."""
    starts = np.searchsorted(found[:, 0], true[:, 0] - near, "left")
    ends = np.searchsorted(found[:, 0], true[:, 0] + near, "right")
    rows = np.repeat(np.arange(len(true)), ends - starts)
    # Of each true segment, the found ones whose onsets are near: from starts to ends.
    columns = np.arange(len(rows)) - np.repeat(np.cumsum(ends - starts) - ends, ends - starts)
    close = np.abs(found[columns, 1] - true[rows, 1]) <= near
    rows, columns = rows[close], columns[close]
    graph = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(true), max(len(found), 1)))
    return int((maximum_bipartite_matching(graph, "column") >= 0).sum())


def _counted(found: Integers, true: Integers, near: int) -> tuple[int, ...]:
    low, high = int(true[:, 0].min()) + near, int(true[:, 1].max()) - near
    mine, right = (
        times[(times > low) & (times < high)] for times in (edges(found, near), edges(true, near))
    )
    hits, _ = paired(mine, right, near)
    of_tokens = tokens(found, true, near), len(found), len(true)
    return len(hits), len(mine), len(right), *of_tokens
