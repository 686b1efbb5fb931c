"""coscos2 and cosines against the formula, pair by pair."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seesay.learning.losses.paper import coscos2, cosines


def by_hand(images, words, others, reduction):
    """Loss_coscos2 as the paper writes it, over materialised pairs, in plain Python."""

    def cos(x, y):
        norm = math.sqrt(sum(a * a for a in x)) * math.sqrt(sum(b * b for b in y))
        return sum(a * b for a, b in zip(x, y, strict=True)) / norm if norm else 0.0

    terms = [(1 - cos(i, w)) / 2 for i in images for w in words]
    terms += [cos(i, w) ** 2 for i in images for w in others]
    couples = len(terms) // 2
    return sum(terms) / (couples if reduction == "mean" else 1)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@given(
    fragments=st.integers(1, 4),
    tokens=st.integers(1, 5),
    size=st.integers(1, 7),
    seed=st.integers(0, 999),
)
def test_coscos2_equals_the_loop_over_pairs(reduction, fragments, tokens, size, seed):
    rng = np.random.default_rng(seed)
    images, words, others = (rng.normal(size=(n, size)) for n in (fragments, tokens, tokens))
    near = cosines(torch.tensor(images), torch.tensor(words))
    far = cosines(torch.tensor(images), torch.tensor(others))
    expected = by_hand(images.tolist(), words.tolist(), others.tolist(), reduction)
    assert coscos2(near, far, reduction).item() == pytest.approx(expected, rel=1e-9)


def test_worked_values():
    same, different = torch.tensor([[1.0, 0.0, -1.0]]), torch.tensor([[1.0, 0.5, 0.0]])
    # (0 + 0.5 + 1 + 1 + 0.25 + 0) / 3
    assert coscos2(same, different, "mean").item() == pytest.approx(2.75 / 3)
    assert coscos2(same, different, "sum").item() == pytest.approx(2.75)


def test_a_constant_cosine_of_a_quarter_scores_the_plateau():
    constant = torch.full((3, 4), 0.25)
    assert coscos2(constant, constant, "mean").item() == pytest.approx(0.4375)


def test_zero_vectors_have_cosine_zero():
    matrix = cosines(torch.tensor([[0.0, 0.0], [3.0, 4.0]]), torch.tensor([[0.0, 2.0], [0.0, 0.0]]))
    assert matrix.tolist() == [[0.0, 0.0], [pytest.approx(0.8), 0.0]]
