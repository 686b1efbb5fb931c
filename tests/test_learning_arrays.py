"""Training and embedding from arrays: the bits of a run's model, and mistakes in one line."""

import numpy as np
import pandas as pd
import pytest
import torch

from seesay.learning import arrays, embed, embedding, load, train
from seesay.model.network import Network
from seesay.schemas.audio import LOGMEL
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.schemas.vision import FC7, IMAGES
from seesay.settings.augmentation import Frames
from seesay.settings.logmel import LogmelSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from support.training import BEST, CPU, SETTINGS, learnable, make, run

GATE = BEST | {"context": "gate", "context_dropout": 0.3, "dropout": 0.2}
ROUNDS = BEST | {"pseudo_words": 4, "pseudo_rounds": 2, "semantic_term": 0.5, "word_term": 0.5}
NOISY = BEST | {"noise": 0.3, "time_mask": 3, "speech_norm": "instance", "speech_encoder": "conv"}
RECIPES = {"paper": {}, "gate": GATE, "pseudo-words": ROUNDS, "noisy": NOISY}


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return learnable(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def given(inputs):
    """The corpus as arrays, in an order of its own: fragments of a picture stay in theirs."""
    images = tables.read(IMAGES, inputs.images)
    spoken = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    fc7, logmel = tables.read(FC7, inputs.fc7), tables.read(LOGMEL, inputs.logmel)
    fc7 = fc7.sort_values(["region", "image_id"], ascending=[True, False])
    logmel = logmel.sample(frac=1, random_state=1)
    return {
        "images": np.stack(fc7["feature"]),
        "image_ids": fc7["image_id"],
        "words": np.stack(logmel["feature"]),
        "token_ids": logmel["token_id"].to_numpy(),
        "pairs": spoken.sample(frac=1, random_state=2),
        "splits": images.set_index("image_id")["split"],
    }


@pytest.mark.parametrize("name", RECIPES)
def test_a_model_of_arrays_is_that_of_the_workflow_bit_for_bit(name, inputs, given, tmp_path):
    recipe, logmel = RECIPES[name], LogmelSettings(normalise="recording")
    frames = Frames.model_validate(logmel.model_dump(include=set(Frames.model_fields)))
    run(inputs, tmp_path / "run", seed=3, frames=frames, **recipe)
    before = {key: np.array(value) for key, value in given.items() if key in ("images", "words")}
    torch.manual_seed(7)
    drawn = torch.rand(1)
    torch.manual_seed(7)
    made = train(**given, seed=3, log_mel={"normalise": "recording"}, **(SETTINGS | recipe))
    assert torch.rand(1) == drawn  # the caller's random numbers stay as they were
    wanted = load(tmp_path / "run")
    for key, value in wanted.network.state_dict().items():
        assert torch.equal(made.network.state_dict()[key], value), key
    assert made.settings == wanted.settings
    columns = made.history.columns.drop("seconds")
    pd.testing.assert_frame_equal(made.history[columns], wanted.history[columns])
    assert made.history["kept"].any()
    for key, value in before.items():
        np.testing.assert_array_equal(given[key], value)  # training overwrites a copy

    fc7, logmel = tables.read(FC7, inputs.fc7), tables.read(LOGMEL, inputs.logmel)
    tables_of = [tmp_path / "images", tmp_path / "words"]
    embedding.embed([(tmp_path / "run" / "model.safetensors", *tables_of)], inputs, CPU)
    for (table, path), mine in zip(
        ((IMAGE_EMBEDDINGS, tables_of[0]), (WORD_EMBEDDINGS, tables_of[1])),
        (
            embed(made, images=np.stack(fc7["feature"]), image_ids=fc7["image_id"]),
            embed(made, words=np.stack(logmel["feature"])),
        ),
        strict=True,
    ):
        stage = tables.matrix(next(tables.batches(table, path)).column("embedding"))
        np.testing.assert_array_equal(mine[: len(stage)], stage)
        assert (mine.dtype, mine.shape[1]) == (np.float32, 8)


def test_the_fragments_of_one_picture_need_no_ids(given):
    model = train(**given, **(SETTINGS | GATE | {"max_epochs": 1}))
    rows = given["images"][given["image_ids"].to_numpy() == "p03"]
    rows.flags.writeable = False
    np.testing.assert_array_equal(embed(model, rows), embed(model, rows, image_ids=["p"] * 3))
    assert not np.array_equal(embed(model, rows)[1:], embed(model, rows[1:]))
    assert repr(model) == f"Model(6 and 2840 numbers to 8, epoch {kept(model)} of 1)"


def test_numbers_serve_as_ids_and_other_splits_are_left_out(given):
    numbers = {name: int(name[1:]) for name in given["splits"].index}
    places = {name: place for place, name in enumerate(given["token_ids"])}
    other = given | {
        "image_ids": [numbers[name] for name in given["image_ids"]],
        "token_ids": np.arange(len(places)),
        "pairs": given["pairs"].assign(
            image_id=given["pairs"]["image_id"].map(numbers),
            token_id=given["pairs"]["token_id"].map(places),
        ),
        "splits": {numbers[name]: split for name, split in given["splits"].items()},
    }
    made = train(**other, **SETTINGS)
    assert repr(made) == f"Model(6 and 2840 numbers to 8, epoch {kept(made)} of 4)"
    without = given["splits"] != "test"
    there = given["image_ids"].isin(given["splits"].index[without]).to_numpy()
    said = given["pairs"][given["pairs"]["image_id"].isin(given["splits"].index[without])]
    part = {"images": given["images"][there], "image_ids": given["image_ids"][there]}
    alone = train(**(given | part | {"pairs": said}), **SETTINGS)
    whole = train(**given, **SETTINGS)
    for key, value in whole.network.state_dict().items():
        assert torch.equal(alone.network.state_dict()[key], value), key


def kept(model):
    return model.history.loc[model.history["kept"], "epoch"].iloc[0]


def test_a_model_without_a_history_is_loaded(inputs, tmp_path):
    run(inputs, tmp_path / "run")
    (tmp_path / "run" / "history.parquet").unlink()
    model = load(tmp_path / "run")
    assert model.history.empty
    assert isinstance(model.network, Network)
    assert repr(model) == "Model(6 and 2840 numbers to 8)"
    with pytest.raises(InputError, match=r"nowhere/settings.json: no such file; it lies beside"):
        load(tmp_path / "nowhere")


# ---- mistakes


def changed(given, **changes):
    """Arguments of train with some replaced; a function is given the old value."""
    new = {key: each(given[key]) if callable(each) else each for key, each in changes.items()}
    return SETTINGS | given | new


def pairs(**columns):
    """Values of the first pair replaced."""

    def change(frame):
        frame = frame.reset_index(drop=True).astype(dict.fromkeys(columns, object))
        for name, value in columns.items():
            frame.loc[0, name] = value
        return frame

    return {"pairs": change}


def at(row, value):
    def change(array):
        array = np.array(array)
        array[row] = value
        return array

    return change


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"images": lambda a: a[0]}, r"images: shape \(6,\), expected \(fragments, d\)"),
        ({"images": at((3, 2), np.nan)}, r"images: 1 numbers are not finite .* at \[3, 2\]"),
        ({"images": lambda a: a.astype(object)}, "images: dtype object, expected numbers"),
        ({"words": lambda a: a.ravel()}, r"words: shape \(\d+,\), expected \(words, size\)"),
        ({"words": at((0, 1), -np.inf)}, r"words: 1 numbers are not finite .* at \[0, 1\]"),
        ({"words": lambda a: a[1:]}, r"token_ids: shape \(96,\), expected \(95,\)"),
        ({"image_ids": lambda a: a[:-2]}, r"image_ids: shape \(70,\), expected \(72,\)"),
        ({"image_ids": lambda a: at(4, None)(a.astype(object))}, "image_ids: row 4 is missing"),
        ({"image_ids": at(5, "q")}, "image_ids: row 5 is q, which splits lacks; add its split"),
        ({"token_ids": lambda a: at(9, a[2])(a)}, "token_ids: row 9 is r@.*, as an earlier one"),
        ({"pairs": lambda a: a[:0]}, "pairs: no rows, expected one a picture and word"),
        ({"pairs": lambda a: a.drop(columns="talker")}, "pairs: columns .*; missing: talker"),
        ({"pairs": lambda a: a.to_dict()}, "pairs: dict, expected a data frame with image_id, tok"),
        (pairs(image_id="q"), "pairs: row 0 has the image_id q, which image_ids lacks; add its v"),
        (pairs(token_id="r"), "pairs: row 0 has the token_id r, which token_ids lacks; add its v"),
        (pairs(talker=None), "pairs: column talker is missing in row 0, expected a value"),
        (
            {"pairs": lambda a: pd.concat([a, a[:1].assign(spoken_word="w9")])},
            r"pairs: row 96 has the token r@.* as w9, an earlier one as w\d; expected",
        ),
        ({"splits": ["train"]}, "splits: list, expected a mapping from image_id to split"),
        (
            {"splits": lambda a: a.replace("validation", "test")},
            "splits: no picture of pairs is in validation; expected some in train and some in val",
        ),
        ({"seed": 1.5}, "seed: 1.5, expected a whole number"),
        ({"device": "gpu"}, "--device gpu: not a device"),
        ({"embeding": 8}, "options: embeding: Extra inputs .*did you mean embedding?"),
        ({"embedding": "wide"}, "options: embedding: .* got 'wide'"),
        ({"spare_words": 3}, "options: spare_words finds words in a run's tables; add them to w"),
        ({"log_mel": {"filter": 8}}, "log_mel: filter: Extra inputs"),
        ({"log_mel": {"filters": 8}, **NOISY}, "options: filters is 40, and logmel.filters 8"),
        (
            {"words": lambda a: a[:, :2800], **NOISY},
            "words: 2800 numbers each, but 71 frames of 40 filters have 2840; give log_mel the opt",
        ),
        (
            {"log_mel": {"normalise": "token"}, **NOISY},
            "options: noise needs frames that say how loud a sound is, and logmel.normalise token",
        ),
    ],
)  # fmt: skip
def test_a_mistake_names_the_argument_the_row_and_the_remedy(changes, message, given):
    with pytest.raises(InputError, match=f"^{message}") as error:
        train(**changed(given, **changes))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "images, words: expected one of the two"),
        ({"images": np.ones((2, 6)), "words": np.ones((2, 9))}, "images, words: expected one of"),
        ({"images": np.ones((2, 5))}, r"images: shape \(2, 5\), expected \(fragments, 6\)"),
        ({"words": np.ones((2, 5))}, r"words: shape \(2, 5\), expected \(words, 9\)"),
        ({"words": np.full((2, 9), np.nan)}, "words: 18 numbers are not finite"),
        ({"words": np.full((2, 9), None)}, "words: dtype object, expected numbers"),
        ({"images": np.ones((2, 6)), "image_ids": ["a"]}, r"image_ids: shape \(1,\), expected \(2"),
        ({"images": np.ones((1, 6)), "image_ids": [None]}, "image_ids: row 0 is missing, expected"),
    ],
)  # fmt: skip
def test_a_mistake_in_embedding_is_one_line(asked, message):
    settings = make(context="gate")
    model = arrays.Model(Network(settings, 12, 9).eval(), settings.model_dump(), pd.DataFrame())
    with pytest.raises(InputError, match=f"^{message}") as error:
        embed(model, **asked)
    assert "\n" not in str(error.value)
    with pytest.raises(InputError, match=r"^model: str, expected what train or load returns"):
        embed("results/training/paper/model/1", **asked)
