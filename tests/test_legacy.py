"""The authors' evaluation: a collapsed net is first, and the test set's statistics are used."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file, save_file

from seesay.learning.embedding import embed, load_network
from seesay.learning.examples import Inputs, load
from seesay.schemas.scoring import RANKS
from seesay.scoring.evaluation import evaluate
from seesay.scoring.legacy import rank_legacy, strict
from seesay.scoring.metrics import measure
from seesay.settings.evaluation import EvaluationSettings
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables
from support.training import CPU, learnable
from support.training import run as train


@pytest.fixture
def trained(tmp_path: Path) -> tuple[Inputs, Path]:
    """A corpus and the folder of an untrained network for it."""
    inputs = learnable(tmp_path)
    train(inputs, tmp_path / "net", "untrained")
    return inputs, tmp_path / "net"


def rank(inputs: Inputs, net: Path, folder: Path) -> tuple[Path, Path]:
    """The ranks of a network: corrected, and legacy."""
    model, names = net / "model.safetensors", ("images", "words", "corrected", "legacy")
    images, words, corrected, legacy = (folder / f"{name}.parquet" for name in names)
    embed([(model, images, words)], inputs, CPU)
    settings = EvaluationSettings(galleries=("test",))
    evaluate(
        images, words, inputs.spoken_captions, inputs.images, corrected, settings, "e", "model", 1
    )
    rank_legacy(model, inputs, legacy, "e", "model", 1, CPU)
    return corrected, legacy


def metrics(ranks: Path, folder: Path) -> pd.DataFrame:
    paths = [folder / name for name in ("metrics.tsv", "differences.tsv", "experiments.tsv")]
    measure([ranks], *paths, MetricsSettings(resamples=50, seed=0))
    found = pd.read_csv(paths[0], sep="\t")
    return found[found["seed"] == "mean"].pivot(index="task", columns="metric", values="value")


def test_a_collapsed_net_is_first_under_legacy_and_at_chance_under_ours(trained, tmp_path):
    inputs, net = trained
    weights = load_file(net / "model.safetensors")
    for name, value in weights.items():
        if name.endswith("weight"):
            value.zero_()
        if name.endswith("bias"):
            value.fill_(1.0)
    save_file(weights, net / "model.safetensors")
    corrected, legacy = rank(inputs, net, tmp_path)
    theirs = metrics(legacy, tmp_path)
    assert (theirs[["mean_rank", "median_rank"]] == 1).all(axis=None)
    assert (theirs[["r1", "r5", "r10", "r25"]] == 100).all(axis=None)
    ours = metrics(corrected, tmp_path)
    luck = pd.read_csv(tmp_path / "metrics.tsv", sep="\t")
    luck = luck[luck["seed"] == "mean"].pivot(index="task", columns="metric", values="chance")
    pd.testing.assert_frame_equal(ours, luck)
    assert (ours["mean_rank"] > 1.5).all()


def test_the_test_set_is_standardised_by_its_own_statistics(trained, tmp_path):
    inputs, net = trained
    network = load_network(net, CPU)
    fragments, words, pairs, _ = load(inputs, "test")

    def embedded(branch: torch.nn.Module, values: torch.Tensor) -> np.ndarray:
        x = values.numpy().astype(np.float64)
        x = (x - x.mean(axis=0)) / x.std(axis=0)
        with torch.no_grad():
            y = branch(torch.from_numpy(x.astype(np.float32))).numpy().astype(np.float64)
        return y / np.linalg.norm(y, axis=1, keepdims=True)

    cosine = (
        embedded(network.image, fragments.features.rows(slice(None)))
        @ embedded(network.speech, words.features.rows(slice(None))).T
    )
    expected = {}
    for image_id, rows, own in zip(pairs.image_ids, pairs.fragments, pairs.words, strict=True):
        for row in rows:
            name = f"{image_id}#{fragments.keys['region'][row]}"
            expected[name] = int((cosine[row] > cosine[row][own].max() + 1e-6).sum())
    _, legacy = rank(inputs, net, tmp_path)
    found = tables.read(RANKS, legacy)
    found = found[found["task"] == "word_token_by_image"].set_index("query")
    assert found["better"].to_dict() == expected
    assert (found["rank"] == found["better"] + 1).all()
    assert set(found["gallery_size"]) == {len(words.token_ids)}


def test_strict_ranks_are_those_of_a_gallery_without_ties():
    ranks = pd.DataFrame(
        {"better": [0, 3], "tied": [7, 0], "tied_relevant": [2, 1], "rank": [10 / 3, 4.0]}
    )
    assert strict(ranks).to_dict("list") == {
        "better": [0, 3],
        "tied": [0, 0],
        "tied_relevant": [1, 1],
        "rank": [1.0, 4.0],
    }


def test_nothing_is_left_beside_the_ranks(trained, tmp_path):
    inputs, net = trained
    target = tmp_path / "legacy" / "ranks.parquet"
    rank_legacy(net / "model.safetensors", inputs, target, "e", "model", 1, CPU)
    assert [path.name for path in target.parent.iterdir()] == ["ranks.parquet"]
