"""The spoken word that stands for each caption word."""

from itertools import permutations

import pandas as pd
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from seesay.captions.dictionary import Dictionary
from seesay.captions.kinds import length_class
from seesay.captions.matching import used_names
from seesay.captions.replacement import ranks, replace, spoken_names
from support.captions import steps


def counted(**words: tuple[str, int]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(words, orient="index", columns=["pos", "count"])


def test_ranks_are_within_the_pos_and_ties_by_alphabet() -> None:
    rank, share = ranks(
        counted(dog=("NOUN", 5), cat=("NOUN", 9), bee=("NOUN", 5), ox=("NOUN", 1), run=("VERB", 2))
    )
    assert rank.to_dict() == {"cat": 1, "bee": 2, "dog": 3, "ox": 4, "run": 1}
    assert share.to_dict() == {"cat": 0.25, "bee": 0.5, "dog": 0.75, "ox": 1.0, "run": 1.0}


def test_replacement_worked_by_hand() -> None:
    captions = counted(
        # NOUN, shares of rank: man 1/5, dog 2/5, boat 3/5, lamp 4/5, zebra 5/5
        man=("NOUN", 50),
        dog=("NOUN", 40),
        boat=("NOUN", 30),
        lamp=("NOUN", 20),
        zebra=("NOUN", 10),
        runs=("VERB", 7),
    )
    spoken = counted(
        # NOUN, shares: idea 1/5, sum 2/5, man 3/5, law 4/5, cars 5/5
        idea=("NOUN", 90),
        sum=("NOUN", 80),
        man=("NOUN", 70),
        law=("NOUN", 60),
        cars=("NOUN", 50),
        asks=("VERB", 5),
    )
    table = replace(captions, spoken, {"car", "cars"}, (), 1.0)
    assert steps(table) == {
        "man": ("man", "as itself"),
        # dog (2/5) chooses first: sum (2/5) is nearer than idea (1/5).
        "dog": ("sum", "matched"),
        # boat (3/5): law (4/5) is nearer than idea (1/5); cars is a form that captions use.
        "boat": ("law", "matched"),
        # lamp (4/5): idea alone is left of its class of 3 and 4 letters.
        "lamp": ("idea", "matched"),
        "zebra": ("", "no candidate"),
        "runs": ("asks", "matched"),
    }
    of_lamp = table.set_index("word").loc["lamp"]
    assert (of_lamp["pos"], of_lamp["length"], of_lamp["frequency_rank"]) == ("NOUN", 4, 4)


def test_relaxing_goes_in_order_and_comes_after_every_strict_choice() -> None:
    # Shares: elephant 1/3, dog 2/3, cat 3/3; big 1.
    captions = counted(
        elephant=("NOUN", 9), dog=("NOUN", 5), cat=("NOUN", 1), big=("ADJ", 3), red=("ADJ", 2)
    )
    # Shares: law 1/3, idea 2/3, deed 3/3; go 1.
    spoken = counted(law=("NOUN", 9), idea=("NOUN", 8), deed=("NOUN", 7), go=("VERB", 2))
    strict = {"dog": ("idea", "matched"), "cat": ("deed", "matched")}
    none = ("", "no candidate")
    for relax, others in {
        (): [none, none, none],
        ("frequency",): [none, none, none],
        # The elephant is most frequent, but takes only what dog and cat have left.
        ("length",): [("law", "relaxed length"), none, none],
        ("length", "frequency"): [("law", "relaxed length"), none, none],
        ("pos",): [none, ("law", "relaxed pos"), none],
        ("pos", "length"): [none, ("law", "relaxed pos"), ("go", "relaxed length")],
        ("length", "pos"): [("law", "relaxed length"), ("go", "relaxed pos"), none],
    }.items():
        found = steps(replace(captions, spoken, set(), relax, 1.0))
        expected = strict | dict(zip(["elephant", "big", "red"], others, strict=True))
        if relax == ("pos", "length"):
            expected["elephant"], expected["red"] = ("go", "relaxed length"), none
        assert found == expected, relax


def test_a_tolerance_holds_until_frequency_is_relaxed() -> None:
    captions = counted(dog=("NOUN", 5), man=("NOUN", 1))  # shares 1/2 and 1
    spoken = counted(man=("NOUN", 7), sum=("NOUN", 3), law=("NOUN", 2), fee=("NOUN", 1))
    # Shares: sum 2/4, law 3/4, fee 4/4; with a caption using "sum", law is 0.25 away.
    used = {"sum"}
    assert steps(replace(captions, spoken, used, (), 0.25))["dog"] == ("law", "matched")
    assert steps(replace(captions, spoken, used, (), 0.2))["dog"] == ("", "no candidate")
    assert steps(replace(captions, spoken, used, ("length",), 0.2))["dog"][0] == ""
    relaxed = steps(replace(captions, spoken, used, ("frequency",), 0.2))
    assert relaxed["dog"] == ("law", "relaxed frequency")


WORDS = st.text("ab", min_size=1, max_size=9)
VOCABULARY = st.dictionaries(
    WORDS, st.tuples(st.sampled_from(["NOUN", "VERB"]), st.integers(1, 5)), min_size=1, max_size=12
)


@examples(max_examples=60, deadline=None)
@given(
    captions=VOCABULARY,
    spoken=VOCABULARY,
    relax=st.sampled_from([(), *permutations(["length", "frequency", "pos"])]),
    tolerance=st.sampled_from([0.1, 0.5, 1.0]),
)
def test_replacement_is_one_to_one_and_true_to_its_step(
    captions: dict[str, tuple[str, int]],
    spoken: dict[str, tuple[str, int]],
    relax: tuple[str, ...],
    tolerance: float,
) -> None:
    said, heard = counted(**captions), counted(**spoken)
    table = replace(said, heard, set(), relax, tolerance)
    assert table["word"].tolist() == sorted(captions)
    given_words = table.loc[table["spoken_word"] != "", "spoken_word"]
    assert given_words.is_unique
    shares, rank_shares = ranks(said)[1], ranks(heard)[1]
    free = set(spoken) - set(captions) - set(given_words)
    for row in table.itertuples():
        if row.word in spoken:
            assert (row.spoken_word, row.step) == (row.word, "as itself")
            continue
        assert row.spoken_word not in captions
        last = (
            [*relax, "none"].index(row.step.removeprefix("relaxed "))
            if "relaxed" in row.step
            else -1
        )
        lifted = set(relax) if row.step == "no candidate" else set(relax[: last + 1])

        def fits(other: str, word: str = row.word, lifted: set[str] = lifted) -> bool:
            return (
                ("pos" in lifted or captions[word][0] == spoken[other][0])
                and ("length" in lifted or length_class(word) == length_class(other))
                and ("frequency" in lifted or abs(shares[word] - rank_shares[other]) <= tolerance)
            )

        if row.step == "no candidate":
            assert row.spoken_word == ""
            assert not any(fits(other) for other in free)
        else:
            assert fits(row.spoken_word)
    again = replace(said[::-1], heard[::-1], set(), relax, tolerance)
    pd.testing.assert_frame_equal(table, again)


def tagged(*rows: tuple[str, str, str], alone: bool = False) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["word", "lemma", "pos"]).assign(alone=alone)


