"""The measures of spoken term discovery, by gold phones and words (Ludusan et al. 2014, LREC).

They are defined as in the evaluation kit of the Zero Resource Challenges (Track 2), package
zerospeech-tde 2.0.3, and give its numbers. A segment is taken as the phones that it covers: its
first and its last one count if 30 ms of them are inside, or a half of one below 60 ms. A segment of
no phone is left out. Then

- boundary: edges of segments against edges of words, an onset against onsets and an offset against
  offsets; those at the ends of the speech count, and a time is one boundary;
- token: segments that have exactly the phones of the word which they cover most of;
- type: phone sequences of segments against those of words;
- coverage: phones, without SIL and SPN, that are in a segment;
- NED: the edit distance of the phones of two segments of a cluster, divided by the longer one's
  number of phones, averaged over all pairs;
- grouping: how many segments of a phone sequence are in a cluster with another of that sequence.

Three things differ, since there the kit's numbers mislead:

- `type_recall` counts pronunciations among the words' pronunciations. The kit divides them by the
  number of spellings, so that a word that is said in two ways is found twice: its numbers are
  `type_recall_kit` and `type_f1_kit`, which may be above 100 %.
- Grouping tells segments of two recordings apart, also at the same times; the kit does not.
- F1 is 0 where nothing is right, and NaN only where nothing is true; the kit divides 0 by 0.

As in the kit, grouping hardly sees which segments share a cluster, and a segment found twice is a
pair of NED with itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from seesay.scoring.segmentation.boundaries import MICRO, f1, ratio
from seesay.scoring.segmentation.edit_distance import normalised
from seesay.scoring.segmentation.phones import (
    SILENCE,
    UNSPOKEN,
    Form,
    Phones,
    Segment,
    by_recording,
    segmented,
)
from seesay.shared.ranking import Floats

# Summed over recordings; those below need all recordings at once.
COUNTS = (
    "boundary_hits",
    "boundaries_found",
    "boundaries_true",
    "token_hits",
    "tokens_found",
    "tokens_true",
    "phones_found",
    "phones_true",
)


@dataclass(frozen=True)
class Discovery:
    """COUNTS by recording_id, int64, and the measures that need all recordings, in percent.

    `left_out` is the number of segments that are taken as no phone.
    """

    counts: pd.DataFrame
    values: dict[str, float]
    left_out: int


def discover(found: pd.DataFrame, words: pd.DataFrame, phones: pd.DataFrame) -> Discovery:
    """Score segments by the gold words and phones of their recordings.

    Args:
        found: recording_id, onset and offset (s) and cluster (int; -1 is none) of each segment.
        words: recording_id, onset, offset and word. Their edges are expected to be edges of phones
            (`phones.snapped`).
        phones: recording_id, onset, offset and phone; SIL is silence and SPN other noise.

    Returns:
        The counts of each recording that has words and phones, and the measures that need all.

    Raises:
        InputError: For phones of a recording that overlap each other.
    """
    return discovered(found, words, by_recording(phones))


def discovered(found: pd.DataFrame, words: pd.DataFrame, said: Mapping[str, Phones]) -> Discovery:
    """As `discover`, with the phones of each recording."""
    words = words[words["recording_id"].isin(list(said))]
    true = {str(name): part for name, part in words.groupby("recording_id")}
    segments = segmented(found[found["recording_id"].isin(list(true))], said)
    own: dict[str, list[Segment]] = {name: [] for name in true}
    for each in segments:
        own[each.recording].append(each)
    forms: set[Form] = set()
    hit: set[Form] = set()
    rows = {}
    for name, part in true.items():
        lexicon, right, rows[name] = _recording(own[name], part, said[name])
        forms |= lexicon
        hit |= right
    counts = pd.DataFrame.from_dict(rows, orient="index", columns=list(COUNTS), dtype=np.int64)
    spelt = words["word"].nunique()
    values = _types(len(hit), len({each.form for each in segments}), len(forms), spelt)
    clusters: dict[int, list[Segment]] = {}
    for each in segments:
        if each.cluster >= 0:
            clusters.setdefault(each.cluster, []).append(each)
    values["ned"] = 100.0 * ned(list(clusters.values()))
    values |= grouping(list(clusters.values()))
    lost = int(found["recording_id"].isin(list(true)).sum()) - len(segments)
    return Discovery(counts.rename_axis("recording_id"), values, lost)


def measures(sums: Mapping[str, Floats]) -> dict[str, Floats]:
    """The measures, in percent, of sums of COUNTS of any one shape."""
    of = {name: np.asarray(sums[name], dtype=np.float64) for name in COUNTS}
    found: dict[str, Floats] = {}
    for kind, start in (("boundary", 0), ("token", 3)):
        hits, mine, true = (of[name] for name in COUNTS[start : start + 3])
        found[f"{kind}_precision"] = ratio(hits, mine)
        found[f"{kind}_recall"] = ratio(hits, true)
        found[f"{kind}_f1"] = f1(hits, mine, true)
    found["coverage"] = ratio(of["phones_found"], of["phones_true"])
    return {name: 100.0 * value for name, value in found.items()}


def ned(clusters: Sequence[Sequence[Segment]]) -> float:
    """The mean normalised edit distance, 0 to 1, of all pairs of a cluster; NaN without any."""
    total, pairs = 0.0, 0
    for members in clusters:
        spoken = [tuple(phone for phone in each.form if phone != SILENCE) for each in members]
        forms = sorted(set(spoken), key=lambda form: (len(form), form))
        place = {form: number for number, form in enumerate(forms)}
        often = np.bincount([place[form] for form in spoken])
        for one, other, distance in normalised(forms):
            total += float(often[one] * often[other] @ distance)
        # Two silences are as far apart as can be.
        total += sum(n * (n - 1) / 2 for form, n in zip(forms, often, strict=True) if not form)
        pairs += len(members) * (len(members) - 1) // 2
    return total / pairs if pairs else float("nan")


def grouping(clusters: Sequence[Sequence[Segment]]) -> dict[str, float]:
    """Grouping precision, recall and F1, in percent.

    Of each phone sequence, three sets of stretches of phones are counted: those with another of
    the sequence elsewhere (gold), those in a cluster of two or more (found), and those in a cluster
    with another of the sequence elsewhere (both). Segments that overlap in time are no pair.
    """
    everyone: dict[Form, list[Segment]] = {}
    found: dict[Form, set[object]] = {}
    both: dict[Form, set[object]] = {}
    for members in clusters:
        alike: dict[Form, list[Segment]] = {}
        for each in members:
            alike.setdefault(each.form, []).append(each)
        for form, those in alike.items():
            everyone.setdefault(form, []).extend(those)
            both.setdefault(form, set()).update(_elsewhere(those))
            if len(members) > 1:
                found.setdefault(form, set()).update(map(_stretch, those))
    gold = {form: set(_elsewhere(those)) for form, those in everyone.items()}
    precision, recall = _weighted(found, both), _weighted(gold, both)
    both_are = precision + recall
    score = 0.0 if both_are == 0 else 2.0 * precision * recall / both_are
    values = {"grouping_precision": precision, "grouping_recall": recall, "grouping_f1": score}
    return {name: 100.0 * value for name, value in values.items()}


def _recording(
    segments: Sequence[Segment], words: pd.DataFrame, said: Phones
) -> tuple[set[Form], set[Form], tuple[int, ...]]:
    """The pronunciations of the words, those that are found, and the COUNTS of a recording."""
    words = words.drop_duplicates(["onset", "offset", "word"])
    starts, ends = (words[edge].to_numpy(dtype=np.float64) for edge in ("onset", "offset"))
    forms = [
        tuple(said.label[slice(*said.covered(*times))]) for times in zip(starts, ends, strict=True)
    ]
    once = {(each.onset, each.offset): each for each in segments}.values()
    seen, right = set(), set()
    for each in once:
        word = _most_covered(each, starts, ends)
        if word is not None and forms[word] == each.form:
            seen.add(word)
            right.add(each.form)
    mine = (
        _micro(said.onset[[each.first for each in once]]),
        _micro(said.offset[[each.last - 1 for each in once]]),
    )
    true = _micro(starts), _micro(ends)
    hits = (mine[0] & true[0]) | (mine[1] & true[1])
    spoken = [place for place, phone in enumerate(said.label) if phone not in UNSPOKEN]
    inside = {place for each in once for place in range(each.first, each.last)}
    counts = (
        *(len(hits), len(mine[0] | mine[1]), len(true[0] | true[1])),
        *(len(seen), len(once), len(words)),
        *(len(inside.intersection(spoken)), len(spoken)),
    )
    return set(forms), right, counts


def _most_covered(segment: Segment, starts: Floats, ends: Floats) -> int | None:
    """The word, by its place, of which the segment covers the largest part; None for no word."""
    shared = np.minimum(ends, segment.offset) - np.maximum(starts, segment.onset)
    if not len(shared) or shared.max() <= 0:
        return None
    return int(np.argmax(shared / (ends - starts)))


def _types(hits: int, found: int, forms: int, spelt: int) -> dict[str, float]:
    precision, recall, kit = (ratio(hits, whole) for whole in (found, forms, spelt))
    values = {
        "type_precision": precision,
        "type_recall": recall,
        "type_f1": f1(hits, found, forms),
        "type_recall_kit": kit,
        "type_f1_kit": f1(hits, found, spelt),
    }
    return {name: 100.0 * float(value) for name, value in values.items()}


def _elsewhere(segments: Sequence[Segment]) -> list[object]:
    """The stretches of those segments that another one is apart from."""
    last: dict[str, float] = {}
    first: dict[str, float] = {}
    for each in segments:
        last[each.recording] = max(each.onset, last.get(each.recording, each.onset))
        first[each.recording] = min(each.offset, first.get(each.recording, each.offset))
    return [
        _stretch(each)
        for each in segments
        if len(last) > 1
        or each.offset <= last[each.recording]
        or each.onset >= first[each.recording]
    ]


def _stretch(segment: Segment) -> object:
    return segment.recording, segment.first, segment.last


def _weighted(base: Mapping[Form, set[object]], both: Mapping[Form, set[object]]) -> float:
    """The share of both sets in `base` by phone sequence, weighted by the size of `base`."""
    total = sum(map(len, base.values()))
    shared = sum(len(both.get(form, ())) for form, members in base.items() if members)
    return shared / total if total else float("nan")


def _micro(times: Floats) -> set[int]:
    return set(np.rint(times * MICRO).astype(np.int64).tolist())
