"""Search between any two arrays: loops over every query, every item and every order of ties."""

import json
from fractions import Fraction
from itertools import permutations
from math import factorial

import numpy as np
import pandas as pd
import pytest

import seesay.scoring
from seesay.schemas.scoring import RANKS
from seesay.scoring.metrics import measure as measure_tables
from seesay.scoring.retrieval import COUNTS, NAMES, compare, measure, reciprocal, search
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.ranking import Ranks

RESAMPLES = {"resamples": 200}


@pytest.fixture
def arrays():
    """60 queries and 40 items in 8 dimensions, with a few copies that tie, and labels of both."""
    rng = np.random.default_rng(5)
    gallery = rng.normal(size=(40, 8)).astype(np.float32)
    gallery[30:] = gallery[:10]
    label = np.arange(40) % 7
    asked = np.arange(60) % 7
    queries = gallery[asked] + rng.normal(scale=0.8, size=(60, 8)).astype(np.float32)
    return queries, gallery, asked[:, None] == label


def rank_by_loops(query, gallery, relevant):
    """The expected rank of the first relevant item: mean over ties broken in every way."""
    lengths = np.linalg.norm(query) * np.linalg.norm(gallery, axis=1)
    cosine = np.round(gallery.astype(float) @ query.astype(float) / lengths, 6)
    best = max(cosine[relevant])
    better = sum(cosine > best)
    level = [bool(relevant[item]) for item in np.flatnonzero(cosine == best)]
    places = [order.index(True) for order in permutations(level)]
    return 1 + better + sum(places) / len(places)


def test_ranks_are_those_of_loops(arrays):
    queries, gallery, relevant = arrays
    found = search(queries, gallery, relevant)
    rows = zip(queries, relevant, strict=True)
    wanted = [rank_by_loops(query, gallery, own) for query, own in rows]
    np.testing.assert_allclose(found["rank"], wanted)
    assert found["query"].to_list() == list(range(60))
    assert (found["gallery_size"] == 40).all()
    assert (found["relevant"] == relevant.sum(axis=1)).all()
    assert (found["tied"] > 0).any()


def test_relevant_items_are_given_in_any_of_three_ways(arrays):
    queries, gallery, relevant = arrays
    rows = [np.flatnonzero(row) for row in relevant]
    pd.testing.assert_frame_equal(
        search(queries, gallery, relevant), search(queries, gallery, rows)
    )
    first = np.array([row[0] for row in rows])
    one_each = np.zeros_like(relevant)
    one_each[np.arange(60), first] = True
    pd.testing.assert_frame_equal(
        search(queries, gallery, first), search(queries, gallery, one_each)
    )
    torch = pytest.importorskip("torch")
    pd.testing.assert_frame_equal(
        search(torch.tensor(queries), torch.tensor(gallery), torch.tensor(relevant)),
        search(queries, gallery, relevant),
    )


def test_a_query_is_left_out_of_its_own_gallery(arrays):
    _, gallery, _ = arrays
    relevant = np.arange(40)[:, None] % 10 == np.arange(40) % 10
    found = search(gallery, gallery, relevant, exclude=np.arange(40))
    assert (found["gallery_size"] == 39).all()
    assert (found["relevant"] == 3).all()
    for query, rank in enumerate(found["rank"]):
        others = np.arange(40) != query
        assert rank == rank_by_loops(gallery[query], gallery[others], relevant[query, others])


def test_queries_without_anything_relevant_are_left_out(arrays):
    queries, gallery, relevant = arrays
    relevant = relevant.copy()
    relevant[3] = False
    assert 3 not in search(queries, gallery, relevant)["query"].to_list()
    with pytest.raises(InputError, match="no query has a relevant item"):
        search(queries, gallery, np.zeros_like(relevant))


def test_the_expected_reciprocal_rank_is_that_of_every_order():
    cases = [(0, 0, 1), (3, 0, 2), (0, 1, 1), (2, 3, 2), (1, 4, 1)]
    better, tied, relevant = map(np.array, zip(*cases, strict=True))
    wanted = []
    for b, t, r in cases:
        orders = list(permutations([False] * t + [True] * r))
        assert len(orders) == factorial(t + r)
        wanted.append(float(sum(Fraction(1, b + 1 + o.index(True)) for o in orders) / len(orders)))
    np.testing.assert_allclose(reciprocal(Ranks(better, tied, relevant, relevant)), wanted)


