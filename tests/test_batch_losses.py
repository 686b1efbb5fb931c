"""Losses over batches of many pictures: each against naive loops, and hand-worked cases."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seesay.learning import losses
from seesay.learning.losses import Batch
from seesay.learning.losses.lexicon_term import lexicon_term
from seesay.learning.losses.type_term import type_term
from seesay.learning.losses.word_term import word_term
from seesay.settings.training import TrainingSettings
from support.training import SETTINGS, cos

BASE = SETTINGS | {"batch_pictures": 4, "temperature": 0.3, "margin": 0.4}


def make(**changes):
    return TrainingSettings(**(BASE | changes))


def some_batch(pictures, size, seed):
    """Random embeddings of `pictures` pictures; some others are neither same nor different."""
    rng = np.random.default_rng(seed)
    owners = [np.repeat(np.arange(pictures), rng.integers(1, 4, size=pictures)) for _ in range(2)]
    vectors = [torch.tensor(rng.normal(size=(len(owner), size))) for owner in owners]
    different = rng.random((len(owners[1]), pictures)) < 0.7
    different[np.arange(len(owners[1])), owners[1]] = False
    talkers = rng.integers(0, 2, size=len(owners[1]))
    rest = [torch.from_numpy(values) for values in (*owners, different, talkers)]
    return Batch(*vectors, *rest)


def dot(x, y):
    return sum(a * b for a, b in zip(x, y, strict=True))


def pairs(batch, similarity):
    """Lists of the similarities of same and of different pairs of a word and a fragment."""
    near, far = [], []
    for w, owner in zip(range(len(batch.words)), batch.word_picture.tolist(), strict=True):
        for f, picture in enumerate(batch.fragment_picture.tolist()):
            value = similarity(batch.words[w].tolist(), batch.fragments[f].tolist())
            if owner == picture:
                near.append(value)
            elif batch.different[w, picture]:
                far.append(value)
    return near, far


def mean(values):
    return sum(values) / len(values)


def pool(values, how, temperature):
    if how == "max":
        return max(values)
    return temperature * math.log(sum(math.exp(v / temperature) for v in values))


def anchors(batch, chosen, similarity):
    """For words and then fragments as anchors: each one's own score and those of the others."""
    words, fragments = batch.words.tolist(), batch.fragments.tolist()
    word_picture, fragment_picture = batch.word_picture.tolist(), batch.fragment_picture.tolist()
    for forward in (True, False) if chosen.anchors == "both" else (True,):
        rows = []
        for a in range(len(words) if forward else len(fragments)):
            own = (word_picture if forward else fragment_picture)[a]
            scores = {}
            for picture in range(batch.pictures):
                owners = fragment_picture if forward else word_picture
                values = []
                for i in [i for i, owner in enumerate(owners) if owner == picture]:
                    w, f = (a, i) if forward else (i, a)
                    if picture == own or batch.different[w, fragment_picture[f]]:
                        values.append(similarity(words[w], fragments[f]))
                if values:
                    scores[picture] = pool(values, chosen.pooling, chosen.temperature)
            rows.append((scores.pop(own), list(scores.values())))
        yield rows


def slow_coscos2(batch, chosen):
    near, far = pairs(batch, cos)
    return mean([(1 - c) / 2 for c in near]) + mean([c * c for c in far])


def slow_cosine(batch, chosen):
    near, far = pairs(batch, cos)
    return mean([1 - c for c in near]) + mean([max(0, c - chosen.margin) for c in far])


def slow_margin(batch, chosen, similarity=cos):
    means = []
    for rows in anchors(batch, chosen, similarity):
        costs = []
        for own, others in rows:
            if chosen.mining == "semihard":
                others = [other for other in others if other < own]
            hinges = [max(0, chosen.margin + other - own) for other in others]
            if not hinges:
                costs.append(0.0)
            else:
                costs.append(mean(hinges) if chosen.mining == "all" else max(hinges))
        means.append(mean(costs))
    return mean(means)


def slow_euclidean(batch, chosen):
    return slow_margin(batch, chosen, lambda x, y: -math.dist(x, y))


