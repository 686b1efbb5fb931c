"""Metrics from ranks, against enumeration, Monte Carlo and naive loops."""

from fractions import Fraction
from itertools import permutations
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from seesay.schemas.scoring import RANKS
from seesay.scoring import rank_metrics
from seesay.scoring.metrics import MetricsSettings, measure
from seesay.scoring.rank_metrics import METRICS, chance, summarise
from seesay.scoring.resampling import Factor, weights
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.ranking import count
from support import crossing
from support.metrics import ROWS, of_one_sample, ranks_of, write_ranks


def distribution(better, tied, tied_relevant):
    """P(the first relevant item is at rank x), exactly, by placing the relevant items."""
    total = tied + tied_relevant
    return {
        better + place: Fraction(comb(total - place, tied_relevant - 1), comb(total, tied_relevant))
        for place in range(1, tied + 2)
    }


def oracle(rows):
    """The six metrics of queries (better, tied, tied_relevant, relevant), in exact fractions."""
    mixture = {}
    for better, tied, tied_relevant, _ in rows:
        for rank, share in distribution(better, tied, tied_relevant).items():
            mixture[rank] = mixture.get(rank, 0) + share / len(rows)
    reached, below = {}, Fraction(0)
    for rank in sorted(mixture):
        reached[rank] = below = below + mixture[rank]
    low = min(rank for rank, share in reached.items() if share >= Fraction(1, 2))
    high = min(rank for rank, share in reached.items() if share > Fraction(1, 2))
    mean = sum(rank * share for rank, share in mixture.items())
    hits = [100 * sum(s for rank, s in mixture.items() if rank <= k) for k in (1, 5, 10, 25)]
    return [float(x) for x in (Fraction(low + high, 2), mean, *hits)]


@settings(max_examples=100, deadline=None)
@given(rows=ROWS, images=st.integers(1, 3))
def test_metrics_equal_exact_fractions(rows, images):
    image = np.arange(len(rows)) % images
    assert of_one_sample(rows, image) == pytest.approx(oracle(rows), rel=1e-12)


@settings(max_examples=30, deadline=None)
@given(rows=ROWS)
@example(rows=[(3, 0, 1, 4), (30, 0, 1, 4), (60, 0, 1, 4)])
@example(rows=[(3, 0, 1, 4), (60, 9, 2, 4), (80, 0, 1, 4)])
def test_metrics_do_not_depend_on_the_size_of_a_block(rows):
    whole = of_one_sample(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rank_metrics, "CELLS", 1)  # blocks of 25 ranks
        assert of_one_sample(rows) == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize(("better", "tied", "tied_relevant"), [(0, 4, 2), (3, 5, 1), (4, 0, 3)])
def test_hit_rate_equals_the_share_of_all_orders(better, tied, tied_relevant):
    block = [False] * tied + [True] * tied_relevant
    orders = [order.index(True) + 1 + better for order in permutations(block)]
    found = of_one_sample([(better, tied, tied_relevant, tied_relevant)])
    for k, value in zip((1, 5, 10, 25), found[2:], strict=True):
        assert value == pytest.approx(100 * sum(rank <= k for rank in orders) / len(orders))
    assert found[1] == pytest.approx(np.mean(orders))


@pytest.mark.parametrize("queries", [1, 2, 5, 8, 101, 400])
def test_without_ties_the_median_is_the_ordinary_one(queries):
    better = np.random.default_rng(queries).integers(0, 300, queries)
    found = of_one_sample([(b, 0, 1, 3) for b in better.tolist()])
    assert found[0] == np.median(better + 1)
    assert found[1] == pytest.approx(np.mean(better + 1))
    assert found[4] == pytest.approx(100 * np.mean(better + 1 <= 10))


def test_the_median_of_tied_ranks_is_that_of_random_orders():
    rng = np.random.default_rng(0)
    rows = [(5, 60, 2, 9), (0, 200, 3, 9), (30, 11, 1, 9), (2, 0, 1, 9), (90, 15, 2, 9)]
    drawn = []
    for better, tied, tied_relevant, _ in rows:
        keys = rng.random((20_000, tied + tied_relevant))
        first = keys[:, :tied_relevant].min(axis=1)
        drawn.append(better + 1 + (keys < first[:, None]).sum(axis=1))
    found = of_one_sample(rows)
    assert found[0] == pytest.approx(np.median(drawn), abs=1)
    assert found[1] == pytest.approx(np.mean(drawn), rel=0.01)
    assert found[5] == pytest.approx(100 * np.mean(np.array(drawn) <= 25), abs=0.5)


