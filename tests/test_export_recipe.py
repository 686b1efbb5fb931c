"""export.json has the recipe of the features; the page's example makes embeddings of it alone."""

import importlib.util
import json
import re
import sys
from types import SimpleNamespace

import librosa
import numpy as np
import onnx
import pytest
import soundfile
from onnx.reference import ReferenceEvaluator

from seesay.audio.logmel import LogMel
from seesay.audio.word_frames import log_mel
from seesay.commands import cli, export
from seesay.commands.export import recipe
from seesay.commands.search import Encoder
from seesay.learning.arrays import embed
from seesay.planning import recipes
from seesay.settings.fc7 import Fc7Networks
from seesay.settings.logmel import LogmelSettings
from seesay.vision.networks import load
from support import ROOT
from support.model_run import RATE, RECIPE, make

PAGE = (ROOT / "docs" / "export.md").read_text()
EXAMPLE = re.search(r"```python\n(import json.*?)```", PAGE, re.DOTALL)[1]


class Reference:
    """ONNX's own evaluator behind the two calls of onnxruntime that the example makes."""

    def __init__(self, path):
        self.run = ReferenceEvaluator(onnx.load(path)).run


def runtime(name, monkeypatch):
    """Let the example import onnxruntime, or the reference in its place."""
    if name == "reference":
        monkeypatch.setitem(sys.modules, "onnxruntime", SimpleNamespace(InferenceSession=Reference))
    elif importlib.util.find_spec("onnxruntime") is None:
        pytest.skip("onnxruntime is not installed: python -m pip install 'seesay[kokoro]'")


@pytest.mark.parametrize("name", ["reference", "onnxruntime"])
@pytest.mark.parametrize("span", ["window", "masked", "word"])
def test_the_example_computes_what_seesay_embed_does(tmp_path, monkeypatch, name, span):
    model = make(tmp_path / "run", RECIPE | {"logmel": RECIPE["logmel"] | {"span": span}})
    export.export(model, tmp_path / "exported")
    runtime(name, monkeypatch)
    # Of an odd length, and longer than the window's frames.
    sound, _ = soundfile.read(tmp_path / "run" / "results" / "a.wav", dtype="float32")
    soundfile.write(tmp_path / "word.wav", sound[:7331], RATE, subtype="FLOAT")
    monkeypatch.chdir(tmp_path)
    found: dict = {}
    exec(EXAMPLE, found)
    encoder = Encoder(model)
    vector = log_mel(sound[:7331], RATE, **encoder.recipe.logmel.model_dump())
    np.testing.assert_allclose(found["vector"].reshape(1, -1), vector, atol=5e-3)
    exact = embed(encoder.model, words=vector)
    assert found["embedding"].shape == exact.shape == (1, 16)
    np.testing.assert_allclose(found["embedding"], exact, atol=1e-2 * np.abs(exact).max())
    # Tables and `seesay embed` round features to 11 bits. Those of four tokens hardly vary, so
    # that the rounding weighs more here than after a training.
    ours = encoder.hear(tmp_path / "word.wav")
    norms = np.linalg.norm(found["embedding"]) * np.linalg.norm(ours)
    assert float((found["embedding"] * ours).sum()) / norms > 0.999


def test_the_example_is_short_and_needs_no_seesay():
    assert len(EXAMPLE.splitlines()) <= 15
    assert "seesay" not in EXAMPLE
    assert "torch" not in EXAMPLE


def test_the_recipe_says_what_the_stage_computes():
    settings = LogmelSettings(window=0.02, hop=0.005, filters=30, frames=11, low=100, high=7000)
    said, made = recipe.speech(settings), LogMel(settings)
    assert (said["window_samples"], said["hop_samples"]) == (made.width, made.hop) == (320, 80)
    assert said["fft_samples"] == made.fft == 512
    assert said["silence"] == pytest.approx(float(made.silence))
    assert said["size"] == settings.size == 330
    shown = {"filters": 30, "frames": 11, "low_hz": 100, "high_hz": 7000, "sample_rate": 16000}
    assert {key: said[key] for key in shown} == shown
    filters = librosa.filters.mel(**said["mel"])
    assert np.array_equal(filters.astype(np.float32), made.filters.toarray())
    of_model = recipe.speech(LogmelSettings(model="models/hubert.pt", filters=768, frames=9))
    assert of_model["model"] == "hubert.pt"
    assert "window_samples" not in of_model


@pytest.mark.parametrize("network", ["efficientnet_lite0", "alexnet"])
def test_pictures_are_normalised_as_the_network_does(network):
    said = recipe.image(Fc7Networks(network=network, weights="random"))
    net = load(network, "random", 128)
    assert said["mean"] == pytest.approx(net.mean.flatten().tolist())
    assert said["std"] == pytest.approx(net.std.flatten().tolist())
    assert (said["size"], tuple(said["fill"])) == (net.width, net.fill)
    assert (said["side"], said["context_px"], said["weights"]) == (128, 9, "random")
    if network == "efficientnet_lite0":  # (pixel - 127) / 128, as its package's TensorFlow release
        assert (said["mean"], said["std"]) == ([127] * 3, [128] * 3)


def test_a_detector_sees_whole_pictures():
    said = recipe.image(Fc7Networks(network="fasterrcnn", size=800, weights="random"))
    # ImageNet's means and deviations, as torchvision documents them.
    assert said["mean"] == pytest.approx([123.675, 116.28, 103.53])
    assert said["std"] == pytest.approx([58.395, 57.12, 57.375])
    assert "context_px" not in said


def test_features_that_others_made_are_null(tmp_path):
    model = make(tmp_path / "run")
    given = {"regions": None, "fc7": None}
    folder = tmp_path / "run" / "results" / "embedding" / "paper" / "model" / "1"
    made = (model / "model.safetensors", folder / "images.parquet", folder / "words.parquet")
    (folder / "recipe.json").write_text(recipes.text(json.dumps(RECIPE | given), *made))
    cli.main(["export", "--model", str(model), "--out", str(tmp_path / "out")])
    features = json.loads((tmp_path / "out" / "export.json").read_text())["features"]
    assert features["image"] is None
    assert features["speech"]["frames"] == 21
    (folder / "recipe.json").unlink()
    cli.main(["export", "--model", str(model), "--out", str(tmp_path / "out")])
    assert json.loads((tmp_path / "out" / "export.json").read_text())["features"] is None
    assert recipe.described(recipes.Recipe.model_validate(RECIPE), "text")["speech"] is None
