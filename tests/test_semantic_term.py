"""The semantic term: contexts by naive counts, the term by loops, and what it does to words."""

import dataclasses
import json
import math
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from seesay.learning import loop, optimisers, training
from seesay.learning.batches import many_pictures
from seesay.learning.batches.many_pictures import Examples
from seesay.learning.examples import load, prepare, shuffle
from seesay.learning.features import Features
from seesay.learning.losses.paper import cosines
from seesay.learning.losses.semantic_term import SIZE, contexts, ppmi, semantic_term
from seesay.settings.training import TrainingSettings
from support.training import BEST, CPU, SETTINGS, cos, data_of, learnable, make, run


@pytest.fixture
def inputs(tmp_path):
    return learnable(tmp_path)


def some_pictures(count, kinds, seed):
    """Rows of the tokens of `count` pictures, one of which two share, and the tokens' types."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, size=count)
    rows = np.split(np.arange(sizes.sum()), np.cumsum(sizes)[:-1])
    rows[0] = np.append(rows[0], rows[-1][0])
    return rows, rng.integers(0, kinds, size=sizes.sum())


def slow_ppmi(pictures, types):
    said = [{int(types[row]) for row in rows} for rows in pictures]
    kinds = int(types.max()) + 1
    counts = np.zeros((kinds, kinds))
    for each in said:
        for a, b in combinations(sorted(each), 2):
            counts[a, b] += 1
            counts[b, a] += 1
    total, table = counts.sum(), np.zeros((kinds, kinds))
    for a in range(kinds):
        for b in range(kinds):
            if counts[a, b]:
                joint, one, other = counts[a, b] / total, counts[a].sum(), counts[:, b].sum()
                table[a, b] = max(0.0, math.log(joint / ((one / total) * (other / total))))
    return table


@settings(deadline=None)
@given(count=st.integers(2, 12), kinds=st.integers(2, 9), seed=st.integers(0, 999))
def test_ppmi_and_contexts_equal_naive_ones(count, kinds, seed):
    pictures, types = some_pictures(count, kinds, seed)
    expected = slow_ppmi(pictures, types)
    np.testing.assert_allclose(ppmi(pictures, types).toarray(), expected, atol=1e-12)
    found = contexts(pictures, types).numpy().astype(np.float64)
    # U S U' of a symmetric table with A = U S V' is the root of A A'.
    values, vectors = np.linalg.eigh(expected @ expected.T)
    root = vectors * np.sqrt(values.clip(min=0)) @ vectors.T
    np.testing.assert_allclose(found @ found.T, root, atol=1e-4)
    assert (found.any(axis=1) == expected.any(axis=1)).all()


def test_contexts_of_many_types_keep_the_largest_dimensions_and_their_bits():
    pictures, types = some_pictures(400, 90, 1)
    found = contexts(pictures, types)
    assert found.shape == (90, SIZE)
    assert torch.equal(found, contexts(pictures, types))
    largest = np.linalg.svd(slow_ppmi(pictures, types), compute_uv=False)[:10]
    mine = np.sort(found.square().sum(dim=0).numpy())[::-1][:10]
    np.testing.assert_allclose(mine, largest, rtol=0.02)
    column = found[torch.arange(90)[found.abs().argmax(dim=0)], torch.arange(SIZE)]
    assert (column > 0).all()


def test_like_contexts_by_hand():
    # dog and cat (0, 1) are said with grass (2), car and bus (3, 4) with road (5); 6 alone.
    said = [[0, 2], [1, 2], [3, 5], [4, 5], [6]]
    types = np.array([kind for each in said for kind in each])
    rows = np.split(np.arange(len(types)), np.cumsum([len(each) for each in said])[:-1])
    found = contexts(rows, types)
    near = cosines(found, found)
    assert near[0, 1] == pytest.approx(1, abs=1e-4)
    assert near[3, 4] == pytest.approx(1, abs=1e-4)
    assert near[0, 3] == pytest.approx(0, abs=1e-4)
    assert near[0, 2] == pytest.approx(0, abs=1e-4)
    assert not found[6].any()
    assert not contexts([np.array([0]), np.array([1])], np.array([0, 1])).any()


def slow_term(words, types, meanings, t):
    words, meanings, types = words.tolist(), meanings.tolist(), types.tolist()
    known = [i for i in range(len(words)) if any(meanings[types[i]])]
    costs = []
    for i in known:
        others = [j for j in known if types[j] != types[i]]
        if not others:
            continue
        wanted = [math.exp(cos(meanings[types[i]], meanings[types[j]]) / t) for j in others]
        near = [math.exp(cos(words[i], words[j]) / t) for j in others]
        costs.append(
            -sum(
                w / sum(wanted) * math.log(n / sum(near)) for w, n in zip(wanted, near, strict=True)
            )
        )
    return sum(costs) / len(costs) if costs else 0.0


@settings(deadline=None)
@given(
    tokens=st.integers(1, 9), kinds=st.integers(1, 5), t=st.sampled_from([0.1, 0.5, 1.0]),
    seed=st.integers(0, 999),
)  # fmt: skip
def test_the_term_equals_the_loop(tokens, kinds, t, seed):
    rng = np.random.default_rng(seed)
    words = torch.tensor(rng.normal(size=(tokens, 4)))
    types = torch.tensor(rng.integers(0, kinds, size=tokens))
    meanings = torch.tensor(rng.normal(size=(kinds, 3)))
    meanings[torch.tensor(rng.random(kinds) < 0.3)] = 0.0
    found = semantic_term(words, types, meanings, t)
    assert found.item() == pytest.approx(slow_term(words, types, meanings, t), rel=1e-6, abs=1e-9)


def test_the_gradient_goes_to_the_embeddings_and_is_that_of_small_steps():
    rng = np.random.default_rng(2)
    words = torch.tensor(rng.normal(size=(7, 4)), requires_grad=True)
    types = torch.tensor([0, 0, 1, 2, 2, 3, 4])
    meanings = torch.tensor(rng.normal(size=(5, 3)), requires_grad=True)
    with torch.no_grad():
        meanings[4] = 0.0
    semantic_term(words, types, meanings, 0.5).backward()
    assert meanings.grad is None
    # A type without contexts is neither pulled nor pulled to.
    assert words.grad[:6].any(dim=1).all()
    assert not words.grad[6].any()

    def term(values):
        return semantic_term(values, types, meanings.detach(), 0.5)

    assert torch.autograd.gradcheck(term, words, eps=1e-6, atol=1e-6)


def test_tokens_of_one_type_do_not_pull_each_other():
    """Two tokens of one type on opposite sides cost what they do on one side."""
    meanings = torch.eye(2)
    types = torch.tensor([0, 0])
    assert semantic_term(torch.tensor([[1.0, 0], [-1, 0]]), types, meanings, 0.1).item() == 0
    with_other = torch.tensor([0, 0, 1])
    for second in ([0.0, 1.0], [0.0, -1.0]):
        words = torch.tensor([[0.0, 1.0], second, [1.0, 0.0]])
        # The token of the other type is as far from both; they are each alone in its sums.
        found = semantic_term(words, with_other, meanings, 1.0)
        assert found.item() == pytest.approx(math.log(2) / 3)


def test_it_is_added_in_training_alone_and_the_history_has_the_loss_without_it(inputs):
    network, data, chosen = data_of(inputs, semantic_term=0.5)
    # Types that are said together; the corpus has one type a picture.
    kinds = np.arange(len(data.types)) % 5
    plain = dataclasses.replace(data, types=kinds)
    data = dataclasses.replace(plain, contexts=contexts(data.pairs.words, kinds))
    some = Examples(np.array([0, 1, 2]))
    without, values = many_pictures.loss(network, plain, some, chosen)
    found, same_values = many_pictures.loss(network, data, some, chosen)
    rows = np.concatenate([data.pairs.words[i] for i in some.places])
    term = slow_term(
        network.speech(data.words.rows(rows)), kinds[rows], data.contexts, chosen.temperature
    )
    assert term > 0
    assert found.item() == pytest.approx(without.item() + 0.5 * term, rel=1e-4)
    np.testing.assert_array_equal(values, same_values)


def contrasts(words, types):
    """How much nearer tokens of 0 and 1, and of 2 and 3, are than those of the other pairs."""
    near = cosines(words, words)
    unit = {
        (a, b): near[types == a][:, types == b].mean().item() for a, b in combinations(range(4), 2)
    }
    like = [unit.pop((0, 1)), unit.pop((2, 3))]
    return sum(like) / 2 - sum(unit.values()) / 4


def test_words_of_like_contexts_become_nearer(inputs):
    """Types 0 and 1 are said with 4, 2 and 3 with 5, which the pictures do not show."""
    found = {}
    for weight in (0.0, 1.0):
        network, data, chosen = data_of(inputs, semantic_term=weight, learning_rate=3e-3)
        types = np.empty(len(data.types), np.int64)
        for index, rows in enumerate(data.pairs.words):
            kind = index % 4
            types[rows] = [kind, kind, kind, 4 + kind // 2]
        random = torch.Generator().manual_seed(0)
        sounds = torch.randn(6, data.words.size, generator=random)
        noise = torch.randn((len(data.words), data.words.size), generator=random)
        data = dataclasses.replace(data, types=types, words=Features(sounds[types] + 0.3 * noise))
        if weight:
            data.contexts = contexts(data.pairs.words, types)
        optimiser = optimisers.build(network, chosen)
        for epoch in range(20):
            loop.train_epoch(network, optimiser, data, chosen, np.random.default_rng(epoch))
        network.eval()
        found[weight] = contrasts(data.words.through(network.speech).detach(), types)
    assert found[1.0] > found[0.0] + 0.3


def test_shuffled_pairs_have_the_same_contexts(inputs):
    """The control moves whole pictures' words: who is said beside whom stays."""
    chosen = make(**BEST)
    parts = load(inputs, "train")
    network = training.start(chosen, parts[0].features, parts[1].features, "model", 1)
    data = prepare(network, *parts, chosen.negatives, CPU)
    types = np.arange(len(data.types)) % 5
    moved = shuffle(data.pairs, 1)
    assert [rows.tolist() for rows in moved.words] != [rows.tolist() for rows in data.pairs.words]
    one, other = (contexts(pairs.words, types) for pairs in (data.pairs, moved))
    torch.testing.assert_close(cosines(one, one), cosines(other, other))


@pytest.mark.parametrize("more", [{}, {"pseudo_words": 4}], ids=["once", "pseudo-words"])
def test_a_training_asks_for_the_contexts_of_its_words(inputs, tmp_path, monkeypatch, more):
    import seesay.learning.losses.semantic_term as module

    calls = []

    def spied(words, types, meanings, temperature):
        calls.append((words.requires_grad, len(meanings)))
        return semantic_term(words, types, meanings, temperature)

    monkeypatch.setattr(module, "semantic_term", spied)
    run(inputs, tmp_path / "none", **BEST, **more)
    assert not calls
    history = run(inputs, tmp_path / "term", **BEST, **more, semantic_term=0.5)
    parts = 2 if more else 1
    trained = len(history[history["split"] == "train"])
    assert trained >= 4 * parts
    # 16 pictures in batches of 4; never on the validation set.
    assert calls == [(True, 4)] * 4 * trained
    about = json.loads((tmp_path / "term" / "settings.json").read_text())
    assert about["settings"]["semantic_term"] == 0.5


def test_one_picture_a_batch_is_refused():
    with pytest.raises(ValidationError, match=r"semantic_term 0\.5 needs a batch of many"):
        TrainingSettings(**(SETTINGS | {"semantic_term": 0.5}))