def test_chance_is_what_a_random_ranking_scores():
    rng = np.random.default_rng(1)
    relevant, size = np.array([28, 5, 1, 12, 60]), 400
    luck = chance(ranks_of(*[(9, 0, 1, n) for n in relevant]), np.full(5, size))
    found = summarise(luck, np.arange(5), np.ones((1, 5)))[:, 0]
    drawn = []
    for n in relevant:
        order = rng.random((20_000, size)).argsort(axis=1)  # the place of each item
        drawn.append(1 + order[:, :n].min(axis=1))
    drawn = np.array(drawn)
    assert found[0] == pytest.approx(np.median(drawn), abs=1)
    assert found[1] == pytest.approx(drawn.mean(), rel=0.01)
    for value, k in zip(found[2:], (1, 5, 10, 25), strict=True):
        assert value == pytest.approx(100 * (drawn <= k).mean(), abs=0.5)


@pytest.mark.parametrize("constant", [0.0, 0.3])
def test_a_collapsed_net_scores_exactly_chance(constant):
    rng = np.random.default_rng(2)
    vectors = np.full((300, 20), constant, dtype=np.float32)
    relevant = [np.flatnonzero(rng.random(300) < 0.1) for _ in range(30)]
    image = np.repeat(np.arange(30), 2)
    kept, ranks = count(vectors[:60], vectors, image, relevant)
    held = weights(Factor(30, image), MetricsSettings(resamples=50, seed=0))
    found = summarise(ranks, image[kept], held)
    luck = chance(ranks, np.full(len(kept), 300))
    assert np.array_equal(found, summarise(luck, image[kept], held))
    assert found[1, 0] > 5


def test_resamples_equal_a_loop_that_repeats_the_queries():
    rows = [(0, 3, 1, 2), (2, 0, 1, 2), (7, 0, 2, 2), (0, 0, 1, 2), (1, 6, 2, 2), (12, 0, 1, 2)]
    image = np.array([0, 0, 1, 2, 2, 2])
    held = weights(Factor(3, image), MetricsSettings(resamples=50, seed=7))
    found = summarise(ranks_of(*rows), image, held)
    for sample, weight in enumerate(held.astype(int)):
        repeated = [row for row, i in zip(rows, image, strict=True) for _ in range(weight[i])]
        assert found[:, sample] == pytest.approx(oracle(repeated), rel=1e-12)


@pytest.fixture
def runs(tmp_path):
    rng = np.random.default_rng(5)
    paths = []
    for system, worst in [("model", 8), ("shuffled", 37), ("untrained", 30)]:
        for seed in (0, 1, 10):
            better = rng.integers(0, worst, 40)
            paths.append(write_ranks(tmp_path / f"{system}{seed}.parquet", system, seed, better))
    return paths


@pytest.fixture
def other_task(tmp_path):
    return [
        write_ranks(tmp_path / f"other{seed}.parquet", "model", seed, [3, 1, 0, 8], "another")
        for seed in (10, 0, 1)
    ]


SETTINGS = MetricsSettings(resamples=200, seed=0)
PICTURES = np.repeat(np.arange(20), 2)  # of the 40 queries


def measured(paths, folder, order=()):
    names = ("metrics.tsv", "differences.tsv", "experiments.tsv")
    measure(paths, *(folder / name for name in names), SETTINGS, order=order)
    return tuple(
        pd.read_csv(folder / name, sep="\t", dtype={"seed": str})
        for name in names
        if (folder / name).exists()
    )


def test_the_table_of_metrics(runs, tmp_path):
    found, _, _ = measured(runs, tmp_path)
    assert list(found.columns) == [
        *("experiment", "system", "seed", "task", "gallery", "gallery_size", "queries"),
        *("metric", "value", "ci_low", "ci_high", "over", "units", "chance"),
    ]
    assert len(found) == 3 * 4 * 6
    assert (found["gallery_size"] == 40).all()
    assert (found["queries"] == 40).all()
    assert found["seed"].iloc[::6].to_list() == ["0", "1", "10", "mean"] * 3
    assert found["metric"].to_list() == list(METRICS) * 12
    # By hand: the mean of better + 1, and chance: (40 + 1) / (3 + 1).
    one = found.query("system == 'model' and metric == 'mean_rank'").set_index("seed")
    ranks = [tables.read(RANKS, path)["better"] + 1 for path in runs[:3]]
    assert one["value"]["10"] == pytest.approx(ranks[2].mean(), abs=1e-4)
    assert one["value"]["mean"] == pytest.approx(np.mean(ranks), abs=1e-4)
    assert (one["chance"] == 10.25).all()
    # Each interval is that of a loop over pictures and seeds; one seed says nothing of others.
    for seed, some in (("mean", ranks), ("10", ranks[2:])):
        wanted = crossing.rank(*crossing.error(some, [PICTURES], SETTINGS), 40)
        assert one.loc[seed, ["ci_low", "ci_high"]].to_list() == pytest.approx(wanted, abs=1e-4)
    assert one["over"].to_list() == ["pictures"] * 3 + ["pictures x seeds"]
    assert one["units"].to_list() == ["20"] * 3 + ["20 x 3"]
    r10 = found.query("system == 'model' and metric == 'r5'").set_index("seed").loc["mean"]
    hits = [100.0 * (rank <= 5) for rank in ranks]
    wanted = crossing.share(*crossing.error(hits, [PICTURES], SETTINGS))
    assert r10[["ci_low", "ci_high"]].to_list() == pytest.approx(wanted, abs=1e-4)
    assert (found["ci_low"] <= found["value"]).all()
    assert (found["value"] <= found["ci_high"]).all()


