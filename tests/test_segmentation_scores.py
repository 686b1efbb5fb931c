"""Scores of segmentations: hand-worked, brute force, and equal to the kit of the ZRC."""

import importlib.util
import itertools
import json
import math
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seesay.scoring.segmentation import boundaries, discovery, edit_distance
from seesay.scoring.segmentation import phones as phones_of
from seesay.scoring.segmentation.phones import Segment
from seesay.shared.errors import InputError
from support import segmentation_tde

STORED = json.loads(Path(segmentation_tde.__file__).with_suffix(".json").read_text())["scores"]
CASES = segmentation_tde.cases()
HAS_TDE = importlib.util.find_spec("tde") is not None
TIMES = ["recording_id", "onset", "offset"]
SAME_TIMES = "two recordings at the same times"


def spans(*pairs, recording="a"):
    return pd.DataFrame([(recording, *pair) for pair in pairs], columns=TIMES)


def measured(found, words, tolerance=0.02):
    sums = boundaries.counts(found, words, tolerance).sum()
    return {name: float(value) for name, value in boundaries.measures(sums).items()}


def frames(case):
    phones, words, segments = CASES[case]
    return (
        pd.DataFrame(segments, columns=[*TIMES, "cluster"]),
        pd.DataFrame(words, columns=[*TIMES, "word"]),
        pd.DataFrame(phones, columns=[*TIMES, "phone"]),
    )


def discovered(found, words, phones):
    outcome = discovery.discover(found, words, phones)
    values = {name: float(v) for name, v in discovery.measures(outcome.counts.sum()).items()}
    return values | outcome.values


# Of the kit


@pytest.mark.parametrize("case", [name for name in CASES if name != SAME_TIMES])
def test_the_measures_are_those_of_the_kit(case):
    found = discovered(*frames(case))
    theirs = {name: math.nan if v is None else 100 * v for name, v in STORED[case].items()}
    assert {name: found[name] for name in theirs} == pytest.approx(theirs, abs=1e-9, nan_ok=True)


def test_segments_of_two_recordings_at_the_same_times_are_two():
    found = discovered(*frames(SAME_TIMES))
    theirs = {name: 100 * value for name, value in STORED[SAME_TIMES].items()}
    # Of four segments, two of each word, the two that share a cluster are found.
    assert found["grouping_precision"] == 100
    assert found["grouping_recall"] == 50
    assert {n: found[n] for n in theirs} == pytest.approx(theirs, abs=1e-9)


def test_a_word_said_in_two_ways_is_found_once_a_way_and_twice_in_the_kit():
    found = discovered(*frames("one word said in two ways"))
    assert found["type_recall"] == found["type_precision"] == found["type_f1"] == 100
    assert found["type_recall_kit"] == 200


@pytest.mark.skipif(not HAS_TDE, reason="the kit is not installed; its numbers are stored")
@pytest.mark.parametrize("case", CASES)
def test_the_stored_numbers_are_those_of_this_kit(case, tmp_path):
    now = segmentation_tde.theirs(*CASES[case], tmp_path)
    assert now == pytest.approx(STORED[case], abs=1e-12)


def test_nothing_found_is_no_precision_and_no_f1():
    found, words, phones = frames("truth")
    values = discovered(found[:0], words, phones)
    assert math.isnan(values["boundary_precision"])
    assert math.isnan(values["ned"])
    assert values["token_recall"] == values["token_f1"] == values["type_f1"] == 0


def test_words_take_the_edges_of_the_phones_that_they_are_taken_as():
    _, words, phones = frames("words off the phones")
    moved = phones_of.snapped(words, phones)
    assert moved[["onset", "offset", "word"]].to_numpy().tolist() == [
        [0.0, 0.3, "cat"],
        [0.3, 0.6, "dog"],
    ]


def test_words_without_phones_or_in_silence_are_left_out():
    phones = spans((0.0, 0.2), (0.2, 0.3), (0.3, 0.5)).assign(phone=["SIL", "a", "SIL"])
    words = spans((0.0, 0.2), (0.1, 0.4), (0.31, 0.33)).assign(word=["x", "y", "z"])
    elsewhere = spans((0.0, 0.2), recording="b").assign(word="w")
    moved = phones_of.snapped(pd.concat([words, elsewhere]), phones)
    assert moved.to_numpy().tolist() == [["a", 0.2, 0.3, "y"]]


def test_phones_at_the_same_time_are_refused():
    found, words, _ = frames("truth")
    phones = spans((0.0, 0.2), (0.1, 0.3)).assign(phone=["a", "b"])
    with pytest.raises(InputError, match=r"phones: 'a' at 0.0 s in a ends"):
        discovery.discover(found, words, phones)


# The edit distance


