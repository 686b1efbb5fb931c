"""Which talker says each caption, and how splits share the tokens."""

from collections import Counter
from itertools import product

import numpy as np

from seesay.captions.casting import ROWS, Casting, Queue, Sought, allot, orders


def uses(needs: np.ndarray) -> np.ndarray:
    """Rows (caption, word) from counts (captions, words)."""
    return np.repeat(np.argwhere(needs), needs[needs > 0], axis=0)


def best_by_brute_force(needs: np.ndarray, supply: np.ndarray) -> int:
    """The largest number of captions that can be said when each token serves one."""
    best = 0
    for choice in product(range(len(supply) + 1), repeat=len(needs)):
        used = np.zeros_like(supply)
        for caption, talker in enumerate(choice):
            if talker < len(supply):
                used[talker] += needs[caption]
        if (used <= supply).all():
            best = max(best, sum(talker < len(supply) for talker in choice))
    return best


def test_casting_on_tiny_cases_against_brute_force() -> None:
    random = np.random.default_rng(5)
    found = possible = 0
    for _ in range(150):
        captions, talkers, words = random.integers(1, [6, 4, 4])
        needs = random.integers(0, 3, (captions, words))
        needs[:, 0] += needs.sum(axis=1) == 0
        supply = random.integers(0, 5, (talkers, words))
        pairs = Casting(uses(needs), supply).cast("balanced", np.ones(talkers, int))
        used = np.zeros_like(supply)
        for caption, talker in pairs:
            used[talker] += needs[caption]
        assert (used <= supply).all()
        said = {caption for caption, _ in pairs}
        assert len(said) == len(pairs)
        for caption in set(range(captions)) - said:
            assert not (supply - used >= needs[caption]).all(axis=1).any(), "could still be said"
        best = best_by_brute_force(needs, supply)
        assert len(pairs) <= best
        found, possible = found + len(pairs), possible + best
    # A greedy choice is not always the best one, but near it.
    assert found >= 0.97 * possible


def test_the_most_constrained_caption_goes_first_and_leaves_sought_words_alone() -> None:
    # Words: a, b, c. Caption 0 can be said by both talkers, caption 1 by talker 0 alone.
    needs = uses(np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]]))
    supply = np.array([[1, 1, 1], [1, 0, 1]])
    assert Casting(needs, supply).cast("balanced", np.array([3, 2])) == [(0, 1), (1, 0), (2, 0)]


def test_best_takes_the_largest_vocabulary_and_balanced_spreads() -> None:
    needs = uses(np.ones((6, 1), int))
    supply = np.full((3, 1), 50)
    best = Casting(needs, supply).cast("best", np.array([5, 9, 2]))
    assert {talker for _, talker in best} == {1}
    even = Casting(needs, supply).cast("balanced", np.array([5, 9, 2]))
    assert Counter(talker for _, talker in even) == {0: 2, 1: 2, 2: 2}


def test_all_gives_every_talker_but_a_first_to_each_caption_before_a_second() -> None:
    needs = uses(np.ones((3, 1), int))
    reused = Casting(needs, np.ones((2, 1), int), np.zeros(3, int))
    assert reused.cast("all", np.ones(2, int)) == [(c, t) for c in range(3) for t in range(2)]
    spent = Casting(needs, np.full((2, 1), 2), None).cast("all", np.ones(2, int))
    assert Counter(caption for caption, _ in spent) == {0: 2, 1: 1, 2: 1}


def test_scarce_tokens_of_a_talker_go_to_one_split_together() -> None:
    # 20 talkers say the same 6 words once each; every caption needs 3 of them.
    random = np.random.default_rng(1)
    needs = np.zeros((200, 6), int)
    for row in needs:
        row[random.permutation(6)[:3]] = 1
    splits = np.repeat([0, 1, 2], [160, 20, 20])
    casting = Casting(uses(needs), np.ones((20, 6), int), splits)
    pairs = casting.cast("balanced", np.full(20, 6))
    assert len(pairs) == 200
    serve = [{splits[caption] for caption, who in pairs if who == talker} for talker in range(20)]
    assert all(len(found) <= 1 for found in serve)


def test_orders_share_out_talkers_in_proportion_with_one_at_least() -> None:
    assert sorted(orders(np.array([80, 10, 10]), 3).argmin(axis=1).tolist()) == [0, 1, 2]
    assert Counter(orders(np.array([1, 3]), 12).argmin(axis=1).tolist()) == {0: 3, 1: 9}
    places = orders(np.array([80, 10, 10]), 40)
    assert (np.sort(places, axis=1) == [0, 1, 2]).all()
    first = (places == 0).sum(axis=0)
    assert first.sum() == 40
    assert first[0] >= 28
    assert min(first[1:]) >= 4


def test_allot_gives_free_tokens_where_uses_are_most_a_token() -> None:
    taken, left, uses = np.array([[[1]], [[1]]]), np.array([[4]]), np.array([[[9]], [[3]]])
    # Uses a token: 9 or 3, 4.5 or 3, 3 or 3 (the first), 2.25 or 3.
    assert allot(taken, left, uses).ravel().tolist() == [4, 2]
    none = np.array([[[0]], [[1]]])
    assert allot(none, left, np.array([[[0]], [[3]]])).ravel().tolist() == [0, 5]


def test_a_queue_gives_the_first_of_the_smallest_keys_while_keys_change() -> None:
    random = np.random.default_rng(4)
    keys = random.integers(0, 40, 3 * ROWS + 7)
    queue = Queue(keys.copy())
    for _ in range(500):
        places = random.integers(len(keys), size=30)
        places[0] = keys.argmin()
        keys[places] = keys[places] + random.integers(-2, 3)
        queue.change(places, keys[places])
        assert queue.first() == keys.argmin()


def test_demand_that_follows_the_casting_is_that_counted_anew() -> None:
    random = np.random.default_rng(2)
    needs = random.integers(0, 3, (2 * ROWS, 12)) * (random.random((2 * ROWS, 12)) < 0.3)
    needs[:, 0] += needs.sum(axis=1) == 0
    casting = Casting(uses(needs), random.integers(0, 900, (5, 12)))
    pending = np.ones(len(needs), bool)
    sought = Sought(casting, pending)
    for caption in random.permutation(len(needs)):
        able = np.flatnonzero(casting.lacks[caption] == 0)
        if len(able):
            pending[caption] = False
            casting.give(caption, able[0])
        if caption % 400 == 0 and casting.changed:
            sought.changed, casting.changed = casting.changed, []
            sought.update(casting, pending)
            assert np.allclose(sought.demand, Sought(casting, pending).demand, atol=1e-9, rtol=0)
    assert not pending.all()
