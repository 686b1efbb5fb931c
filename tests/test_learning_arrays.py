"""Embedding from arrays: the bits of a run's tables, and mistakes in one line."""

import numpy as np
import pandas as pd
import pytest

from seesay.learning import arrays, embed, embedding, load
from seesay.model.network import Network
from seesay.schemas.audio import LOGMEL
from seesay.schemas.learning import HISTORY, IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.schemas.vision import FC7
from seesay.shared import tables
from seesay.shared.errors import InputError
from support.training import CPU, learnable, make, run


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return learnable(tmp_path_factory.mktemp("corpus"))


@pytest.mark.parametrize("context", ["none", "gate"])
def test_embeddings_are_those_of_the_stage_bit_for_bit(context, inputs, tmp_path):
    history = run(inputs, tmp_path / "run", context=context, max_epochs=1)
    model = load(tmp_path / "run")
    assert repr(model) == "Model(6 and 2840 numbers to 8, epoch 1 of 1)"
    assert model.settings == make(context=context, max_epochs=1).model_dump(mode="json")
    columns = [name for name in history if name not in HISTORY.key[:3]]
    pd.testing.assert_frame_equal(model.history, history[columns])
    fc7, logmel = tables.read(FC7, inputs.fc7), tables.read(LOGMEL, inputs.logmel)
    names = [tmp_path / "images", tmp_path / "words"]
    embedding.embed(tmp_path / "run" / "model.safetensors", inputs, *names, CPU)
    for table, path, found in (
        (
            IMAGE_EMBEDDINGS,
            names[0],
            embed(model, images=np.stack(fc7["feature"]), image_ids=fc7["image_id"]),
        ),
        (WORD_EMBEDDINGS, names[1], embed(model, words=np.stack(logmel["feature"]))),
    ):
        stage = tables.matrix(next(tables.batches(table, path)).column("embedding"))
        np.testing.assert_array_equal(found, stage)
        assert (found.dtype, found.shape[1]) == (np.float32, 8)


def test_the_fragments_of_one_picture_need_no_ids(inputs, tmp_path):
    run(inputs, tmp_path / "run", context="gate", max_epochs=1)
    model = load(tmp_path / "run")
    rows = np.stack(tables.read(FC7, inputs.fc7)["feature"][:3])
    rows.flags.writeable = False
    np.testing.assert_array_equal(embed(model, rows), embed(model, rows, image_ids=["p"] * 3))
    assert not np.array_equal(embed(model, rows)[1:], embed(model, rows[1:]))


def test_a_model_without_a_history_is_loaded(inputs, tmp_path):
    run(inputs, tmp_path / "run")
    (tmp_path / "run" / "history.parquet").unlink()
    model = load(tmp_path / "run")
    assert model.history.empty
    assert isinstance(model.network, Network)
    assert repr(model) == "Model(6 and 2840 numbers to 8)"
    with pytest.raises(InputError, match=r"nowhere/settings.json: no such file; it lies beside"):
        load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "images, words: wants one of the two"),
        ({"images": np.ones((2, 6)), "words": np.ones((2, 9))}, "images, words: wants one of"),
        ({"images": np.ones((2, 5))}, r"images: shape \(2, 5\), wants \(fragments, 6\)"),
        ({"words": np.ones((2, 5))}, r"words: shape \(2, 5\), wants \(words, 9\)"),
        ({"words": np.full((2, 9), np.nan)}, "words: 18 numbers are not finite"),
        ({"words": np.full((2, 9), None)}, "words: dtype object, wants numbers"),
        ({"images": np.ones((2, 6)), "image_ids": ["a"]}, r"image_ids: shape \(1,\), wants \(2,\)"),
        ({"images": np.ones((1, 6)), "image_ids": [None]}, "image_ids: row 0 is missing, wants an"),
    ],
)  # fmt: skip
def test_a_mistake_in_embedding_is_one_line(asked, message):
    settings = make(context="gate")
    model = arrays.Model(Network(settings, 12, 9).eval(), settings.model_dump(), pd.DataFrame())
    with pytest.raises(InputError, match=f"^{message}") as error:
        embed(model, **asked)
    assert "\n" not in str(error.value)
    with pytest.raises(InputError, match=r"^model: str, wants what load returns"):
        embed("results/training/paper/model/1", **asked)
