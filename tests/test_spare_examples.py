"""Tokens that no caption uses, in training: whose they are, and which pictures they join."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from seesay.learning import spare_examples
from seesay.learning.text import write_types
from seesay.schemas.audio import LOGMEL, SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.shared import tables
from support.training import BEST, learnable, run, write_logmel

# The talker of the training captions has three of w0 to spare, under one form that captions use and
# one that they use as another type; a talker of the test split alone has one; nobody uses "um".
SPARE = [
    ("s@0", "F01", "w0"),
    ("s@1", "F01", "w0"),
    ("s@2", "F02", "w0"),
    ("s@3", "F01", "w1s"),
    ("s@4", "F09", "w0"),
    ("s@5", "F01", "um"),
]


@pytest.fixture
def heard(tmp_path):
    """A corpus that can be learnt, with spare tokens. F09 says the test's captions alone."""
    inputs = learnable(tmp_path)
    spoken = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    spoken.loc[spoken["image_id"] == "p00", "talker"] = "F02"
    spoken.loc[spoken["image_id"] == "p20", "talker"] = "F09"
    tables.write(SPOKEN_CAPTIONS, inputs.spoken_captions, spoken)
    used = spoken[["token_id", "talker", "spoken_word"]].rename(columns={"spoken_word": "word"})
    used["word"] = used["word"].replace("w1", "w1s")
    every = pd.concat([used, pd.DataFrame(SPARE, columns=used.columns)], ignore_index=True)
    every = every.assign(recording_id="r", onset=0.0, offset=1.0)
    tables.write(SPOKEN_WORDS, tmp_path / "speech", every)
    rng = np.random.default_rng(4)
    write_logmel(tmp_path / "spare", {token: rng.normal(size=2840) for token, *_ in SPARE})
    return replace(
        inputs, logmel=[*inputs.logmel, tmp_path / "spare"], spoken_words=tmp_path / "speech"
    )


def joined(inputs, least, seed=1):
    return spare_examples.join(
        inputs.images, inputs.spoken_captions, inputs.spoken_words, least, seed
    )


def test_a_type_is_filled_up_to_so_many_tokens_by_different_talkers_first(heard):
    # Each of the four types has 16 training tokens, 4 in each of its 4 pictures.
    assert joined(heard, 16).empty
    two = joined(heard, 18)
    assert set(two.columns) == {"token_id", "spoken_word", "talker", "image_id"}
    assert two.groupby("spoken_word").size().to_dict() == {"w0": 2, "w1": 1}
    assert set(two.loc[two["spoken_word"] == "w0", "talker"]) == {"F01", "F02"}
    every = joined(heard, 99)
    # The test's talker is held out, and "um" is no caption's word.
    assert sorted(every["token_id"]) == ["s@0", "s@1", "s@2", "s@3"]
    assert every.set_index("token_id")["spoken_word"]["s@3"] == "w1"
    assert set(every.loc[every["spoken_word"] == "w0", "image_id"]) <= {"p00", "p04", "p08", "p12"}
    assert every.loc[every["spoken_word"] == "w0", "image_id"].is_unique
    pd.testing.assert_frame_equal(every, joined(heard, 99))
    drawn = {t for seed in range(9) for t in joined(heard, 17, seed)["token_id"]}
    assert {"s@0", "s@1", "s@2"} <= drawn


def test_the_control_reads_them(heard, tmp_path):
    write_types(
        heard.spoken_captions, heard.logmel, tmp_path / "text", spoken_words=[heard.spoken_words]
    )
    found = tables.read(LOGMEL, tmp_path / "text").set_index("token_id")["feature"]
    np.testing.assert_array_equal(found["s@0"], found["r@0.000"])
    np.testing.assert_array_equal(found["s@3"], found["r@1.000"])
    assert "s@5" not in found.index


def test_training_with_them_is_another_and_a_seed_gives_the_same_bytes(heard, tmp_path):
    for name, least in (("none", 0), ("few", 16), ("one", 20), ("two", 20)):
        run(heard, tmp_path / name / "m", **BEST | {"criterion": "loss", "spare_words": least})
    none, few, one, two = (
        (tmp_path / name / "m" / "model.safetensors").read_bytes()
        for name in ("none", "few", "one", "two")
    )
    assert none == few != one == two
