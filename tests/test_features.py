"""Vectors of fragments and tokens: rows, blocks and moments."""

import numpy as np
import pytest
import torch

from seesay.learning import features
from seesay.learning.features import Features


@pytest.fixture
def values(monkeypatch):
    monkeypatch.setattr(features, "BLOCK", 4)
    return torch.randn(10, 6, generator=torch.Generator().manual_seed(0))


def test_blocks_hold_every_vector_once_in_order(values):
    blocks = list(Features(values).blocks())
    assert [len(block) for block in blocks] == [4, 4, 2]
    assert torch.equal(torch.cat(blocks), values)
    assert torch.equal(Features(values).through(lambda block: 2 * block), 2 * values)


def test_rows_are_copies(values):
    rows = Features(values).rows(np.array([3, 0, 3]))
    assert torch.equal(rows, values[[3, 0, 3]])
    rows.zero_()
    assert values[3].any()


def test_moments_are_of_each_number_or_of_each_filter(values):
    mean, deviation = Features(values).moments()
    np.testing.assert_allclose(mean, values.numpy().mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(deviation, values.numpy().std(axis=0), atol=1e-6)
    # Frames of 2 filters: numbers 0, 2 and 4 of a vector are the first filter's.
    mean, deviation = Features(values).moments(shared=2)
    assert mean.shape == deviation.shape == (6,)
    for number in range(6):
        own = values.numpy()[:, number % 2 :: 2]
        assert mean[number].item() == pytest.approx(own.mean(), abs=1e-6)
        assert deviation[number].item() == pytest.approx(own.std(), abs=1e-6)


def test_vectors_on_the_device_are_standardised_in_place(values):
    wanted = values - 1
    changed = Features(values).standardised(lambda block: block - 1, torch.device("cpu"))
    assert torch.equal(changed.rows(slice(None)), wanted)
    assert torch.equal(values, wanted)