def test_queries_of_several_pictures_have_the_same_values_and_count_for_all(runs, tmp_path):
    before, apart, _ = measured(runs, tmp_path)
    for path in runs:
        frame = tables.read(RANKS, path)
        number = frame["image_id"].str[-3:].astype(int)
        others = [f'["picture{20 + n % 5:03}", "picture{30 + n % 3:03}"]' for n in number]
        frame["other_images"] = pd.Series(others).where(number % 2 == 0)
        tables.write(RANKS, path, frame)
    found, others, _ = measured(runs, tmp_path)
    same = ["system", "seed", "task", "metric", "queries"]
    assert found[same].equals(before[same])
    for name in ("value", "chance"):
        np.testing.assert_allclose(found[name], before[name], atol=1e-4)
    np.testing.assert_allclose(others["difference"], apart["difference"], atol=1e-4)
    assert set(found["units"]) == {"28", "28 x 3"}
    assert found["ci_low"].notna().all()
    assert (found["ci_low"] <= found["value"]).all()


def test_the_interval_of_a_median_is_that_of_a_loop(runs, tmp_path):
    found, _, _ = measured(runs, tmp_path)
    row = found.query("system == 'shuffled' and metric == 'median_rank' and seed == 'mean'").iloc[0]
    ranks = [tables.read(RANKS, path)["better"].to_numpy() + 1 for path in runs[3:6]]

    def median(values, weights):
        return np.median(np.repeat(values, weights.astype(int)))

    wanted = crossing.error(ranks, [PICTURES], SETTINGS, median)
    assert row["value"] == pytest.approx(wanted[0], abs=1e-4)
    ends = crossing.rank(*wanted, 40)
    assert row[["ci_low", "ci_high"]].to_list() == pytest.approx(ends, abs=1e-4)


def test_fewer_than_twenty_pictures_have_no_interval(tmp_path):
    paths = [
        write_ranks(
            tmp_path / f"{system}{pictures}", system, 1, better[: 2 * pictures], f"of{pictures}"
        )
        for system, better in (("model", np.zeros(40)), ("untrained", np.full(40, 30)))
        for pictures in (19, 20)
    ]
    found, pairs, _ = measured(paths, tmp_path)
    for rows, names in ((found, ["ci_low"]), (pairs, ["ci_low", "ci_high", "p", "p_holm"])):
        few = rows[rows["task"] == "of19"]
        assert few[names].isna().all(axis=None)
        assert set(few["units"]) == {19}
        assert rows.loc[rows["task"] == "of20", names].notna().all(axis=None)
    # Every query of 20 pictures found at once, and none: neither is certain of other pictures.
    r1 = found.query("task == 'of20' and metric == 'r1' and seed == 'mean'").set_index("system")
    t = stats.t.ppf(0.975, 19)
    ends = r1[["ci_low", "ci_high"]]
    assert ends.loc["model"].to_list() == pytest.approx(crossing.wilson(100, 20, t), abs=1e-4)
    assert ends.loc["untrained"].to_list() == pytest.approx(crossing.wilson(0, 20, t), abs=1e-4)
    gap = pairs.query("task == 'of20' and metric == 'r1'").iloc[0]
    assert gap[["ci_low", "ci_high"]].to_list() == pytest.approx(
        crossing.wilson(100, 20, t), abs=1e-4
    )


def test_rows_are_sorted_by_system_then_seed_then_task(runs, other_task, tmp_path):
    found, _, _ = measured([*runs, *other_task], tmp_path)
    names = ["system", "seed", "task"]
    blocks = [tuple(row) for row in found[names].iloc[::6].itertuples(index=False)]
    seeds = ("0", "1", "10", "mean")
    assert blocks == [
        *(("model", seed, task) for seed in seeds for task in ("another", "word_similarity")),
        *(
            (system, seed, "word_similarity")
            for system in ("shuffled", "untrained")
            for seed in seeds
        ),
    ]