@pytest.mark.parametrize("more", [[], ["q1", "q2"]])
def test_metrics_are_those_of_the_stage(arrays, tmp_path, more):
    """metrics.tsv of the same ranks, three seeds and units of several queries: the same numbers."""
    queries, gallery, relevant = arrays
    rng = np.random.default_rng(0)
    noise = [rng.normal(scale=0.5, size=gallery.shape).astype(np.float32) for _ in range(3)]
    runs = [search(queries, gallery + some, relevant) for some in noise]
    pictures = [f"p{row % 25}" for row in range(60)]
    parts = [
        run.astype({"query": str}).assign(
            experiment="e", system="model", seed=seed, task="t", gallery="test", image_id=pictures
        )
        for seed, run in enumerate(runs, start=1)
    ]
    every = pd.concat(parts, ignore_index=True)
    every["other_images"] = json.dumps(more) if more else None
    tables.write(RANKS, tmp_path / "ranks", every)
    names = [tmp_path / name for name in ("metrics", "differences", "experiments")]
    measure_tables([tmp_path / "ranks"], *names, MetricsSettings(**RESAMPLES))
    wanted = pd.read_csv(names[0], sep="\t").query("seed == 'mean'").set_index("metric")
    # The table's queries are sorted as text.
    order = parts[0].sort_values("query").index
    labels = [[pictures[row], *more] if more else pictures[row] for row in order]
    found = measure([run.loc[order].reset_index(drop=True) for run in runs],
                    by={"pictures": labels}, **RESAMPLES)  # fmt: skip
    for column in ("value", "ci_low", "ci_high", "chance"):
        here = found.loc[wanted.index, column]
        np.testing.assert_allclose(here, wanted[column], atol=6e-5, err_msg=column)
    assert set(found["over"]) == {f"over {25 + len(more)} pictures x 3 seeds"}


def chance_of_reciprocal(relevant, size):
    """The mean of 1 / rank if the first of some relevant items is anywhere: exact."""
    total, missed = Fraction(0), Fraction(1)
    for rank in range(1, size - relevant + 2):
        left = size - rank + 1
        total += missed * Fraction(relevant, left) / rank
        missed *= Fraction(left - relevant, left)
    return float(total)


def test_mrr_and_its_chance_are_means(arrays):
    queries, gallery, relevant = arrays
    found = search(queries, gallery, relevant)
    table = measure(found, **RESAMPLES)
    assert table.index.to_list() == list(NAMES)
    counts = Ranks(*(found[name].to_numpy() for name in COUNTS))
    assert table.loc["mrr", "value"] == pytest.approx(reciprocal(counts).mean())
    luck = [chance_of_reciprocal(own, 40) for own in found["relevant"].to_list()]
    assert table.loc["mrr", "chance"] == pytest.approx(np.mean(luck))
    low, value, high = table.loc["mrr", ["ci_low", "value", "ci_high"]]
    assert 0 < low < value < high < 1


def test_random_embeddings_are_at_chance():
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(20):
        queries, gallery = rng.normal(size=(200, 16)), rng.normal(size=(100, 16))
        table = measure(search(queries, gallery, rng.integers(100, size=200)), **RESAMPLES)
        inside += table["chance"].between(table["ci_low"], table["ci_high"])
    assert (inside >= 16).all()
    assert table.loc["r10", "chance"] == pytest.approx(10)
    assert table.loc["median_rank", "chance"] == pytest.approx(50.5)


def test_the_difference_of_two_models_is_paired(arrays):
    queries, gallery, relevant = arrays
    rng = np.random.default_rng(2)
    noisy = gallery + rng.normal(scale=1.5, size=gallery.shape).astype(np.float32)
    one, other = search(queries, gallery, relevant), search(queries, noisy, relevant)
    found = compare(one, other, **RESAMPLES)
    apart = measure(one, **RESAMPLES)["value"] - measure(other, **RESAMPLES)["value"]
    np.testing.assert_allclose(found["difference"], apart)
    assert found.loc["mrr", "p"] < 0.05
    assert found.loc["mrr", "ci_low"] > 0
    alike = compare(one, one, **RESAMPLES)
    assert (alike["difference"] == 0).all()
    assert (alike["p"] == 1).all()


