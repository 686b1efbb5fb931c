"""Pseudo-words: clustering, the lexicon's layer, and a training in two parts."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

from seesay import tables
from seesay.embedding import load_network
from seesay.lexicon import Lexicon, Said
from seesay.pseudo_words import cluster, pace, purity
from seesay.training_tables import HISTORY
from test_batches import BEST
from test_training import CPU, learnable, make, run

TWO = BEST | {"pseudo_words": 4, "max_epochs": 6, "patience": 6, "learning_rate": 3e-3}


@pytest.fixture
def inputs(tmp_path):
    return learnable(tmp_path)


def test_clusters_are_directions_whatever_the_length():
    rng = np.random.default_rng(0)
    kinds = np.repeat(np.arange(3), 40)
    rows = np.eye(3, 5)[kinds] + rng.normal(0, 0.02, (120, 5))
    centroids, labels = cluster(rows * rng.uniform(0.1, 9, (120, 1)), 3, 7)
    assert purity(labels, kinds) == (1.0, 3)
    np.testing.assert_allclose(np.linalg.norm(centroids, axis=1), 1, atol=1e-6)
    for label in range(3):
        found = centroids[label].argmax()
        assert set(kinds[labels == label]) == {found}
    again = cluster(rows, 3, 7)[0]
    assert cluster(rows, 3, 7)[0].tobytes() == again.tobytes()
    assert len(cluster(np.repeat(rows[:2], 9, axis=0), 5, 7)[0]) == 2


def test_purity_by_hand():
    # Cluster 0: a a b; 1: b; 2: a. 4 of 5 are of the commonest type, and both types are found.
    assert purity(np.array([0, 0, 0, 1, 2]), np.array([0, 0, 1, 1, 0])) == (0.8, 2)
    assert purity(np.array([0, 0, 0]), np.array([0, 0, 1])) == (pytest.approx(2 / 3), 1)


def test_the_lexicon_weighs_its_vectors_by_a_softmax():
    lexicon = Lexicon(3, 2, 0.5)
    x = torch.tensor([[3.0, 4.0], [0.0, 2.0]])
    assert lexicon(x) is x
    lexicon.centroids[:2] = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    lexicon.vectors[:2] = torch.tensor([[1.0, 1.0], [0.0, 5.0]])
    lexicon.used.fill_(2)
    for row, (near, far) in zip(lexicon(x), [(0.6, 0.8), (0.0, 1.0)], strict=True):
        share = np.exp(np.array([near, far]) / 0.5)
        share /= share.sum()
        np.testing.assert_allclose(row, share @ [[1, 1], [0, 5]], rtol=1e-5)


def test_tokens_known_by_their_pseudo_word():
    said = Said(torch.arange(6.0).view(3, 2))
    assert said(torch.tensor([[2.0], [0.0]])).tolist() == [[4.0, 5.0], [0.0, 1.0]]
    assert said(torch.tensor([[0.5, 0.5, 0.0]])).tolist() == [[1.0, 2.0]]


def test_the_better_part_is_kept_and_the_lexicon_told(inputs, tmp_path):
    history = run(inputs, tmp_path / "m", **TWO)
    validation = history[history["split"] == "validation"]
    assert sorted(set(history["part"])) == [1, 2]
    assert validation["epoch"].tolist() == list(range(13))
    kept = validation[validation["kept"]]
    assert len(kept) == 1
    assert kept["r10"].iloc[0] == validation["r10"].max()
    about = json.loads((tmp_path / "m" / "settings.json").read_text())
    assert about["lexicon"]["words"] == 4
    assert 0.25 <= about["lexicon"]["purity"] <= 1
    network = load_network(tmp_path / "m", CPU)
    assert int(network.speech[-1].used) == (4 if kept["part"].iloc[0] == 2 else 0)


def two_parts(kept):
    rows = [
        {"epoch": epoch, "split": "validation", "part": 1 if epoch <= 3 else 2, "r10": r10}
        for epoch, r10 in enumerate([1.0, 5.0, 9.0, 7.0, 8.0, 11.0])
    ]
    return pd.DataFrame(rows).assign(loss=0.0).eval(f"kept = epoch == {kept}")


def test_the_control_keeps_pace_in_both_parts(inputs, tmp_path):
    assert pace(two_parts(5), make(**TWO)) == (2, 2)
    assert pace(two_parts(2), make(**TWO)) == (2, 0)
    run(inputs, tmp_path / "m", **TWO)
    path = tmp_path / "m" / "history.parquet"
    past = tables.read(HISTORY, path)
    past["kept"] = past["epoch"] == 8
    tables.write(HISTORY, path, past)
    first, second = pace(past, make(**TWO))
    assert second == 2
    control = run(inputs, tmp_path / "s", "shuffled", history=path, **TWO)
    assert control["epoch"].max() == first + 2
    assert control.loc[control["kept"], "epoch"].unique().tolist() == [first + 2]
    assert int(load_network(tmp_path / "s", CPU).speech[-1].used) == 4


def test_the_same_seed_gives_the_same_bytes(inputs, tmp_path):
    for name in "ab":
        run(inputs, tmp_path / name / "m", **TWO)
    one, two = ((tmp_path / name / "m" / "model.safetensors").read_bytes() for name in "ab")
    assert one == two
