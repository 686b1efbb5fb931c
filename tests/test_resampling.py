"""Errors and intervals: by hand, against peers, and by a simulation in which nothing is better."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from seesay.scoring import intervals
from seesay.scoring.resampling import (
    by_word_and_talker,
    crossed,
    draws,
    estimate,
    pictures,
    shares,
)
from seesay.settings.metrics import MetricsSettings
from support import crossing

SETTINGS = MetricsSettings(resamples=300, seed=3)


def simulation():
    """The module of benchmarks/, which no package holds."""
    path = Path(__file__).resolve().parents[1] / "benchmarks" / "inference.py"
    spec = importlib.util.spec_from_file_location("inference", path)
    module = importlib.util.module_from_spec(spec)
    # dataclasses look for their module by its name
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(__import__("sys").modules, "inference", module)
        spec.loader.exec_module(module)
    return module


def test_draws_hold_as_many_units_with_replacement():
    held = np.concatenate(list(draws(50, MetricsSettings(resamples=2000, seed=3))))
    assert (held[0] == 1).all()
    assert (held.sum(axis=1) == 50).all()
    # The number of times a unit is drawn is binomial(50, 1 / 50): variance 0.98.
    assert held[1:].mean() == 1
    assert held[1:].var() == pytest.approx(0.98, abs=0.02)
    other = np.concatenate(list(draws(50, MetricsSettings(resamples=2000, seed=4))))
    assert not np.array_equal(held, other)


def test_draws_in_blocks_are_whole(monkeypatch):
    monkeypatch.setattr("seesay.scoring.resampling.CELLS", 70)
    held = np.concatenate(list(draws(20, SETTINGS)))
    assert held.shape == (301, 20)
    assert (held.sum(axis=1) == 20).all()
    assert len({row.tobytes() for row in held}) == 301


def queries(words, talkers, seed=0):
    """Each word by each talker, twice here and there: their names."""
    rng = np.random.default_rng(seed)
    pairs = [
        (w, t) for w in range(words) for t in range(talkers) for _ in range(rng.integers(1, 3))
    ]
    word, talker = np.array(pairs).T
    return {
        "words": np.char.add("w", word.astype(str)),
        "talkers": np.char.add("t", talker.astype(str)),
    }


@pytest.mark.parametrize("seeds", [1, 2, 3])
@pytest.mark.parametrize("names", [["words"], ["words", "talkers"]])
def test_an_error_is_that_of_a_loop_over_each_factor_and_the_seeds(names, seeds):
    columns = {name: column for name, column in queries(11, 6).items() if name in names}
    rng = np.random.default_rng(seeds)
    hits = rng.random((seeds, len(columns["words"]))) < np.linspace(0.2, 0.7, seeds)[:, None]
    factors = crossed(columns, SETTINGS)
    found = estimate(factors, dict(enumerate(shares(factors, hits * 1.0))))
    wanted = crossing.error(100.0 * hits, list(columns.values()), SETTINGS)
    assert (found.value[0], found.error[0], found.freedom[0]) == pytest.approx(wanted)
    counts = {"words": 11, "talkers": 6, "seeds": seeds}
    assert found.counts == {n: counts[n] for n in (*names, *["seeds"] * (seeds > 1))}


def test_the_error_of_independent_queries_is_the_textbook_s():
    """One query a picture and no seeds: the square root of p (1 - p) / (n - 1)."""
    hits = np.arange(400) % 4 == 0
    factors = crossed(
        {"pictures": np.arange(400).astype(str)}, MetricsSettings(resamples=4000, seed=1)
    )
    found = estimate(factors, {1: shares(factors, hits[None] * 1.0)[0]})
    assert found.value == 25
    assert found.error == pytest.approx(100 * np.sqrt(0.25 * 0.75 / 399), rel=0.03)
    assert found.freedom == pytest.approx(399)


def test_two_way_errors_are_those_of_the_analysis_of_variance():
    """A balanced table of words by talkers: the variance of its mean, from its mean squares."""
    rng = np.random.default_rng(5)
    words, talkers = 24, 16
    table = (
        rng.normal(0, 2, (words, 1))
        + rng.normal(0, 1, talkers)
        + rng.normal(0, 1, (words, talkers))
    )
    table = 0.5 + 0.02 * table
    word, talker = (part.ravel().astype(str) for part in np.indices(table.shape))
    factors = crossed({"words": word, "talkers": talker}, MetricsSettings(resamples=8000, seed=1))
    found = estimate(factors, {1: shares(factors, table.reshape(1, -1))[0]})
    of_words = talkers * table.mean(axis=1).var(ddof=1)
    of_talkers = words * table.mean(axis=0).var(ddof=1)
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    rest = (rest**2).sum() / ((words - 1) * (talkers - 1))
    wanted = 100 * np.sqrt((of_words + of_talkers - rest) / (words * talkers))
    assert found.error == pytest.approx(wanted, rel=0.03)


@pytest.fixture(scope="module")
def several():
    """300 queries of one to four of 40 pictures: their pictures, hit rates, and common pictures.

    The last is (queries, queries), 1 on the diagonal.
    """
    rng = np.random.default_rng(0)
    drawn = [sorted(set(rng.integers(0, 40, 1 + query % 4).tolist())) for query in range(300)]
    effect = rng.normal(0, 0.25, 40)
    common = np.array([[len({*one} & {*other}) for other in drawn] for one in drawn])
    np.fill_diagonal(common, 1)
    names = [[f"p{picture:02}" for picture in own] for own in drawn]
    return names, 0.4 + np.array([effect[own].mean() for own in drawn]), common


def test_the_error_of_queries_of_several_pictures_counts_each_pair_that_shares_one(several):
    """The textbook's sum over pairs of queries, once for each picture that they share."""
    names, rate, common = several
    hits = np.random.default_rng(8).random(300) < rate
    factors = crossed({"pictures": names}, MetricsSettings(resamples=8000, seed=1))
    found = estimate(factors, {1: shares(factors, hits[None] * 1.0)[0]})
    off = hits - hits.mean()
    variance = off @ common @ off * 40 / 39
    assert variance > 1.4 * (off**2).sum()  # far above the floor, which is that of single queries
    assert found.value == pytest.approx(100 * hits.mean())
    assert found.error == pytest.approx(100 * np.sqrt(variance) / 300, rel=0.05)
    assert found.counts == {"pictures": 40}
    assert found.freedom == pytest.approx(39)