def slow_defrag(batch, chosen):
    near, far = [], [max(0, 1 + value) for value in pairs(batch, dot)[1]]
    for w, owner in enumerate(batch.word_picture.tolist()):
        own = [f for f, picture in enumerate(batch.fragment_picture.tolist()) if picture == owner]
        products = [dot(batch.words[w].tolist(), batch.fragments[f].tolist()) for f in own]
        for product in products:
            y = 1 if product > 0 or product == max(products) else -1
            near.append(max(0, 1 - y * product))
    return mean(near) + mean(far)


def slow_infonce(batch, chosen):
    means = []
    for rows in anchors(batch, chosen, cos):
        t = chosen.temperature
        costs = [
            -math.log(math.exp(own / t) / sum(math.exp(s / t) for s in [own, *others]))
            for own, others in rows
        ]
        means.append(mean(costs))
    return mean(means)


def slow_sigmoid(batch, chosen):
    def cost(score, sign):
        return math.log1p(math.exp(-sign * (score - chosen.margin) / chosen.temperature))

    return mean(
        [
            mean([cost(own, 1) + sum(cost(s, -1) for s in others) for own, others in rows])
            for rows in anchors(batch, chosen, cos)
        ]
    )


SLOW = {
    "coscos2": slow_coscos2,
    "cosine": slow_cosine,
    "margin": slow_margin,
    "euclidean": slow_euclidean,
    "defrag": slow_defrag,
    "infonce": slow_infonce,
    "sigmoid": slow_sigmoid,
}
# What each loss reads besides.
MINED = [(name, "all") for name in SLOW]
MINED += [(n, m) for n in ("margin", "euclidean") for m in ("hardest", "semihard")]
ANCHORED = ("margin", "euclidean", "infonce", "sigmoid")


