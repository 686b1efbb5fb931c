"""Replacement by hand; one talker a caption, no token twice, everything accounted for."""

from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seesay.matching import match
from seesay.replacement import length_class, replace
from seesay.settings.matching import MatchingSettings

SETTINGS = MatchingSettings(speakers="balanced", reuse="never", relax=(), seed=0)


def frame(rows):
    return pd.DataFrame(rows, columns=["word", "pos", "count"]).set_index("word")


CAPTIONS = frame([("dog", "NOUN", 9), ("cat", "NOUN", 5), ("cow", "NOUN", 2), ("red", "ADJ", 4)])
SPOKEN = frame(
    [
        ("dog", "NOUN", 30),
        ("fact", "NOUN", 20),
        ("deed", "NOUN", 3),
        ("meeting", "NOUN", 25),
        ("calm", "ADJ", 2),
    ]
)


def test_a_worked_example():
    # Caption nouns by relative rank: dog 1/3, cat 2/3, cow 3/3. Spoken: dog 1/4, meeting 2/4,
    # fact 3/4, deed 4/4. Of three or four letters and free are fact and deed: cat takes the
    # nearer, fact (|2/3 - 3/4|), and cow what is left.
    table = replace(CAPTIONS, SPOKEN, ()).set_index("word")
    assert table["spoken_word"].to_dict() == {
        "dog": "dog", "cat": "fact", "cow": "deed", "red": "calm"
    }  # fmt: skip
    assert table.loc["dog", "step"] == "as itself"
    assert table.loc["cat", "step"] == "matched"
    assert table["frequency_rank"].to_dict() == {"dog": 1, "cat": 2, "cow": 3, "red": 1}


def test_no_candidate_and_the_steps_of_relaxing():
    captions = frame([("butterflies", "NOUN", 3), ("quickly", "ADV", 1)])
    table = replace(captions, SPOKEN, ()).set_index("word")
    assert table["step"].tolist() == ["no candidate"] * 2
    table = replace(captions, SPOKEN, ("length",)).set_index("word")
    assert table.loc["butterflies", ["spoken_word", "step"]].tolist() == [
        "meeting",
        "relaxed length",
    ]
    assert table.loc["quickly", "step"] == "no candidate"
    table = replace(captions, SPOKEN, ("length", "pos")).set_index("word")
    assert table.loc["quickly", "step"] == "relaxed pos"


def test_length_classes():
    assert [length_class("x" * n) for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 30)] == [
        0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5
    ]  # fmt: skip


words = st.text("abcdefgh", min_size=1, max_size=8)
tables = st.dictionaries(
    words, st.tuples(st.sampled_from(["NOUN", "VERB"]), st.integers(1, 99)), min_size=1, max_size=12
)


@given(captions=tables, spoken=tables)
def test_replacement_is_one_to_one_and_never_a_caption_word(captions, spoken):
    left, right = (
        frame([(word, *values) for word, values in sorted(table.items())])
        for table in (captions, spoken)
    )
    table = replace(left, right, ("length", "frequency", "pos"))
    assert sorted(table["word"]) == sorted(captions)
    said = table.loc[table["spoken_word"] != "", "spoken_word"]
    assert said.is_unique
    others = table[table["spoken_word"] != table["word"]]
    assert not set(others["spoken_word"]) & set(captions)


def corpus(sentences, tokens):
    """Captions as lists of (split, words), tokens as lists of (talker, word)."""
    rows = [
        (f"p{n}", 0, position, word, word, split)
        for n, (split, text) in enumerate(sentences)
        for position, word in enumerate(text)
    ]
    names = ["image_id", "caption", "position", "word", "spoken_word", "split"]
    said = [(f"{talker}@{n}", talker, word) for n, (talker, word) in enumerate(tokens)]
    return (
        pd.DataFrame(rows, columns=names),
        pd.DataFrame(said, columns=["token_id", "talker", "spoken_word"]),
    )


@given(
    sentences=st.lists(
        st.tuples(
            st.sampled_from(["train", "test"]),
            st.lists(st.sampled_from("abc"), min_size=1, max_size=3),
        ),
        min_size=1,
        max_size=6,
    ),
    tokens=st.lists(
        st.tuples(st.sampled_from(["F01", "M01"]), st.sampled_from("abc")), min_size=3, max_size=14
    ),
    speakers=st.sampled_from(["best", "balanced", "all"]),
    reuse=st.sampled_from(["never", "within_split"]),
)
def test_properties_of_matching(sentences, tokens, speakers, reuse):
    tokens = [*tokens, *[("F01", word) for word in "abc"]]
    captions, said = corpus(sentences, tokens)
    settings = MatchingSettings(speakers=speakers, reuse=reuse, relax=(), seed=0)
    found, refused = match(captions, said, {"F01": 3, "M01": 2}, settings)
    talker_of = said.set_index("token_id")["talker"]
    assert (talker_of.loc[found["token_id"]].to_numpy() == found["talker"].to_numpy()).all()
    word_of = said.set_index("token_id")["spoken_word"]
    assert (word_of.loc[found["token_id"]].to_numpy() == found["spoken_word"].to_numpy()).all()
    splits = captions.drop_duplicates("image_id").set_index("image_id")["split"]
    uses = found.assign(split=found["image_id"].map(splits))
    assert (uses.groupby("token_id")["split"].nunique() == 1).all()
    if reuse == "never":
        assert found["token_id"].is_unique
    each = found.groupby(["image_id", "caption", "talker"])
    assert (each["token_id"].nunique() == each["token_id"].size()).all()
    told = set(found["image_id"]) | {name.split("#")[0] for _, name, _ in refused}
    assert told == set(captions["image_id"])
    for (image_id, _, _), group in each:
        wanted = captions.loc[captions["image_id"] == image_id, "word"]
        assert Counter(group["word"]) == Counter(wanted)


def test_a_caption_that_nobody_can_say_tells_what_is_missing():
    captions, said = corpus([("train", ["a", "b"])], [("F01", "a"), ("M01", "b")])
    found, refused = match(captions, said, {"F01": 1, "M01": 1}, SETTINGS)
    assert found.empty
    assert refused[0][1] == "p0#0"
    assert "lacks" in refused[0][2]


@pytest.mark.parametrize(("speakers", "talkers"), [("best", {"F01"}), ("balanced", {"F01", "M01"})])
def test_who_speaks(speakers, talkers):
    captions, said = corpus([("train", ["a"])] * 4, [("F01", "a")] * 4 + [("M01", "a")] * 4)
    settings = MatchingSettings(speakers=speakers, reuse="never", relax=(), seed=0)
    found, _ = match(captions, said, {"F01": 2, "M01": 1}, settings)
    assert set(found["talker"]) == talkers
