"""Ranks by counting, against a loop that compares every pair."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seesay.shared.ranking import Ranks, count
from support.evaluation import cosine


def oracle(queries, gallery, group, relevant, own):
    """(query, better, tied, tied_relevant, relevant) by looping over all pairs."""
    rows = []
    for i, query in enumerate(queries.tolist()):
        others = [j for j in range(len(gallery)) if own is None or j != own[i]]
        wanted = set(relevant[group[i]].tolist()) & set(others)
        if wanted:
            near = {j: cosine(query, gallery[j].tolist()) for j in others}
            best = max(near[j] for j in wanted)
            better = sum(near[j] > best for j in others)
            tied = sum(near[j] == best for j in others if j not in wanted)
            tied_relevant = sum(near[j] == best for j in wanted)
            rows.append((i, better, tied, tied_relevant, len(wanted)))
    return rows


def counted(*args, **options):
    kept, ranks = count(*args, **options)
    columns = [kept, ranks.better, ranks.tied, ranks.tied_relevant, ranks.relevant]
    return list(zip(*(column.tolist() for column in columns), strict=True))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    queries=st.integers(1, 12),
    gallery=st.integers(1, 30),
    size=st.integers(1, 3),
    block=st.integers(1, 5),
    self_excluded=st.booleans(),
)
def test_counts_equal_a_loop_over_pairs(seed, queries, gallery, size, block, self_excluded):
    rng = np.random.default_rng(seed)
    # Small whole numbers tie often, and some vectors are all zeros.
    items = rng.integers(0, 3, size=(gallery, size)).astype(np.float32)
    if self_excluded:
        own = rng.integers(0, gallery, size=queries)
        asked = items[own]
    else:
        own, asked = None, rng.integers(0, 3, size=(queries, size)).astype(np.float32)
    group = rng.integers(0, 3, size=queries)
    relevant = [np.flatnonzero(rng.random(gallery) < 0.3) for _ in range(3)]
    found = counted(asked, items, group, relevant, own=own, block=block)
    assert found == oracle(asked, items, group, relevant, own)


@pytest.mark.parametrize("block", [1, 2, 5, 10, 11, 64])
@pytest.mark.parametrize("threads", [1, 2])
def test_neither_blocks_nor_threads_change_a_count(block, threads):
    """11 queries leave a tail of one row in blocks of 2, 5 and 10."""
    rng = np.random.default_rng(3)
    # Directions that repeat, at lengths that round differently: ties that must stay ties.
    directions = rng.standard_normal((40, 50))
    items = (directions[rng.integers(0, 40, 700)] * rng.uniform(0.1, 9, (700, 1))).astype("f4")
    asked = items[:11]
    relevant = [np.arange(i, 700, 23) for i in range(11)]
    found = counted(asked, items, np.arange(11), relevant, block=block, threads=threads)
    assert found == oracle(asked, items, np.arange(11), relevant, None)
    assert max(row[2] for row in found) > 5


def test_cosines_closer_than_the_rounding_tie():
    """cos 0.9 and its neighbours: 4e-7 more is the same, 6e-7 more is not."""

    def at(cos):
        return [cos, math.sqrt(1 - cos * cos)]

    gallery = np.array([at(0.9), at(0.9 + 4e-7), at(0.9 - 4e-7), at(0.9 + 6e-7), at(0.9 - 6e-7)])
    found = counted(np.array([[1.0, 0.0]]), gallery, np.array([0]), [np.array([0])])
    assert found == [(0, 1, 2, 1, 1)]


def test_queries_without_anything_relevant_are_left_out():
    vectors = np.eye(3, dtype=np.float32)
    relevant = [np.array([], dtype=np.int64), np.array([1])]
    found = counted(vectors, vectors, np.array([0, 1, 1]), relevant, own=np.arange(3))
    assert [row[0] for row in found] == [2]  # 0: nothing relevant; 1: itself alone
    kept, ranks = count(vectors, vectors, np.zeros(3, dtype=np.int64), relevant)
    assert len(kept) == len(ranks.better) == 0


def test_expected_rank_is_the_mean_over_all_orders():
    """2 relevant among 5 tied: the first is at 1, 2, 3, 4 in 4, 3, 2, 1 of 10 placements."""
    ranks = Ranks(*(np.array([n]) for n in (7, 3, 2, 4)))
    assert ranks.expected() == pytest.approx([7 + (1 * 4 + 2 * 3 + 3 * 2 + 4 * 1) / 10])
