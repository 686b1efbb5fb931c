"""The three answers: which numbers give which, what could be shown, and how often they err."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from seesay.reporting.results import Difference, Results, Value
from seesay.reporting.verdict import ODDS, SHOWN, Gap, answer, gaps, judge, wanted
from support import ROOT, report_run

MAIN = "word_token_by_image"
NAMES = {
    "random_projection": "random projection",
    "untrained": "untrained",
    "shuffled": "shuffled pairs",
}


def results_of(model, half, controls, chance=10.0, units="100 x 3", spread=0.0):
    """Results of one task: R@10 of the model, with intervals `half` wide to either side.

    `controls` says what the model has over each. Seeds are `spread` apart.
    """
    few = int(units.split()[0]) < 20
    over = "pictures x seeds"

    def value(at, luck=chance):
        ends = (None, None) if few else (at - half, at + half)
        return Value(1000, 500, at, *ends, luck, over, units)

    values = {}
    for n, seed in enumerate(("1", "2", "3", "mean")):
        shift = (0, spread, -spread, 0)[n]
        values["paper", "model", seed, MAIN, "test", "r10"] = value(model + shift)
        for system, gap in controls.items():
            values["paper", system, seed, MAIN, "test", "r10"] = value(model - gap)
    pairs = {
        ("paper", system, MAIN, "test", "r10"): Difference(
            gap, *((None, None) if few else (gap - half, gap + half)), over, units
        )
        for system, gap in controls.items()
    }
    return Results(values, pairs, ["paper"], ["test"], ["1", "2", "3"])


ALL = dict.fromkeys(NAMES, 14.0)
UNLIKE = {**ALL, "shuffled": 0.4}


@pytest.mark.parametrize(
    ("results", "said"),
    [
        (results_of(24.0, 2.0, ALL), "Yes, {} learned words."),
        (results_of(24.0, 4.0, UNLIKE), "Not shown: {} is not clearly above shuffled pairs."),
        (results_of(10.4, 1.0, dict.fromkeys(NAMES, 0.3)), "No: {} is no better than chance."),
    ],
)
def test_one_seed_speaks_of_the_model_and_not_of_its_method(results, said):
    one = dataclasses.replace(results, seeds=["1"])
    assert answer(one, "paper")[0] == said.format("this model")
    assert "this holds for this model, not for others" in answer(one, "paper")[2]
    assert answer(results, "paper")[0] == said.format("it")
    assert "this model" not in " ".join(answer(results, "paper"))


@pytest.mark.parametrize(
    ("results", "said", "kind", "why"),
    [
        (results_of(24.0, 2.0, ALL), "Yes, it learned words.", "above", "Chance is 10.0 %."),
        (
            results_of(24.0, 4.0, {**ALL, "shuffled": 0.4, "untrained": 1.0}),
            "Not shown: it is not clearly above the untrained net and shuffled pairs.",
            "part",
            # 2.802 x 4 / 1.960; 100 pictures x (5.72 / 0.4)^2
            "Its difference from shuffled pairs is +0.4 points [−3.6, +4.4]. A test with 100"
            " pictures x 3 seeds detects differences of 5.7 points or more with a power of 80 %;"
            " it would take about 21,000 test pictures to detect the measured difference.",
        ),
        (
            results_of(24.0, 2.0, {**ALL, "random_projection": -0.4}),
            "Not shown: it is not clearly above the random projection.",
            "part",
            "the measured difference is not above zero, so more pictures would not help.",
        ),
        (
            results_of(24.0, 4.0, {**ALL, "shuffled": 1.5}, spread=3.0),
            "Not shown: it is not clearly above shuffled pairs.",
            "part",
            "no number of pictures detects the measured difference, because the seeds differ too"
            " much; add seeds.",
        ),
        (
            results_of(10.4, 1.0, dict.fromkeys(NAMES, 0.3)),
            "No: it is no better than chance.",
            "none",
            "Its difference from chance is +0.4 points [−0.6, +1.4]. The whole interval is below"
            " the bound of +1.8 points (odds of a hit 1.2 times those of chance), and a difference"
            " below the bound does not count as learning.",
        ),
        (
            # As near to chance, with intervals that are too wide to say so.
            results_of(10.4, 2.5, dict.fromkeys(NAMES, 0.3)),
            "Not shown: it is not clearly above the random projection, the untrained net, shuffled"
            " pairs and chance.",
            "part",
            "with a power of 80 %",
        ),
        (
            results_of(51.7, 2.0, {**ALL, "shuffled": 0.2}, chance=34.7),
            "No: it is no better than shuffled pairs.",
            "none",
            "Its difference from shuffled pairs is +0.2 points [−1.8, +2.2]. The whole interval is"
            " below the bound of +4.5 points",
        ),
        (
            results_of(90.0, 1.0, dict.fromkeys(NAMES, 80.0), units="5 x 3"),
            "Not shown: 5 test pictures are too few; the minimum is 20.",
            "few",
            "so the answer is neither yes nor no.",
        ),
        (
            results_of(24.0, 2.0, {"random_projection": 14.0, "untrained": 14.0}),
            "Not shown: the deciding control, shuffled pairs, was not trained.",
            "part",
            "Chance is 10.0 %.",
        ),
    ],
)
def test_the_answer_and_why(results, said, kind, why):
    short, found, long = answer(results, "paper")
    assert (short, found) == (said, kind)
    assert long.startswith("Given a fragment of a test picture,")
    assert why in long


@pytest.mark.parametrize("model", [2.0, 10.0, 95.0])
def test_below_twenty_pictures_there_is_neither_yes_nor_no(model):
    for count in (2, 5, 19):
        results = results_of(model, 0.1, dict.fromkeys(NAMES, model - 1), units=f"{count} x 3")
        assert judge(results, "paper", MAIN).kind == "few"
        assert gaps(results, "paper", MAIN) == []


def test_a_made_up_run_that_did_not_learn_is_not_shown_to_have_and_no_is_not_said(tmp_path):
    inputs = report_run.make(tmp_path, learned=False)
    results = Results.read(inputs["metrics"], inputs["differences"])
    # 9.3 +- 1.9 where chance is 10.3: it may be as much as 0.9 above, and the bound is 1.9.
    assert judge(results, "paper", MAIN).kind == "none"
    values = {
        key: dataclasses.replace(one, high=one.value + 4.0) for key, one in results.values.items()
    }
    pairs = {
        key: dataclasses.replace(one, high=one.value + 4.0)
        for key, one in results.differences.items()
    }
    wide = dataclasses.replace(results, values=values, differences=pairs)
    verdict = judge(wide, "paper", MAIN)
    assert verdict.kind == "part"
    assert verdict.short.startswith("not shown to be above the random projection")


@settings(deadline=None)
@given(st.floats(0.5, 99.5))
def test_the_bound_is_an_odds_ratio(level):
    gap = Gap("chance", 0.0, -1.0, 1.0, level, 0.0)
    high = level + gap.bound
    assert math.isclose(high / (100 - high), ODDS * level / (100 - level), rel_tol=1e-9)


@settings(deadline=None)
@given(st.floats(0.1, 5), st.floats(0.5, 8), st.floats(0, 4), st.integers(20, 500))
def test_so_many_pictures_have_the_power_to_show_what_was_seen(seen, error, seeds, pictures):
    """With n pictures the standard error is that by which the difference is shown with 80 %."""
    half = 1.959964 * error
    gap = Gap("chance", seen, seen - half, seen + half, 10.0, min(seeds, error**2))
    said = wanted(gap, pictures)
    enough = (seen / SHOWN) ** 2 > gap.seeds
    assert ("no number of pictures" not in said) == enough
    if enough:
        count = int(said.split("about ")[1].split(" ")[0].replace(",", ""))
        left = math.sqrt((error**2 - gap.seeds) * pictures / count + gap.seeds)
        power = stats.norm.sf(stats.norm.ppf(0.975) - seen / left)
        assert power > 0.799
        # Not many more than needed: numbers are rounded up to two digits.
        assert count <= max(pictures * 1.1 + 1, 1.11 * (error**2 - gap.seeds) * pictures
                            / ((seen / SHOWN) ** 2 - gap.seeds) + 1)  # fmt: skip


def test_how_often_the_answers_are_right():
    """Of normal errors: a null is seldom a yes, and what learns, by the bound or more, a no."""
    rng = np.random.default_rng(1)
    counts = {}
    bound = Gap("chance", 0.0, 0.0, 0.0, 10.0, 0.0).bound
    for truth in (0.0, bound, 8.0):
        for error in (0.4, 2.0):
            kinds = []
            for _ in range(300):
                found = {name: truth + error * rng.normal() for name in NAMES}
                found |= {"random_projection": 50.0, "untrained": 50.0}
                over_chance = truth + error * rng.normal()
                results = results_of(10.0 + over_chance, 1.96 * error, found)
                kinds.append(judge(results, "paper", MAIN).kind)
            counts[truth, error] = {k: kinds.count(k) / 300 for k in ("above", "none", "part")}
    # Either of two intervals may err, by 2.5 % each; three standard errors are 0.038.
    for error in (0.4, 2.0):
        assert counts[0.0, error]["above"] < 0.05
        assert counts[bound, error]["none"] < 0.05 + 0.038
        assert counts[8.0, error]["none"] == 0
    assert counts[0.0, 0.4]["none"] > 0.9  # a precise null is a no
    assert counts[0.0, 2.0]["part"] > 0.6  # and a vague one not shown
    assert counts[8.0, 2.0]["above"] > 0.9


def test_what_intervals_generalise_to_is_said_of_pictures_and_of_abx_apart():
    """ABX, which stands first by alphabet, has words where the other tasks have pictures."""
    found = results_of(24.0, 2.0, ALL)
    abx = Value(2, 90, 70.0, 60.0, 80.0, 50.0, "words x seeds", "57 x 3")
    first = {("paper", "model", "mean", "abx_across", "test", "right"): abx}
    both = dataclasses.replace(found, values=first | found.values)
    assert both.over == "over 100 pictures x 3 seeds"
    assert both.over_abx == "over 57 words x 3 seeds"
    assert (found.over, found.over_abx) == (both.over, "")
    alone = dataclasses.replace(found, values=first)
    assert (alone.over, alone.over_abx) == ("over 57 words x 3 seeds", "")
    few = results_of(24.0, 2.0, ALL, units="12 x 3")
    assert few.over == "(no interval: 12 pictures, fewer than 20)"


def test_the_docs_have_the_bounds():
    text = (ROOT / "docs" / "answer.md").read_text(encoding="utf-8")
    ten, more = (Gap("chance", 0.0, 0.0, 0.0, level, 0.0).bound for level in (10.0, 35.0))
    assert f"{ten:+.1f} points at 10 %, {more:+.1f} at 35 %" in text