def test_queries_of_one_picture_each_are_as_ever_and_ranks_tell_all_pictures():
    run = pd.DataFrame({"image_id": ["b", "a", "b"], "other_images": [None, '["c", "d"]', None]})
    assert pictures(run) == [["b"], ["a", "c", "d"], ["b"]]
    assert pictures(run[run["image_id"] == "b"]).tolist() == ["b", "b"]
    assert pictures(run[["image_id"]]).tolist() == ["b", "a", "b"]
    # As lists or as names: the same value, and nearly the same error.
    names = np.repeat(np.arange(30), 4).astype(str)
    hits = np.random.default_rng(1).random((1, 120)) < np.linspace(0.1, 0.9, 120)
    settings = MetricsSettings(resamples=8000, seed=1)
    one, other = (
        estimate(factors, {1: shares(factors, hits * 1.0)[0]})
        for factors in (
            crossed({"pictures": given}, settings) for given in (names, names[:, None].tolist())
        )
    )
    assert one.value == pytest.approx(other.value)
    assert one.error == pytest.approx(other.error, rel=0.05)


def test_words_of_several_pictures_are_crossed_with_them(several):
    """What a word and a picture share is counted once."""
    names, rate, common = several
    rng = np.random.default_rng(3)
    words = rng.integers(0, 15, 300)
    hits = rng.random(300) < rate + rng.normal(0, 0.1, 15)[words]
    columns = {"pictures": names, "words": words.astype(str)}
    factors = crossed(columns, MetricsSettings(resamples=8000, seed=1))
    found = estimate(factors, {1: shares(factors, hits[None] * 1.0)[0]})
    off, same = hits - hits.mean(), words[:, None] == words
    variances = [off @ part @ off for part in (common * 40 / 39, same * 15 / 14, common * same)]
    variance = variances[0] + variances[1] - variances[2]
    assert variance > 1.1 * max(variances)
    assert found.counts == {"pictures": 40, "words": 15}
    assert found.error == pytest.approx(100 * np.sqrt(variance) / 300, rel=0.05)