def test_too_few_queries_have_no_interval(arrays):
    queries, gallery, relevant = arrays
    few = measure(search(queries[:12], gallery, relevant[:12]), **RESAMPLES)
    assert few["ci_low"].isna().all()
    assert set(few["over"]) == {"no interval: 12 queries, fewer than 20"}
    assert few["value"].notna().all()


ASKED, FOUND, ONE = np.zeros((4, 3)), np.ones((5, 3)), np.arange(4)
SHOWN = pd.DataFrame({"query": [0, 1], "gallery_size": 5, "better": 0, "tied": 0,
                      "tied_relevant": 1, "relevant": 1})  # fmt: skip


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: search(ASKED[0], FOUND, ONE), r"queries: shape \(3,\), expected \(queries, d\)"),
        (lambda: search(ASKED, FOUND[:, :2], ONE), r"gallery: shape \(5, 2\), expected \(items"),
        (lambda: search(ASKED * np.nan, FOUND, ONE), r"queries: 12 numbers .*not .*\[0, 0\]"),
        (lambda: search(ASKED + 1e300, FOUND, ONE), "queries: 12 numbers are not finite float32"),
        (lambda: search(ASKED.astype(str), FOUND, ONE), "queries: dtype <U32, expected numbers"),
        (lambda: search([[1.0], [1.0, 2.0]], FOUND, ONE), "queries: rows of different lengths"),
        (lambda: search(ASKED, FOUND, ONE[:2]), r"relevant: shape \(2,\), expected \(4,\)"),
        (lambda: search(ASKED, FOUND, [0, 1]), "relevant: 2 entries, expected one for each of 4"),
        (lambda: search(ASKED, FOUND, 3), "relevant: int, expected bool"),
        (lambda: search(ASKED, FOUND, ONE + 2), "relevant: entry 3 has the position 5, .*0 to 4"),
        (lambda: search(ASKED, FOUND, ONE - 1), "relevant: entry 0 has the position -1"),
        (lambda: search(ASKED, FOUND, ONE / 1), "relevant: entry 0 is float64 of shape"),
        (lambda: search(ASKED, FOUND, ASKED > 0), r"relevant: shape \(4, 3\), expected \(4, 5\)"),
        (lambda: search(ASKED, FOUND, ONE, exclude=[0]), "exclude: 1 entries"),
        (lambda: measure(ASKED, **RESAMPLES), "ranks: ndarray, expected a data frame"),
        (lambda: measure(SHOWN[:0], **RESAMPLES), "ranks: no rows"),
        (lambda: measure(SHOWN[["query"]], **RESAMPLES), "ranks: columns query; missing: galler"),
        (lambda: measure([SHOWN, SHOWN[:1]], **RESAMPLES), "ranks: run 1 has other queries"),
        (lambda: measure(SHOWN, {"x": [0, 1]}, **RESAMPLES), "by: x, expected one or two of"),
        (lambda: measure(SHOWN, {"words": [0]}, **RESAMPLES), r"by\['words'\]: shape \(1,\), exp"),
        (lambda: measure(SHOWN, {"words": [["a"], []]}), r"by\['words'\]: 2 entries, expected 2"),
        (lambda: measure(SHOWN, {"words": ["a", "b"], "pictures": [["a"], ["b"]]}), "by: only the"),
        (lambda: measure(SHOWN, resample=3, **RESAMPLES), "options: resample: .*mean resamples"),
        (lambda: compare(SHOWN, SHOWN[:1], **RESAMPLES), "other: run 1 has other queries"),
    ],
)  # fmt: skip
def test_mistakes_name_the_argument_and_both_shapes(call, message):
    with pytest.raises(InputError, match=f"^{message}") as error:
        call()
    assert "\n" not in str(error.value)


def test_the_package_hands_the_functions_on():
    assert seesay.scoring.search is search
    shown = [name for name in dir(seesay.scoring) if not name.startswith("_")]
    assert shown == ["compare", "measure", "search"]
    with pytest.raises(AttributeError, match=r"'seesay\.scoring' has no attribute 'find'"):
        _ = seesay.scoring.find
