"""R@10 of early stopping: against sampled orders, and against evaluation and metrics."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seesay.learning.criterion import hits, recall
from seesay.learning.examples import Pairs
from seesay.shared.ranking import Ranks


def ranks(*rows):
    return Ranks(*np.array(rows, dtype=np.int64).T)


def test_worked_values():
    # better, tied, tied relevant, relevant
    found = hits(ranks((0, 0, 1, 1), (9, 0, 1, 1), (10, 0, 1, 1), (9, 1, 1, 1), (8, 2, 1, 1)), 10)
    np.testing.assert_allclose(found, [1, 1, 0, 1 / 2, 2 / 3])
    np.testing.assert_allclose(hits(ranks((0, 3, 1, 1)), 10), [1.0])


@given(
    better=st.integers(0, 5),
    tied=st.integers(0, 6),
    relevant=st.integers(1, 4),
    k=st.integers(1, 6),
)
def test_hits_are_the_share_of_random_orders(better, tied, relevant, k):
    rng = np.random.default_rng(0)
    kinds = np.array([0] * tied + [1] * relevant)
    orders = rng.permuted(np.tile(kinds, (4000, 1)), axis=1)
    first = better + orders.argmax(axis=1) + 1
    found = hits(ranks((better, tied, relevant, relevant)), k)[0]
    assert found == pytest.approx((first <= k).mean(), abs=0.04)


def test_both_searches_by_loops():
    rng = np.random.default_rng(1)
    images, words = (rng.normal(size=(n, 4)).astype(np.float32) for n in (12, 20))
    fragments = [np.arange(4) + 4 * i for i in range(3)]
    # Token 0 is of two pictures, token 19 of none.
    used = [np.array([0, 1, 2, 3]), np.array([0, *range(4, 9)]), np.arange(9, 19)]
    cosine = (images @ words.T) / np.linalg.norm(images, axis=1)[:, None]
    cosine /= np.linalg.norm(words, axis=1)
    picture = np.repeat(np.arange(3), 4)
    by_image = [any(w in used[picture[f]] for w in np.argsort(-cosine[f])[:2]) for f in range(12)]
    by_word = [
        any(
            picture[f] == i for f in np.argsort(-cosine[:, w])[:2] for i in range(3) if w in used[i]
        )
        for w in range(19)
    ]
    expected = 100 * (np.mean(by_image) + np.mean(by_word)) / 2
    pairs = Pairs(list("abc"), fragments, used)
    found = recall(torch.from_numpy(images), torch.from_numpy(words), pairs, k=2)
    assert found == pytest.approx(expected)


def test_a_collapsed_net_scores_chance():
    pairs = Pairs(list("ab"), [np.arange(2), np.arange(2, 4)], [np.arange(3), np.arange(3, 6)])
    found = recall(torch.ones(4, 3), torch.ones(6, 3), pairs, k=1)
    assert found == pytest.approx(50.0)
