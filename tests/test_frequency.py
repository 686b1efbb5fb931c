"""The prior: words by how often the training captions use them, counted by a loop."""

import numpy as np
import pytest

from seesay.exhibits.gallery import embeddings
from seesay.learning.frequency import embed_prior
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.schemas.scoring import RANKS
from seesay.schemas.vision import IMAGES
from seesay.scoring.evaluation import evaluate
from seesay.settings.evaluation import EvaluationSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from support.embeddings import make

# picture, token, spoken word: a dog is said three times in training, an item once, a cow never.
USES = [
    ("a", "r@0", "dog"), ("a", "r@1", "dog"), ("b", "r@1", "dog"), ("b", "r@2", "item"),
    ("c", "r@3", "item"), ("c", "r@4", "cow"), ("c", "lost", "dog"), ("d", "r@0", "dog"),
]  # fmt: skip
SPLITS = {"a": "train", "b": "train", "c": "test", "d": "test"}


def embedded(folder, splits=SPLITS):
    inputs = make(folder)
    tables.write(
        IMAGES, inputs.images,
        {"image_id": list(splits), "path": "x.jpg", "digest": "0", "width": 9, "height": 9,
         "split": list(splits.values())},
    )  # fmt: skip
    tables.write(
        SPOKEN_CAPTIONS, inputs.spoken_captions,
        {"image_id": [use[0] for use in USES], "caption": 0, "talker": "t",
         "position": list(range(len(USES))), "word": [use[2] for use in USES],
         "spoken_word": [use[2] for use in USES], "token_id": [use[1] for use in USES]},
    )  # fmt: skip
    images, words = folder / "images.parquet", folder / "words.parquet"
    embed_prior(inputs.images, inputs.spoken_captions, inputs.fc7, inputs.logmel, images, words)
    return inputs, images, words


def test_tokens_are_placed_by_the_training_captions_alone(tmp_path):
    _, images, words = embedded(tmp_path)
    keys, vectors = embeddings(WORD_EMBEDDINGS, words)
    # The token without a log-Mel vector is left out, and the captions of c and d do not count.
    shares = dict(zip(keys["token_id"], vectors[:, 0].tolist(), strict=True))
    assert shares == pytest.approx({"r@0": 1, "r@1": 1, "r@2": 1 / 3, "r@3": 1 / 3, "r@4": 0})
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5))
    keys, vectors = embeddings(IMAGE_EMBEDDINGS, images)
    assert keys.to_numpy().tolist() == [["a", 0], ["a", 2], ["b", 0], ["b", 2], ["c", 0], ["c", 2]]
    assert (vectors == [1, 0]).all()


def test_every_query_finds_the_most_frequent_word_first(tmp_path):
    """Test tokens: a dog (1), an item (1/3), a cow (0); the picture c has the last two."""
    inputs, images, words = embedded(tmp_path)
    ranks = tmp_path / "ranks.parquet"
    settings = EvaluationSettings(galleries=("test",), tasks=("word_token_by_image",))
    parts = (images, words, inputs.spoken_captions, inputs.images)
    evaluate(*parts, ranks, settings, "paper", "frequency", 1)
    found = tables.read(RANKS, ranks)
    assert found["query"].to_list() == ["c#0", "c#2"]
    assert found["rank"].to_list() == [2, 2]


def test_no_training_caption_ends_in_one_line(tmp_path):
    with pytest.raises(InputError, match="no spoken caption of a training picture"):
        embedded(tmp_path, dict.fromkeys(SPLITS, "test"))
