"""Small trainings: settings, a corpus that can be learned, and runs on it."""

import math

import numpy as np
import pandas as pd
import torch

from seesay.learning import training
from seesay.learning.examples import Inputs, load, prepare
from seesay.model.network import Network
from seesay.schemas.audio import LOGMEL
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import HISTORY
from seesay.schemas.vision import FC7, IMAGES
from seesay.settings.training import TrainingSettings
from seesay.shared import tables
from seesay.shared.columns import sized

torch.set_num_threads(1)
SETTINGS = {
    "embedding": 8,
    "image_layers": (),
    "speech_layers": (16,),
    "relu_cap": 6.0,
    "init_gain": 1.0,
    "standardise": "train",
    "reduction": "mean",
    "negatives": "tokens",
    "rho": 0.95,
    "eps": 1e-6,
    "l2": 1e-4,
    "max_norm": 6.0,
    "criterion": "loss",
    "max_epochs": 4,
    "patience": 10,
}
CPU = torch.device("cpu")


def make(**changes):
    return TrainingSettings(**(SETTINGS | changes))


def make_network(seed=0, image=5, speech=6):
    network = Network(make(), image, speech)
    network.initialise(torch.Generator().manual_seed(seed), 1.0)
    return network


def learnable(folder):
    """A corpus that can be learnt: what a picture shows and what is said share a direction."""
    rng = np.random.default_rng(0)
    images, spoken, fc7, logmel = [], [], [], []
    sounds = rng.normal(size=(4, 2840))
    for i in range(24):
        split = "train" if i < 16 else "validation" if i < 20 else "test"
        image_id, kind = f"p{i:02}", i % 4
        images.append((image_id, "x.jpg", "0", 9, 9, split))
        for region in range(3):
            vector = np.eye(6, dtype=np.float32)[kind] * 3 + rng.normal(size=6) * 0.2
            fc7.append((image_id, region, 0.5, vector))
        for position in range(4):
            token = f"r@{i}.{position:03}"
            spoken.append((image_id, 0, "F01", position, f"w{kind}", f"w{kind}", token))
            vector = sounds[kind] + rng.normal(size=2840) * 0.3
            logmel.append((token, 0, vector))
    names = ("images", "captions", "fc7", "logmel")
    images_file, captions_file, fc7_file, logmel_file = (folder / n for n in names)
    paths = Inputs(images_file, captions_file, [fc7_file], [logmel_file])
    tables.write(IMAGES, paths.images, frame(IMAGES, images))
    tables.write(SPOKEN_CAPTIONS, paths.spoken_captions, frame(SPOKEN_CAPTIONS, spoken))
    for table, path, rows, size in (
        (FC7, paths.fc7[0], fc7, 6),
        (LOGMEL, paths.logmel[0], logmel, 2840),
    ):
        with tables.Writer(sized(table, feature=size), path) as writer:
            columns = frame(table, rows)
            writer.write(
                {
                    **columns.drop(columns="feature").to_dict("series"),
                    "feature": np.stack(columns["feature"]),
                }
            )
    return paths


def frame(table, rows):
    return pd.DataFrame(rows, columns=[column.name for column in table.columns])


def run(inputs, folder, system="model", seed=1, frames=None, **changes):
    """Train one system in a folder; its history."""
    models = {system: folder / "model.safetensors"}
    store = folder.with_name(folder.name + "-store")
    settings = make(**changes)
    training.train(inputs, inputs, models, store, settings, "paper", seed, CPU, frames=frames)
    return tables.read(HISTORY, folder / "history.parquet")


BEST = {
    "batch_pictures": 4,
    "loss": "infonce",
    "pooling": "logsumexp",
    "optimiser": "adamw",
    "output": "linear",
    "criterion": "r10",
}


def data_of(inputs, split="train", **changes):
    chosen = make(**(BEST | changes))
    parts = load(inputs, split, chosen.context == "gate")
    network = training.start(chosen, parts[0].features, parts[1].features, "model", 1)
    return network, prepare(network, *parts, chosen.negatives, CPU), chosen


def cos(x, y):
    norm = math.sqrt(sum(a * a for a in x)) * math.sqrt(sum(b * b for b in y))
    return sum(a * b for a, b in zip(x, y, strict=True)) / norm


def write_logmel(path, vectors):
    size = len(next(iter(vectors.values())))
    with tables.Writer(sized(LOGMEL, feature=size), path) as writer:
        features = np.stack(list(vectors.values())).astype(np.float32)
        padded = np.zeros(len(vectors), np.int16)
        writer.write({"token_id": list(vectors), "padded_frames": padded, "feature": features})
