"""Exported branches against the network, on random and on trained weights."""

import json

import numpy as np
import onnx
import pytest
import torch
from onnx.reference import ReferenceEvaluator

from seesay.commands import cli, export
from seesay.learning import embedding
from seesay.learning.features import Features
from seesay.learning.training import save_model, start
from seesay.settings.training import TrainingSettings
from seesay.shared.errors import InputError

BASE = {
    "embedding": 12, "image_layers": (9,), "speech_layers": (16, 16), "relu_cap": 6,
    "init_gain": 1, "reduction": "mean", "standardise": "train", "negatives": "tokens",
    "rho": 0.95, "eps": 1e-6, "l2": 1e-4, "max_norm": 6, "max_epochs": 1, "patience": 1,
    "filters": 8,
}  # fmt: skip
KINDS = {
    "paper": {},
    "conv": {"speech_encoder": "conv", "kernel": 3, "dropout": 0.3},
    "transformer": {"speech_encoder": "transformer", "output": "linear"},
    "gate": {"context": "gate", "context_dropout": 0.5, "image_dropout": 0.2},
    "instance": {"speech_encoder": "conv", "kernel": 3, "speech_norm": "instance"},
    "random_projection": {},
}


def make(folder, kind, trained):
    """A model in a folder, and raw features for both branches; a trained one has taken steps."""
    settings = TrainingSettings(**BASE | KINDS[kind])
    rng = torch.Generator().manual_seed(3)
    # Raw features are far from standardised ones, and one of them never varies.
    fragments = 40 + 9 * torch.randn(50, 20, generator=rng)
    words = -8 + 3 * torch.randn(60, 8 * 11, generator=rng)
    words[:, 5] = -23.0
    system = kind if kind == "random_projection" else "model"
    network = start(settings, Features(fragments), Features(words), system, 1)
    optimiser = torch.optim.Adam(network.parameters(), 0.01)
    for _ in range(20 if trained else 0):
        pairs = network.embed_images(fragments), network.embed_words(words[:50])
        loss = -torch.nn.functional.cosine_similarity(*pairs).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    save_model(folder, network, settings, system, 1, [])
    return folder, fragments, words


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trained", [False, True])
def test_branches_compute_what_the_network_does(tmp_path, kind, trained):
    folder, fragments, words = make(tmp_path / "model", kind, trained)
    differences = export.export(folder, tmp_path / "out")
    assert set(differences) == {"image", "speech"}
    network = embedding.load_network(folder, torch.device("cpu"))
    for branch, values, embed in (
        ("image", fragments, network.embed_images),
        ("speech", words, network.embed_words),
    ):
        model = onnx.load(tmp_path / "out" / f"{branch}.onnx")
        for rows in (1, 7):
            (found,) = ReferenceEvaluator(model).run(None, {"features": values[:rows].numpy()})
            with torch.no_grad():
                expected = embed(values[:rows]).numpy()
            assert found.shape == (rows, 12)
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
            assert np.abs(expected).max() > 0.1
    about = json.loads((tmp_path / "out" / "export.json").read_text())
    assert about["image_size"] == 20
    assert about["differences"] == differences


def test_what_differs_is_refused_and_not_written(tmp_path, monkeypatch):
    """An exporter that leaves the standardisation out."""
    folder, *_ = make(tmp_path / "model", "paper", False)
    convert = export.convert

    def careless(embedder):
        wrong = type(embedder)(embedding.load_network(folder, torch.device("cpu")), "speech")
        if len(embedder.mean) == len(wrong.mean):
            wrong.mean.zero_()
            return convert(wrong.eval())
        return convert(embedder)

    monkeypatch.setattr(export, "convert", careless)
    with pytest.raises(InputError, match=r"speech branch differs by .* nothing was written$"):
        export.export(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command(tmp_path, capsys):
    folder, *_ = make(tmp_path / "model", "paper", False)
    cli.main(["export", "--model", str(folder), "--out", str(tmp_path / "out")])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0].split("/")[-1] for line in lines] == ["image.onnx", "speech.onnx"]
    assert all(float(line.split(" by ")[1].split()[0]) < 1e-4 for line in lines)
    with pytest.raises(SystemExit, match=r"^error: .*model.safetensors: no such file; give"):
        cli.main(["export", "--model", str(tmp_path), "--out", str(tmp_path / "out")])
