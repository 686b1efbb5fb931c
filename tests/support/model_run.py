"""The results of a run that is as small as can be, with a model of random weights."""

import json

import numpy as np
import soundfile
import torch
from PIL import Image

from seesay.audio import logmel
from seesay.learning import embedding
from seesay.learning.examples import Inputs, load
from seesay.learning.training import save_model, start
from seesay.planning import recipes
from seesay.schemas.audio import RECORDINGS, SPOKEN_WORDS, TOKEN_MANIFEST
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import IMAGES, MANIFEST
from seesay.settings.fc7 import Fc7Settings
from seesay.settings.logmel import LogmelSettings
from seesay.settings.regions import RegionsSettings
from seesay.settings.training import TrainingSettings
from seesay.shared import tables
from seesay.vision import fc7, regions

RATE = 16000
RECIPE = {
    "logmel": {
        "sample_rate": RATE, "filters": 12, "window": 0.025, "hop": 0.01, "frames": 21, "low": 64,
        "high": 8000, "floor": 1e-10, "on_bad_input": "reject",
    },
    "regions": {
        "proposals": "grid", "mode": "fast", "weights": "DEFAULT", "side": 64, "min_area": 0.02,
        "nms": 0.6, "candidates": 6, "on_bad_input": "reject",
    },
    "fc7": {
        "network": "efficientnet_lite0", "weights": "random", "size": 64, "context": 4, "nms": 1,
        "regions": 3, "batch": 8,
    },
    "boxes": "regions/shards",
}  # fmt: skip
TRAINING = TrainingSettings(
    embedding=16, image_layers=(), speech_layers=(24,), relu_cap=6, init_gain=1, reduction="mean",
    standardise="train", negatives="tokens", rho=0.95, eps=1e-6, l2=1e-4, max_norm=6, max_epochs=1,
    patience=1,
)  # fmt: skip
PICTURES = {"p0": "train", "p1": "test", "p2": "test"}
# token -> recording, onset, offset, spoken word; c is a recording of one word alone.
TOKENS = {
    "a@0": ("a", 0.0, 0.4, "dog"),
    "a@1": ("a", 0.5, 0.8, "item"),
    "b@0": ("b", 0.1, 0.4, "dog"),
    "c@0": ("c", 0.0, 0.35, "cat"),
}
USES = [("p0", "dog", "a@0"), ("p1", "drum", "a@1"), ("p1", "dog", "b@0"), ("p2", "cat", "c@0")]


def make(home, recipe=RECIPE):
    """Write pictures, recordings and all tables below `home`: the folder of the model."""
    results = home / "results"
    rng = np.random.default_rng(1)
    for name in PICTURES:
        path = results / "pictures" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        small = rng.integers(0, 255, (5, 7, 3), dtype=np.uint8)
        Image.fromarray(small).resize((70, 50), Image.Resampling.NEAREST).save(path)
    for name, seconds in (("a", 1.0), ("b", 0.6), ("c", 0.35)):
        times = np.arange(int(seconds * RATE)) / RATE
        sweep = 0.3 * np.sin(2 * np.pi * (200 + 900 * rng.random() * times) * times)
        soundfile.write(results / f"{name}.wav", sweep, RATE, subtype="FLOAT")
    pictures = {
        "image_id": list(PICTURES), "path": [f"results/pictures/{p}.png" for p in PICTURES],
        "digest": "0", "width": 70, "height": 50, "split": list(PICTURES.values()),
    }  # fmt: skip
    tables.write(IMAGES, results / "pictures" / "images.parquet", pictures)
    tables.write(RECORDINGS, results / "speech" / "recordings.parquet", {
        "recording_id": list("abc"), "path": [f"results/{r}.wav" for r in "abc"], "digest": "0",
        "channel": -1, "talker": list("ABC"), "sample_rate": RATE, "duration": [1, 0.6, 0.35],
    })  # fmt: skip
    recordings, onsets, offsets, words = zip(*TOKENS.values(), strict=True)
    said = {"token_id": list(TOKENS), "recording_id": recordings, "onset": onsets}
    said |= {"offset": offsets}
    talkers = [name.upper() for name in recordings]
    tables.write(
        SPOKEN_WORDS, results / "speech" / "spoken_words.parquet",
        {**said, "talker": talkers, "word": words},
    )  # fmt: skip
    spoken = results / "matching" / "spoken_captions.parquet"
    tables.write(SPOKEN_CAPTIONS, spoken, {
        "image_id": [use[0] for use in USES], "caption": 0, "talker": "x",
        "position": list(range(len(USES))), "word": [use[1] for use in USES],
        "spoken_word": [TOKENS[use[2]][3] for use in USES], "token_id": [use[2] for use in USES],
    })  # fmt: skip
    shards = {
        name: results / name / "shards" / "0.parquet" for name in ("regions", "fc7", "logmel")
    }
    paths = [str(home / path) for path in pictures["path"]]
    manifest = {"image_id": list(PICTURES), "path": paths, "digest": "0"}
    tables.write(MANIFEST, results / "manifest", manifest)
    settings = RegionsSettings.model_validate(recipe["regions"])
    regions.propose_shard(results / "manifest", shards["regions"], results / "rejects", settings)
    settings = Fc7Settings.model_validate(recipe["fc7"])
    fc7.extract_shard(results / "manifest", shards["regions"], shards["fc7"], settings, "cpu")
    paths = [str(results / f"{name}.wav") for name in recordings]
    tables.write(
        TOKEN_MANIFEST, results / "manifest", {**said, "path": paths, "digest": "0", "channel": -1}
    )
    settings = LogmelSettings.model_validate(recipe["logmel"])
    logmel.extract_shard(results / "manifest", shards["logmel"], results / "rejects", settings)
    inputs = Inputs(
        results / "pictures" / "images.parquet", spoken, [shards["fc7"]], [shards["logmel"]]
    )
    fragments, tokens, _, _ = load(inputs, "test")
    network = start(TRAINING, fragments.features, tokens.features, "model", 1)
    folder = results / "training" / "paper" / "model" / "1"
    save_model(folder, network, TRAINING, "model", 1, [])
    embedded = results / "embedding" / "paper" / "model" / "1"
    tables_of = embedded / "images.parquet", embedded / "words.parquet"
    made = (folder / "model.safetensors", *tables_of)
    embedding.embed([made], inputs, torch.device("cpu"))
    (embedded / "recipe.json").write_text(recipes.text(json.dumps(recipe), *made))
    return folder
