"""Human words in training: whose they are, which pictures they join, and who may not be heard."""

import numpy as np
import pandas as pd
import pytest

from seesay.learning import human_examples, training
from seesay.learning.examples import Inputs, load, prepare
from seesay.learning.text import write_types
from seesay.planning import config
from seesay.schemas.audio import HUMAN_WORDS, LOGMEL
from seesay.shared import tables
from seesay.shared.errors import InputError
from support.training import BEST, CPU, learnable, make, run, write_logmel
from support.workflow import values

# Of w0 three talkers, Ann with two tokens; of w1 one whom the test keeps; of w9 no caption.
PEOPLE = [
    ("h@ann.0", "Ann", "w0", "train"),
    ("h@ann.1", "Ann", "w0", "train"),
    ("h@ben.0", "Ben", "w0", "train"),
    ("h@cat.0", "Cat", "w0", "train"),
    ("h@dan.0", "Dan", "w1", "test"),
    ("h@eve.0", "Eve", "w9", "train"),
]


def rows(people):
    names = ["token_id", "talker", "spoken_word", "use"]
    frame = pd.DataFrame(people, columns=names).assign(source="h", recording_id="h", image_id="")
    return frame.assign(word=frame["spoken_word"], pos="noun", onset=0.0, offset=1.0)


@pytest.fixture
def heard(tmp_path):
    """A corpus that can be learnt, and people's words of it."""
    inputs = learnable(tmp_path)
    rng = np.random.default_rng(4)
    write_logmel(tmp_path / "people", {token: rng.normal(size=2840) for token, *_ in PEOPLE})
    tables.write(HUMAN_WORDS, tmp_path / "human", rows(PEOPLE))
    return Inputs(
        inputs.images,
        inputs.spoken_captions,
        inputs.fc7,
        [*inputs.logmel, tmp_path / "people"],
        tmp_path / "human",
    )


def joined(inputs, most, seed=1):
    return human_examples.join(
        inputs.images, inputs.spoken_captions, inputs.human_words, most, seed
    )


def test_pictures_get_so_many_tokens_of_their_words_by_different_talkers_first(heard):
    three = joined(heard, 3)
    # w0 is said of every fourth picture, and training has 16.
    assert sorted(set(three["image_id"])) == ["p00", "p04", "p08", "p12"]
    for _, tokens in three.groupby("image_id"):
        assert sorted(tokens["talker"]) == ["Ann", "Ben", "Cat"]
    assert {len(tokens) for _, tokens in joined(heard, 9).groupby("image_id")} == {4}
    assert set(three["spoken_word"]) == {"w0"}
    # Ann's two, by chance: with enough seeds both are drawn.
    drawn = {t for seed in range(9) for t in joined(heard, 3, seed)["token_id"]}
    assert drawn == {token for token, _, word, _ in PEOPLE if word == "w0"}
    pd.testing.assert_frame_equal(three, joined(heard, 3))


def test_one_token_a_word_is_anybody_s_with_even_chances(heard):
    talkers = np.array([0, 0, 0, 0, 1, 2])
    rng = np.random.default_rng(1)
    firsts = [human_examples.by_turns(talkers, 6, rng) for _ in range(3000)]
    # The first three are of three talkers, the fourth to sixth of the one with more.
    assert all(sorted(talkers[some[:3]]) == [0, 1, 2] for some in firsts)
    assert all((talkers[some[3:]] == 0).all() for some in firsts)
    share = np.mean([talkers[some[0]] == 1 for some in firsts])
    assert 0.1 < share < 0.4


def test_they_are_tokens_of_training_pictures_with_talkers_of_their_own(heard):
    plain, more = load(heard, "train"), load(heard, "train", more=joined(heard, 2))
    assert set(more[1].token_ids) - set(plain[1].token_ids) <= {t for t, *_ in PEOPLE}
    ids = more[1].token_ids
    for image_id, tokens in zip(more[2].image_ids, more[2].words, strict=True):
        people = [t for t in ids[tokens] if t.startswith("h@")]
        assert len(people) == (2 if image_id in ("p00", "p04", "p08", "p12") else 0)
        # The picture's own kind, all of them: the types agree.
        assert len(set(more[3][tokens])) == 1
    voices = dict(zip(ids, more[1].talkers, strict=True))
    assert len({voices["h@ben.0"], voices["h@cat.0"], voices["r@0.000"]}) == 3
    network = training.start(make(), more[0].features, more[1].features, "model", 1)
    data = prepare(network, *more, "tokens", CPU)
    assert [list(rows) for rows in data.excluded] == [list(rows) for rows in data.pairs.words]
    held = load(heard, "validation")[1].token_ids
    assert not any(token.startswith("h@") for token in held)


def test_the_control_reads_them_and_not_the_test_s(heard, tmp_path):
    write_types(heard.spoken_captions, heard.logmel, tmp_path / "text", [heard.human_words])
    found = tables.read(LOGMEL, tmp_path / "text").set_index("token_id")["feature"]
    assert {t for t in found.index if t.startswith("h@")} == {
        t for t, *_, use in PEOPLE if use == "train"
    }
    np.testing.assert_array_equal(found["h@ann.0"], found["r@0.000"])
    assert found["h@eve.0"].sum() == 1
    write_types(heard.spoken_captions, heard.logmel, tmp_path / "plain")
    assert not any(t.startswith("h@") for t in tables.read(LOGMEL, tmp_path / "plain")["token_id"])


def test_training_with_them_is_another_and_a_seed_gives_the_same_bytes(heard, tmp_path):
    for name, count in (("none", 0), ("one", 2), ("two", 2)):
        run(heard, tmp_path / name / "m", **BEST | {"criterion": "loss", "human_words": count})
    none, one, two = (
        (tmp_path / name / "m" / "model.safetensors").read_bytes()
        for name in ("none", "one", "two")
    )
    assert none != one == two


def test_nobody_to_hear_is_one_line(heard, tmp_path):
    tables.write(HUMAN_WORDS, heard.human_words, rows(PEOPLE).assign(use="test"))
    with pytest.raises(InputError, match="human: every talker is the test's, so training"):
        run(heard, tmp_path / "m", **BEST, human_words=1)


@pytest.mark.parametrize(
    ("evaluation", "message"),
    [
        ({}, "human_words is 2, and evaluation.human names no corpus"),
        ({"human_talkers": 1.0}, "evaluation.human_talkers 1: every talker is the test's"),
        ({"human_talkers": 0.5}, ""),
    ],
)
def test_a_config_with_nobody_to_hear_is_one_line(evaluation, message):
    given = values()
    given["experiments"] = {"people": {"training": {"human_words": 2}}}
    given["listen"] = given["listen"] | {"experiment": None}
    if evaluation:
        corpus = {"name": "h", "reader": "isolated", "path": "somewhere"}
        given["evaluation"] = given["evaluation"] | evaluation | {"human": [corpus]}
    if message:
        with pytest.raises(InputError, match=f"experiments.people.training: .*{message}"):
            config.load(given)
    else:
        assert config.load(given).section_of("people", "training").human_words == 2