def test_what_is_too_few_is_refused_or_left_out_of_the_label():
    columns = queries(12, 4)
    assert crossed(columns, SETTINGS).counts == {"words": 12}
    few = crossed(queries(9, 30), SETTINGS)
    assert few.settings is None
    found = estimate(few, dict(enumerate(shares(few, np.ones((2, len(few.parts[0].unit)))))))
    assert (found.value, found.counts) == (100, {"words": 9, "talkers": 30, "seeds": 2})
    assert np.isnan([*found.around([True], 9), *found.apart([True], same=False)]).all()
    assert intervals.refusal("words x talkers", "9 x 30") == "no interval: 9 words, fewer than 10"
    assert intervals.refusal("queries", "1") == "no interval: 1 query, fewer than 20"
    assert intervals.refusal("pictures", "1") == "no interval: 1 picture, fewer than 20"
    assert intervals.said("words x talkers", "9 x 30").startswith("no interval: 9 words, ")
    assert intervals.said("pictures x seeds", "1200 x 3") == "over 1,200 pictures x 3 seeds"
    assert intervals.refusal("pictures", "20") == ""


def test_a_word_of_nobody_is_by_a_talker_of_its_own_and_pictures_are_pictures():
    run = pd.DataFrame({"query": [f"q{n}" for n in range(30)], "talker": "", "image_id": "p"})
    run = run.assign(word=[f"w{n % 10}" for n in range(30)])
    assert by_word_and_talker(run, SETTINGS).counts == {"words": 10, "talkers": 30}
    assert by_word_and_talker(run.assign(word=""), SETTINGS).counts == {"pictures": 1}


@pytest.mark.parametrize("percent", [0.0, 0.7, 35.0, 99.6, 100.0])
def test_the_interval_of_a_percentage_is_wilson_s(percent):
    """Against statsmodels', which has the normal quantile: of very many degrees of freedom."""
    p, n = percent / 100, 250
    error = np.array([100 * np.sqrt(p * (1 - p) / n)])
    ends = intervals.share(np.array([percent]), error, np.array([1e9]), n)
    wanted = proportion_confint(p * n, n, method="wilson")
    assert np.ravel(ends) / 100 == pytest.approx(wanted, abs=1e-9)
    few = np.ravel(intervals.share(np.array([percent]), error, np.array([2.0]), n))
    assert few == pytest.approx(crossing.wilson(percent, n, stats.t.ppf(0.975, 2)), abs=1e-6)
    assert few[0] < few[1]


def test_percentages_without_an_error_inside_the_bounds_are_certain():
    """What is tied all over has chance in every sample, but for rounding."""
    low, high = intervals.share(np.array([9.6]), np.array([1e-15]), np.array([19.0]), 20)
    assert (low, high) == pytest.approx((9.6, 9.6))


def test_the_interval_of_a_rank_is_a_factor_within_the_gallery():
    value, error = np.array([1.0, 10.0, 900.0]), np.array([0.2, 3.0, 400.0])
    low, high = intervals.rank(value, error, np.full(3, 1e9), 1000)
    factor = np.exp(stats.norm.ppf(0.975) * 0.3)
    assert (low[1], high[1]) == pytest.approx((10 / factor, 10 * factor), rel=1e-6)
    assert (low[0], high[2]) == (1, 1000)
    assert intervals.rank(np.array([1.0]), np.array([0.0]), np.array([19.0]), 9) == (1, 1)


def test_differences_leave_zero_out_where_p_is_below_one_in_twenty():
    rng = np.random.default_rng(2)
    value, error = rng.normal(0, 5, 200), rng.uniform(0.5, 4, 200)
    freedom = rng.uniform(1.5, 60, 200)
    low, high, p = intervals.gap(value, error, freedom, [True] * 200, 50, same=False)
    wanted = [crossing.student(*one) for one in zip(value, error, freedom, strict=True)]
    inside = np.clip(np.array(wanted), [-100, -100, 0], [100, 100, 1])
    assert np.stack([low, high, p], axis=1) == pytest.approx(inside)
    assert (((low > 0) | (high < 0)) == (p < 0.05)).all()