@pytest.mark.parametrize("pooling", ["max", "logsumexp"])
@pytest.mark.parametrize(("name", "mining"), MINED)
@settings(max_examples=10, deadline=None)
@given(
    pictures=st.integers(3, 5),
    size=st.integers(2, 6),
    seed=st.integers(0, 999),
    ask=st.sampled_from(["both", "words"]),
)
def test_each_loss_equals_the_loop(name, mining, pooling, pictures, size, seed, ask):
    batch = some_batch(pictures, size, seed)
    asked = ask if name in ANCHORED else "both"
    chosen = make(loss=name, mining=mining, pooling=pooling, anchors=asked)
    if not batch.different.any():
        return
    found = losses.find(name)(batch, chosen)
    assert found.item() == pytest.approx(SLOW[name](batch, chosen), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("name", SLOW)
@pytest.mark.parametrize("pooling", ["max", "logsumexp"])
def test_gradients_are_finite_and_those_of_small_steps(name, pooling):
    batch, chosen = some_batch(4, 5, 3), make(loss=name, pooling=pooling)
    rest = [batch.fragment_picture, batch.word_picture, batch.different, batch.talkers]

    def loss(fragments, words):
        return losses.find(name)(Batch(fragments, words, *rest), chosen)

    inputs = [values.requires_grad_() for values in (batch.fragments, batch.words)]
    assert torch.autograd.gradcheck(loss, inputs, eps=1e-6, atol=1e-5)


@settings(deadline=None)
@given(pictures=st.integers(2, 5), size=st.integers(2, 5), seed=st.integers(0, 999))
def test_the_word_term_equals_the_loop(pictures, size, seed):
    batch, chosen = some_batch(pictures, size, seed), make(pooling="logsumexp")
    words, owners = batch.words.tolist(), batch.word_picture.tolist()
    talkers, t, costs = batch.talkers.tolist(), chosen.temperature, []
    for a, word in enumerate(words):
        own, others = [], []
        for b, other in enumerate(words):
            if owners[a] == owners[b]:
                own += [math.exp(cos(word, other) / t)] if talkers[a] != talkers[b] else []
            elif batch.different[a, owners[b]]:
                others.append(math.exp(cos(word, other) / t))
        if own:
            costs.append(-math.log(sum(own) / (sum(own) + sum(others))))
    expected = mean(costs) if costs else 0.0
    assert word_term(batch, chosen).item() == pytest.approx(expected, rel=1e-5, abs=1e-9)


@settings(deadline=None)
@given(words=st.integers(2, 9), kinds=st.integers(1, 4), seed=st.integers(0, 999))
def test_the_type_term_equals_the_loop(words, kinds, seed):
    rng = np.random.default_rng(seed)
    values = torch.from_numpy(rng.normal(0, 1, (words, 3)))
    kind, talker = rng.integers(0, kinds, words), rng.integers(0, 3, words)
    costs = []
    for a in range(words):
        score = [math.exp(cos(values[a].tolist(), values[b].tolist()) / 0.2) for b in range(words)]
        near = [b for b in range(words) if kind[a] == kind[b] and talker[a] != talker[b]]
        far = [b for b in range(words) if kind[a] != kind[b]]
        if near:
            total = sum(score[b] for b in [*near, *far])
            costs.append(-mean([math.log(score[b] / total) for b in near]))
    found = type_term(values, torch.from_numpy(kind), torch.from_numpy(talker), 0.2)
    assert found.item() == pytest.approx(mean(costs) if costs else 0.0, rel=1e-5, abs=1e-9)


def test_the_type_term_has_a_gradient():
    values = torch.randn(6, 3, dtype=torch.float64, requires_grad=True)
    kinds, talkers = torch.tensor([0, 0, 0, 1, 1, 2]), torch.tensor([0, 1, 1, 0, 2, 0])
    assert torch.autograd.gradcheck(lambda x: type_term(x, kinds, talkers, 0.1), [values])


def by_hand():
    """Two pictures of one fragment and one word each: cosines 1 and 0 with own and other."""
    axes = torch.eye(2)
    one = torch.tensor([0, 1])
    return Batch(axes, axes, one, one, ~torch.eye(2, dtype=torch.bool), one)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"loss": "infonce", "mining": "hardest"},
            "the loss infonce does not read it; give mining",
        ),
        ({"loss": "defrag", "anchors": "words"}, "anchors words: the loss defrag does not read it"),
    ],
)
def test_what_a_loss_does_not_read_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        make(**changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"loss": "coscos2"}, 0.0),
        ({"loss": "cosine"}, 0.0),
        ({"loss": "margin", "margin": 1.5}, 0.5),
        ({"loss": "euclidean", "margin": 2.0}, 2 - math.sqrt(2)),
        # same pairs have 1 and cost nothing; different ones have 0 and cost 1
        ({"loss": "defrag"}, 1.0),
        ({"loss": "infonce", "temperature": 1.0}, math.log(1 + math.exp(-1))),
        (
            {"loss": "sigmoid", "temperature": 1.0, "margin": 0.5},
            2 * math.log(1 + math.exp(-0.5)),
        ),
    ],
)
def test_worked_values(changes, expected):
    chosen = make(**changes)
    assert losses.find(chosen.loss)(by_hand(), chosen).item() == pytest.approx(expected, abs=1e-5)


def test_a_collapsed_net_scores_the_logarithm_of_the_pictures():
    same = torch.ones(4, 3)
    owner = torch.arange(4)
    batch = Batch(same, same, owner, owner, ~torch.eye(4, dtype=torch.bool), owner)
    assert losses.find("infonce")(batch, make()).item() == pytest.approx(math.log(4))


@settings(deadline=None)
@given(pictures=st.integers(1, 4), words=st.integers(2, 7), seed=st.integers(0, 999))
def test_the_lexicon_term_equals_the_loop(pictures, words, seed):
    rng, t = np.random.default_rng(seed), 0.3
    owner = np.append(np.arange(pictures), rng.integers(0, pictures, size=5))
    fragments, vectors = rng.normal(size=(len(owner), 4)), rng.normal(size=(words, 4))
    said = rng.random((pictures, words)) < 0.3
    said[np.arange(pictures), rng.integers(0, words, size=pictures)] = True

    expected = 0.0
    for fragment, picture in zip(fragments, owner, strict=True):
        odds = [math.exp(cos(fragment, vector) / t) for vector in vectors]
        own = sum(odd for odd, there in zip(odds, said[picture], strict=True) if there)
        expected -= math.log(own / sum(odds)) / len(owner)
    found = lexicon_term(
        torch.tensor(fragments), torch.tensor(owner), torch.tensor(vectors), torch.tensor(said), t
    )
    assert found.item() == pytest.approx(expected, rel=1e-6, abs=1e-9)
