"""Every id gets the embedding of its own features, whatever order the shards hold them in."""

import numpy as np
import torch

from seesay.learning import embedding, training
from seesay.learning.examples import pair
from seesay.learning.features import load_fragments, load_words
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.schemas.vision import IMAGES
from seesay.settings.training import TrainingSettings
from seesay.shared import tables
from support.embeddings import FRAGMENTS, TOKENS, make
from support.stored import stored

CPU = torch.device("cpu")
SETTINGS = TrainingSettings(
    embedding=8, image_layers=(), speech_layers=(16,), relu_cap=6, init_gain=1, reduction="mean",
    standardise="train", negatives="tokens", rho=0.95, eps=1e-6, l2=1e-4, max_norm=6, max_epochs=1,
    patience=1,
)  # fmt: skip
UNUSED = "r@4"


def test_features_are_sorted_by_id_across_shards(tmp_path):
    inputs = make(tmp_path)
    fragments = load_fragments(inputs.fc7, {"a", "c"})
    keys = list(fragments.keys.itertuples(index=False, name=None))
    assert keys == [("a", 0), ("a", 2), ("c", 0), ("c", 2)]
    np.testing.assert_array_equal(
        fragments.features.rows(slice(None)), stored([FRAGMENTS[key] for key in keys])
    )
    words = load_words(inputs.logmel, ["r@3", "r@0", "r@3", "r@9"])
    assert words.token_ids.tolist() == ["r@0", "r@3"]
    np.testing.assert_array_equal(
        words.features.rows(slice(None)), stored([TOKENS["r@0"], TOKENS["r@3"]])
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
    embedding.embed([(model, images, words)], inputs, CPU)
    network = embedding.load_network(model.parent, CPU)
    found = tables.read(IMAGE_EMBEDDINGS, images)
    assert len(found) == len(FRAGMENTS)
    for row in found.itertuples():
        feature = torch.from_numpy(stored(FRAGMENTS[row.image_id, row.region]))[None]
        np.testing.assert_allclose(
            row.embedding, network.embed_images(feature)[0].detach(), rtol=1e-4, atol=1e-6
        )
    found = tables.read(WORD_EMBEDDINGS, words)
    assert set(found["token_id"]) == set(TOKENS) - {UNUSED}
    for row in found.itertuples():
        feature = torch.from_numpy(stored(TOKENS[row.token_id]))[None]
        np.testing.assert_allclose(
            row.embedding, network.embed_words(feature)[0].detach(), rtol=1e-4, atol=1e-6
        )