def test_differences_are_paired(runs, tmp_path):
    found, differences, _ = measured(runs, tmp_path)
    assert differences["system"].unique().tolist() == ["shuffled", "untrained"]
    mean = found[found["seed"] == "mean"].set_index(["system", "metric"])["value"]
    for row in differences.itertuples():
        by_hand = mean["model", row.metric] - mean[row.system, row.metric]
        assert row.difference == pytest.approx(by_hand, abs=2e-4)
    ranks = [tables.read(RANKS, path)["better"].to_numpy() for path in runs]
    change = [one - other for one, other in zip(ranks[:3], ranks[3:6], strict=True)]
    wanted = crossing.student(*crossing.error(change, [PICTURES], SETTINGS))
    row = differences.query("system == 'shuffled' and metric == 'mean_rank'").iloc[0]
    found = row[["ci_low", "ci_high", "p"]].to_list()
    assert found == pytest.approx(wanted, abs=1e-4)
    # Two comparisons by each metric: the smaller p-value counts twice.
    by_metric = differences.set_index("metric")[["p", "p_holm"]]
    for metric in METRICS:
        p, holm = by_metric.loc[metric].to_numpy().T
        assert holm.min() == pytest.approx(min(2 * p.min(), 1), rel=0.01)
        assert holm.max() == pytest.approx(max(p.max(), holm.min()), rel=0.01)


def test_a_control_like_the_model_differs_by_nothing(tmp_path):
    better = np.arange(40) % 17
    paths = [write_ranks(tmp_path / f"{s}.parquet", s, 0, better) for s in ("model", "untrained")]
    _, differences, _ = measured(paths, tmp_path)
    assert (differences[["difference", "ci_low", "ci_high"]] == 0).all(axis=None)


def test_experiments_are_paired_by_their_pictures(tmp_path):
    rng = np.random.default_rng(8)
    ranks = {}
    for name, queries, worst, first in [("a", 40, 8, 0), ("b", 40, 20, 0), ("c", 40, 9, 3)]:
        ranks[name] = rng.integers(0, worst, queries)
        write_ranks(tmp_path / name, "model", 1, ranks[name], experiment=name, first=first)
        write_ranks(tmp_path / f"{name}u", "untrained", 1, ranks[name], experiment=name)
    paths = [path for path in sorted(tmp_path.iterdir()) if path.name != "cu"]
    _, _, found = measured(paths, tmp_path)
    # c has other test pictures, so nothing pairs with it.
    assert found[["experiment", "other"]].drop_duplicates().to_numpy().tolist() == [["b", "a"]]
    assert found["metric"].to_list() == list(METRICS)
    gap = crossing.error([ranks["b"] - ranks["a"]], [PICTURES], SETTINGS)
    row = found.set_index("metric").loc["mean_rank"]
    expected = [gap[0], *crossing.student(*gap)]
    names = ["difference", "ci_low", "ci_high", "p"]
    assert row[names].to_list() == pytest.approx(expected, rel=0.01, abs=1e-4)
    assert row["over"] == "pictures"


def test_experiments_stand_paper_first_then_best_then_as_the_config_has_them(tmp_path):
    better = np.arange(40) % 17
    names = ("wide", "best", "another", "paper")
    paths = [
        write_ranks(tmp_path / f"{name}_{system}", system, 1, better, experiment=name)
        for name in names
        for system in ("untrained", "model")
    ]
    metrics, differences, experiments = measured(paths, tmp_path, names)
    wanted = ["paper", "best", "wide", "another"]
    assert metrics["experiment"].drop_duplicates().to_list() == wanted
    assert differences["experiment"].drop_duplicates().to_list() == wanted
    pairs = experiments[["experiment", "other"]].drop_duplicates().to_numpy().tolist()
    assert pairs == [
        ["best", "paper"],
        ["wide", "paper"],
        ["wide", "best"],
        ["another", "paper"],
        ["another", "best"],
        ["another", "wide"],
    ]


def test_bytes_do_not_depend_on_the_order_of_files(runs, tmp_path):
    measured(runs, tmp_path)
    first = [(tmp_path / name).read_bytes() for name in ("metrics.tsv", "differences.tsv")]
    measured(runs[::-1], tmp_path)
    assert first == [(tmp_path / n).read_bytes() for n in ("metrics.tsv", "differences.tsv")]


def test_systems_ranked_on_other_queries_are_refused(tmp_path):
    paths = [
        write_ranks(tmp_path / f"{system}.parquet", system, 0, np.arange(queries))
        for system, queries in (("model", 6), ("untrained", 4))
    ]
    with pytest.raises(InputError, match=r"model \(seed 0\) and untrained \(seed 0\).*again$"):
        measured(paths, tmp_path)