def named(tags: pd.DataFrame, **captions: str) -> list[str]:
    return spoken_names(tags, pd.Series(captions)).tolist()


def test_a_spoken_form_is_the_caption_word_that_it_spells_or_else_its_lemma() -> None:
    tags = tagged(
        ("dogs", "dog", "NOUN"), ("sits", "sits", "VERB"), ("the", "the", "other"),
        ("idea", "idea", "NOUN"),
    )  # fmt: skip
    assert named(tags, dog="NOUN", sits="VERB") == ["dog", "sits", "", "idea"]


def test_a_token_counts_with_the_caption_words_part_of_speech_alone() -> None:
    tags = tagged(
        ("can", "can", "other"), ("can", "can", "NOUN"), ("cans", "can", "NOUN"),
        ("left", "left", "VERB"), ("left", "left", "ADJ"), ("sits", "sit", "NOUN"),
        # No caption has it: its more frequent part of speech, of content words.
        *[("light", "light", "ADJ")] * 2, ("light", "light", "NOUN"),
        *[("well", "well", "other")] * 3, ("well", "well", "ADV"),
    )  # fmt: skip
    found = named(tags, can="NOUN", left="ADJ", sits="VERB")
    assert found[:6] == ["", "can", "can", "", "left", ""]
    assert found[6:] == ["light", "light", "", "", "", "", "well"]


def test_a_word_said_alone_has_no_part_of_speech_and_says_what_it_spells_in_full() -> None:
    tags = tagged(
        ("can", "can", "other"), ("dogs", "dog", "NOUN"), ("red", "red", "NOUN"),
        # It may be said either way.
        ("wind", "wind", "NOUN"), ("the", "the", "other"), alone=True,
    )  # fmt: skip
    assert named(tags, can="NOUN", dog="NOUN", red="ADJ", wind="NOUN") == [
        "can", "dog", "red", "", "",
    ]  # fmt: skip


def test_no_inflection_of_a_caption_word_stands_for_another() -> None:
    texts = ["Two geese ran", "a man is running", "greyish leaves", "a colour", "a T-shirt"]
    names = ["goose", "run", "runs", "leaf", "leave", "color", "shirt", "t-shirt", "gray", "idea"]
    assert used_names(names, texts, Dictionary()) == {*names} - {"gray", "idea"}
