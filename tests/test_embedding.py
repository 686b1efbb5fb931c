"""Every id gets the embedding of its own features, whatever order the shards hold them in."""

import numpy as np
import pandas as pd
import torch

from seesay.learning import embedding, training
from seesay.learning.examples import Inputs, pair
from seesay.learning.features import load_fragments, load_words
from seesay.schemas.audio import LOGMEL
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.schemas.vision import FC7, IMAGES
from seesay.settings.training import TrainingSettings
from seesay.shared import tables

CPU = torch.device("cpu")
SETTINGS = TrainingSettings(
    embedding=8, image_layers=(), speech_layers=(16,), relu_cap=6, init_gain=1, reduction="mean",
    standardise="train", negatives="tokens", rho=0.95, eps=1e-6, l2=1e-4, max_norm=6, max_epochs=1,
    patience=1,
)  # fmt: skip
RNG = np.random.default_rng(5)
FRAGMENTS = {
    (image, region): RNG.normal(size=6).astype(np.float32) for image in "cab" for region in (2, 0)
}
TOKENS = {f"r@{n}": RNG.normal(size=10).astype(np.float32) for n in (3, 1, 0, 2, 4)}
UNUSED = "r@4"


def shard(table, path, rows, size):
    with tables.Writer(tables.sized(table, feature=size), path) as writer:
        frame = pd.DataFrame(rows, columns=[column.name for column in table.columns])
        columns = frame.drop(columns="feature").to_dict("series")
        writer.write({**columns, "feature": np.stack(frame["feature"])})
    return path


def make(folder):
    images = [(name, "x.jpg", "0", 9, 9, split) for name, split in zip("abc", "tvx", strict=True)]
    splits = {"t": "train", "v": "validation", "x": "test"}
    images = [(*row[:-1], splits[row[-1]]) for row in images]
    spoken = [
        ("a", 0, "F1", 0, "dog", "dog", "r@2"),
        ("a", 1, "F1", 0, "dog", "dog", "r@2"),
        ("b", 0, "F1", 0, "cat", "cat", "r@0"),
        ("c", 0, "F1", 0, "cat", "cat", "r@1"),
        ("c", 0, "F1", 1, "dog", "dog", "r@3"),
    ]
    for table, name, rows in ((IMAGES, "images", images), (SPOKEN_CAPTIONS, "spoken", spoken)):
        columns = [column.name for column in table.columns]
        tables.write(table, folder / name, pd.DataFrame(rows, columns=columns))
    fragments = [(*key, 0.5, vector) for key, vector in FRAGMENTS.items()]
    tokens = [(key, 0, vector) for key, vector in TOKENS.items()]
    return Inputs(
        folder / "images",
        folder / "spoken",
        [shard(FC7, folder / f"f{n}", fragments[n::2], 6) for n in (1, 0)],
        [shard(LOGMEL, folder / f"l{n}", tokens[n::2], 10) for n in (1, 0)],
    )


def test_features_are_sorted_by_id_across_shards(tmp_path):
    inputs = make(tmp_path)
    fragments = load_fragments(inputs.fc7, {"a", "c"})
    keys = list(fragments.keys.itertuples(index=False, name=None))
    assert keys == [("a", 0), ("a", 2), ("c", 0), ("c", 2)]
    np.testing.assert_array_equal(
        fragments.features.rows(slice(None)), np.stack([FRAGMENTS[key] for key in keys])
    )
    words = load_words(inputs.logmel, ["r@3", "r@0", "r@3", "r@9"])
    assert words.token_ids.tolist() == ["r@0", "r@3"]
    np.testing.assert_array_equal(
        words.features.rows(slice(None)), np.stack([TOKENS["r@0"], TOKENS["r@3"]])
    )


def test_a_picture_is_paired_with_its_own_rows(tmp_path):
    inputs = make(tmp_path)
    images = tables.read(IMAGES, inputs.images)
    spoken = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    fragments = load_fragments(inputs.fc7, set("abc"))
    words = load_words(inputs.logmel, spoken["token_id"].tolist())
    pairs = pair(images, spoken, fragments, words)
    assert pairs.image_ids == ["a", "b", "c"]
    assert [words.token_ids[rows].tolist() for rows in pairs.words] == [
        ["r@2"], ["r@0"], ["r@1", "r@3"],
    ]  # fmt: skip
    for image_id, rows in zip(pairs.image_ids, pairs.fragments, strict=True):
        assert fragments.keys.iloc[rows]["image_id"].unique().tolist() == [image_id]


def test_each_id_gets_the_embedding_of_its_features(tmp_path):
    inputs = make(tmp_path)
    model = tmp_path / "m" / "model.safetensors"
    store, models = tmp_path / "store", {"untrained": model}
    training.train(inputs, None, models, store, SETTINGS, "paper", 1, CPU)
    images, words = tmp_path / "images_out", tmp_path / "words_out"
    embedding.embed(model, inputs, images, words, CPU)
    network = embedding.load_network(model.parent, CPU)
    found = tables.read(IMAGE_EMBEDDINGS, images)
    assert len(found) == len(FRAGMENTS)
    for row in found.itertuples():
        feature = torch.from_numpy(FRAGMENTS[row.image_id, row.region])[None]
        np.testing.assert_allclose(
            row.embedding, network.embed_images(feature)[0].detach(), rtol=1e-4, atol=1e-6
        )
    found = tables.read(WORD_EMBEDDINGS, words)
    assert set(found["token_id"]) == set(TOKENS) - {UNUSED}
    for row in found.itertuples():
        feature = torch.from_numpy(TOKENS[row.token_id])[None]
        np.testing.assert_allclose(
            row.embedding, network.embed_words(feature)[0].detach(), rtol=1e-4, atol=1e-6
        )