def test_two_that_agree_everywhere_are_not_certain_unless_they_are_one():
    """Both at 0 % of 20 pictures: either may have what Wilson's interval lets it."""
    zero, freedom = np.zeros(1), np.array([19.0])
    low, high, p = intervals.gap(zero, zero, freedom, [True], 20, same=False)
    _, most = crossing.wilson(0, 20, stats.t.ppf(0.975, 19))
    assert (low, high, p) == pytest.approx((-most, most, 1))
    assert intervals.gap(zero, zero, freedom, [True], 20, same=True) == (0, 0, 1)
    low, high, p = intervals.gap(np.array([100.0]), zero, freedom, [True], 20, same=False)
    assert (low, high) == pytest.approx((100 - most, 100))
    assert p < 1e-6


def test_holm_is_that_of_statsmodels_and_knows_no_nan():
    p = np.random.default_rng(4).uniform(0, 0.2, 31) ** 2
    assert intervals.holm(p) == pytest.approx(multipletests(p, method="holm")[1])
    some = np.insert(p, [0, 7], np.nan)
    found = intervals.holm(some)
    assert np.isnan(found[[0, 8]]).all()
    assert found[~np.isnan(some)] == pytest.approx(intervals.holm(p))
    assert len(intervals.holm(np.array([]))) == 0


@pytest.fixture(scope="module")
def simulated():
    return simulation()


# 400 repetitions: 95 % are 93 to 97 with two standard errors either way; one in twenty 2.8 to 7.2.
TIMES = 400


@pytest.mark.parametrize("number", [20, 50, 100])
def test_with_three_seeds_intervals_hold_and_equals_are_told_apart_one_time_in_twenty(
    simulated, number
):
    columns = simulated.asked(number, 8, np.random.default_rng(number))
    found = simulated.simulate(simulated.WORLDS[1], columns, 3, TIMES)
    assert 92.5 <= found.covered <= 97.5
    assert found.better <= 7.5
    # What it is all for: of the same hits, means over seeds of pictures alone fail.
    assert found.better < found.better_before


def test_one_seed_is_of_pictures_and_holds_where_seeds_do_not_differ(simulated):
    world = simulated.World("one seed", -0.6, 0.8, 0.3, 0.0, 0.0)
    columns = simulated.asked(50, 8, np.random.default_rng(1))
    found = simulated.simulate(world, columns, 1, TIMES)
    assert 92.5 <= found.covered <= 97.5
    assert found.better <= 7.5


def test_words_and_talkers_hold_too(simulated):
    columns = simulated.said(20, 12, 0.5, np.random.default_rng(1))
    found = simulated.simulate(simulated.WORDS, columns, 3, TIMES)
    assert 92.5 <= found.covered <= 97.5
    assert found.better <= 7.5


def test_intervals_of_tokens_that_pictures_share_hold(simulated):
    """Three pictures a token on average; by the first picture alone they are too narrow."""
    columns = simulated.shared(50, 100, 5, np.random.default_rng(50))
    found = simulated.simulate(simulated.PICTURES, columns, 3, TIMES)
    assert 92.5 <= found.covered <= 97.5
    assert found.better <= 7.5
    assert found.covered_before < 92.5


def test_ten_pictures_are_refused(simulated):
    columns = simulated.asked(10, 8, np.random.default_rng(1))
    assert simulated.simulate(simulated.WORLDS[0], columns, 3, 10) is None


def test_a_true_difference_is_covered(simulated):
    """Of two systems half a logit apart, by 50 pictures and three seeds."""
    better = simulated.replace(simulated.WORLDS[1], mean=-0.12)
    columns = simulated.asked(50, 8, np.random.default_rng(1))
    rng = np.random.default_rng(6)
    factors = crossed(columns, SETTINGS)
    one, _ = simulated.hits(better, columns, 3, TIMES // 2, rng)
    _, other = simulated.hits(simulated.WORLDS[1], columns, 3, TIMES // 2, rng)
    samples = [
        {s: shares(factors, runs)[:, :, 0].transpose(1, 0, 2) for s, runs in enumerate(made)}
        for made in (one, other)
    ]
    low, high, p = estimate(factors, *samples).apart([True] * (TIMES // 2), same=False)
    true = better.truth() - simulated.WORLDS[1].truth()
    assert 91.5 <= 100 * np.mean((low <= true) & (true <= high)) <= 98.5
    assert np.mean(p < 0.05) > 0.3  # and it is seen