def slowly(one, other):
    if not one or not other:
        return len(one) + len(other)
    least = min(slowly(one[1:], other), slowly(one, other[1:])) + 1
    return min(least, slowly(one[1:], other[1:]) + (one[0] != other[0]))


@given(st.lists(st.text("ab", max_size=5), min_size=2, max_size=5), st.integers(1, 12))
def test_the_edit_distance_is_that_of_the_definition(texts, pairs):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edit_distance, "PAIRS", pairs)
        found = list(edit_distance.normalised(texts))
    one, other, distances = map(np.concatenate, zip(*found, strict=True))
    assert [*zip(one, other, strict=True)] == [*itertools.combinations(range(len(texts)), 2)]
    for i, j, distance in zip(one, other, distances, strict=True):
        size = max(len(texts[i]), len(texts[j]))
        assert distance == (slowly(texts[i], texts[j]) / size if size else 1)


def cluster(forms, seed=0):
    """A cluster with segments of as many different phone sequences, some of them several times."""
    rng = np.random.default_rng(seed)
    found = {tuple(rng.choice(list("abcdefgh"), rng.integers(4, 9))) for _ in range(2 * forms)}
    said = sorted(found)[:forms]
    assert len(said) == forms
    several = [said[place] for place in rng.integers(0, forms, forms // 10)]
    return [
        Segment("a", n, n + 1, 0, 0, len(form), form) for n, form in enumerate([*said, *several])
    ]


def test_ned_is_the_mean_of_all_pairs_however_they_are_cut(monkeypatch):
    clusters = [cluster(60), cluster(9, seed=1), cluster(1)]
    total, pairs = 0.0, 0
    for members in clusters:
        for one, other in itertools.combinations([each.form for each in members], 2):
            total += fewest(one, other) / max(len(one), len(other))
            pairs += 1
    for at_once in (1, 50, 500_000):
        monkeypatch.setattr(edit_distance, "PAIRS", at_once)
        assert discovery.ned(clusters) == pytest.approx(total / pairs, abs=1e-12)


def fewest(one, other):
    """The edit distance, row by row of the table of prefixes."""
    row = list(range(len(other) + 1))
    for place, mine in enumerate(one, 1):
        above, row = row, [place]
        for column, theirs in enumerate(other):
            row.append(min(above[column + 1] + 1, row[-1] + 1, above[column] + (mine != theirs)))
    return row[-1]


def test_ned_takes_no_more_memory_for_a_larger_cluster():
    members = cluster(2500)
    tracemalloc.start()
    discovery.ned([members])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # All 3.1 million pairs at a time would take 100 MB for their places and distances alone.
    assert peak < 60e6


# With a tolerance


def test_the_truth_has_all_points():
    words = spans((0.1, 0.4), (0.4, 0.9), (1.2, 1.5))
    values = measured(words, words)
    assert values.pop("over_segmentation") == 0
    assert set(values.values()) == {100}


def test_hand_worked():
    """Four inner boundaries, 0.4, 0.9, 1.2 and 1.5; found 0.41, 0.7, 0.95, 1.2 and 1.6."""
    words = spans((0.1, 0.4), (0.4, 0.9), (1.2, 1.5), (1.5, 2.0))
    found = spans((0.0, 0.1), (0.1, 0.41), (0.41, 0.7), (0.7, 0.95), (1.2, 1.6), (1.6, 2.1))
    values = measured(found, words)
    assert values["boundary_precision"] == pytest.approx(100 * 2 / 5)
    assert values["boundary_recall"] == pytest.approx(100 * 2 / 4)
    assert values["boundary_f1"] == pytest.approx(100 * 4 / 9)
    assert values["over_segmentation"] == pytest.approx(25)
    # Hit rate 0.5 and over-segmentation 0.25: r1 is the distance to (0, 1), r2 that to the line.
    r1, r2 = math.sqrt(0.5**2 + 0.25**2), (-0.25 + 0.5 - 1) / math.sqrt(2)
    assert values["r_value"] == pytest.approx(100 * (1 - (r1 + abs(r2)) / 2))
    # Only 0.1 to 0.41 has both edges.
    assert values["token_precision"] == pytest.approx(100 / 6)
    assert values["token_recall"] == pytest.approx(100 / 4)
    assert values["token_f1"] == pytest.approx(20)


@pytest.mark.parametrize(
    ("hit_rate", "over", "r_value"),
    [(100, 0, 100), (0, -100, 1 - (2**0.5 + 0) / 2), (100, 100, 1 - (1 + 2**-0.5) / 2)],
)
def test_the_r_value_of_known_places(hit_rate, over, r_value):
    """Perfect; nothing found, (1 - hit rate)^2 + 1 = 2; twice as many as there are."""
    sums = dict.fromkeys(boundaries.COUNTS, 0)
    true = 8
    sums |= {"boundary_hits": true * hit_rate // 100, "boundaries_true": true}
    sums["boundaries_found"] = true + true * over // 100
    found = boundaries.measures(sums)
    expected = r_value if r_value == 100 else 100 * r_value
    assert float(found["over_segmentation"]) == over
    assert float(found["r_value"]) == pytest.approx(expected)


def test_exactly_the_tolerance_is_a_hit_wherever_it_lies():
    for n in range(5, 1500, 7):
        words = spans((0, n * 20 / 1000), (n * 20 / 1000, 40))
        late = spans((0, (n + 1) * 20 / 1000), ((n + 1) * 20 / 1000, 40))
        values = measured(late, words)
        assert values["boundary_recall"] == values["token_recall"] == 100
        assert measured(late, words, 0.019999)["boundary_recall"] == 0


def test_a_boundary_is_one_hit():
    words = spans((0, 1), (1, 2))
    found = spans((0, 0.99), (0.99, 1.01), (1.01, 2))
    values = measured(found, words, 0.015)
    assert values["boundary_recall"] == 100
    assert values["boundary_precision"] == 50


def test_a_pause_no_longer_than_the_tolerance_is_no_pause():
    words = spans((0, 0.99), (1.01, 2))
    assert measured(spans((0, 1.02), (1.02, 2)), words)["boundary_f1"] == 100
    longer = spans((0, 0.98), (1.01, 2))
    assert measured(spans((0, 1.0), (1.0, 2)), longer)["boundary_recall"] == 50


def test_the_ends_of_the_speech_do_not_count():
    words = spans((0.5, 1), (1, 1.5))
    found = spans((0, 0.3), (0.3, 0.52), (0.52, 1), (1, 1.48), (1.48, 3))
    values = measured(found, words)
    assert values["boundary_precision"] == values["boundary_recall"] == 100
    assert values["token_precision"] == pytest.approx(40)


def test_recordings_are_counted_apart():
    words = pd.concat([spans((0, 1), (1, 2)), spans((0, 1), (1, 2), recording="b")])
    found = pd.concat([spans((0, 1), (1, 2)), spans((0, 1), (1, 2), recording="c")])
    table = boundaries.counts(found, words)
    assert table.index.tolist() == ["a", "b"]
    assert table.loc["b"].tolist() == [0, 0, 1, 0, 0, 2]
    values = {name: float(v) for name, v in boundaries.measures(table.sum()).items()}
    assert (values["boundary_precision"], values["boundary_recall"]) == (100, 50)


def test_without_anything_found_or_true():
    words = spans((0, 1), (1, 2))
    nothing = measured(words[:0], words)
    assert math.isnan(nothing["boundary_precision"])
    assert nothing["boundary_recall"] == nothing["boundary_f1"] == nothing["token_f1"] == 0
    one = measured(words, words[:1])
    assert math.isnan(one["boundary_recall"])
    assert math.isnan(one["boundary_f1"])
    assert one["token_recall"] == 100


@pytest.mark.parametrize("times", [(1, 1), (2, 1), (math.nan, 1), (0, math.inf)])
def test_bad_times_are_refused(times):
    with pytest.raises(InputError, match=r"segments: onset .* in a, expected an offset after"):
        boundaries.counts(spans(times), spans((0, 1)))


POINTS = st.lists(st.integers(0, 12), max_size=6, unique=True).map(sorted)


def most(one, other, fits):
    """The largest number of pairs, by trying all."""
    if not one:
        return 0
    best = most(one[1:], other, fits)
    for place, each in enumerate(other):
        if fits(one[0], each):
            best = max(best, 1 + most(one[1:], other[:place] + other[place + 1 :], fits))
    return best


@given(POINTS, POINTS, st.integers(0, 4))
def test_as_many_boundaries_as_possible_are_paired(one, other, near):
    first, second = boundaries.paired(np.array(one, int), np.array(other, int), near)
    assert len(first) == most(one, other, lambda a, b: abs(a - b) <= near)
    assert len(set(first.tolist())) == len(set(second.tolist())) == len(first)
    assert all(abs(one[i] - other[j]) <= near for i, j in zip(first, second, strict=True))


SEGMENTS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(1, 4)).map(lambda s: (s[0], s[0] + s[1])),
    min_size=1,
    max_size=6,
    unique=True,
).map(sorted)


@given(SEGMENTS, SEGMENTS, st.integers(0, 3))
def test_as_many_tokens_as_possible_are_paired(one, other, near):
    found = boundaries.tokens(np.array(one), np.array(other), near)
    expected = most(one, other, lambda a, b: abs(a[0] - b[0]) <= near and abs(a[1] - b[1]) <= near)
    assert found == expected
