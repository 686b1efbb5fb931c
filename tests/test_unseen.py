"""Talkers and words that the test alone has: who has them, what is counted, what is shown."""

import sys
from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from seesay.captions.matching import match, reasons, run_matching
from seesay.captions.matching_stops import Stopped
from seesay.captions.unseen import match_unseen
from seesay.reporting import credits as report_sources
from seesay.reporting.charts import Spec
from seesay.reporting.results import Results
from seesay.reporting.sections import where
from seesay.schemas.audio import SPOKEN_WORDS
from seesay.schemas.captions import CAPTION_WORDS, SPOKEN_CAPTIONS, SPOKEN_TAGS, UNSAYABLE
from seesay.schemas.scoring import GROUPS, RANKS, WORDS
from seesay.schemas.vision import CAPTIONS, IMAGES, REGIONS
from seesay.scoring.breakdown import break_down
from seesay.settings.matching import MatchingSettings
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.randomness import choose, stable_hash
from seesay.shared.tables import REJECTS
from support import report_run
from support.captions import corpora

SPLITS = {"train": 30, "validation": 6, "test": 24}
WORDS_SAID = [f"w{chr(97 + n)}{chr(97 + n)}" for n in range(20)]
TALKERS = [f"t{n}" for n in range(8)]
KEY = ["image_id", "caption"]


def rules(**changes: object) -> MatchingSettings:
    values = {"speakers": "balanced", "reuse": "never", "min_tokens": 1, "relax": [], "seed": 1}
    return MatchingSettings.model_validate({**values, "frequency_tolerance": 1, **changes})


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 pictures with 4 captions of 3 words of 20, and 3,000 tokens of 8 talkers."""
    folder, rng = tmp_path_factory.mktemp("corpus"), np.random.default_rng(2)
    split = [name for name, number in SPLITS.items() for _ in range(number)]
    ids = [f"p{n:02}" for n in range(len(split))]
    images = {"image_id": ids, "path": "", "digest": "", "width": 9, "height": 9, "split": split}
    tables.write(IMAGES, folder / "images", images)
    rows = [
        (image_id, caption, position, word)
        for image_id in ids
        for caption in range(4)
        for position, word in enumerate(rng.choice(WORDS_SAID, 3, replace=False))
    ]
    words = pd.DataFrame(rows, columns=[*KEY, "position", "lemma"])
    tables.write(CAPTION_WORDS, folder / "caption_words", words.assign(text="", pos="NOUN"))
    texts = words.groupby(KEY)["lemma"].agg(" ".join).rename("text").reset_index()
    tables.write(CAPTIONS, folder / "captions", texts)
    spoken = pd.DataFrame({"word": np.repeat(WORDS_SAID, 150), "onset": np.arange(3000.0)})
    spoken["talker"] = rng.choice(TALKERS, 3000)
    spoken["token_id"] = [f"k{n:04}" for n in range(3000)]
    spoken = spoken.assign(recording_id=spoken["talker"], offset=spoken["onset"] + 0.4)
    tables.write(SPOKEN_WORDS, folder / "spoken_words", spoken)
    tags = spoken.assign(lemma=spoken["word"], pos="NOUN", alone=False)
    tables.write(SPOKEN_TAGS, folder / "spoken_tags", tags)
    return folder


OUT = ["replacements", "spoken_captions", "unsayable", "rejects"]


def run(corpus: Path, out: Path, settings: MatchingSettings) -> pd.DataFrame:
    """Run the stage; its spoken captions, with their split."""
    given = ["images", "captions", "caption_words", "spoken_tags", "spoken_words"]
    run_matching(*(corpus / name for name in given), *(out / name for name in OUT), settings)
    split = tables.read(IMAGES, corpus / "images").set_index("image_id")["split"]
    said = tables.read(SPOKEN_CAPTIONS, out / "spoken_captions")
    return said.assign(split=said["image_id"].map(split))


def lowest(names: list[str], number: int, kind: str, seed: int) -> set[str]:
    return {name for _, name in sorted((stable_hash(kind, seed, n), n) for n in names)[:number]}


@pytest.mark.parametrize(
    ("speakers", "reuse"),
    list(product(["best", "all", "balanced", "mixed"], ["never", "within_split"])),
)
def test_training_and_validation_have_neither_and_the_test_has_both(
    corpus: Path, tmp_path: Path, speakers: str, reuse: str
) -> None:
    settings = rules(speakers=speakers, reuse=reuse, unseen_talkers=2, unseen_words=0.2, seed=3)
    said = run(corpus, tmp_path, settings)
    talkers, words = lowest(TALKERS, 2, "talker", 3), lowest(WORDS_SAID, 4, "word", 3)
    test = said[said["split"] == "test"]
    heard = said[said["split"] != "test"]
    assert set(heard["split"]) == {"train", "validation"}
    assert not set(heard["talker"]) & talkers
    assert set(heard["spoken_word"]) == set(WORDS_SAID) - words
    assert words <= set(test["spoken_word"])
    # The token is the named talker's and the named word, so the names above are no pretence.
    token = tables.read(SPOKEN_WORDS, corpus / "spoken_words").set_index("token_id")
    token = token.loc[said["token_id"]]
    assert token["talker"].tolist() == said["talker"].tolist()
    assert token["word"].tolist() == said["spoken_word"].tolist()
    # Half of each test picture's captions, or with `all` every one, are by unseen talkers.
    by = test.assign(new=test["talker"].isin(talkers)).drop_duplicates([*KEY, "new"])
    counts = by.groupby(["image_id", "new"]).size().unstack(fill_value=0)
    assert (counts == (4 if speakers == "all" else 2)).all(axis=None)
    # No token serves two splits, nor two captions where none is used again.
    assert (said.groupby("token_id")["split"].nunique() == 1).all()
    assert reuse == "within_split" or said["token_id"].is_unique


def test_what_is_left_out_is_counted_and_the_rest_is_said(corpus: Path, tmp_path: Path) -> None:
    said = run(corpus, tmp_path, rules(speakers="mixed", unseen_words=0.6))
    words = lowest(WORDS_SAID, 12, "word", 1)
    wanted = tables.read(CAPTION_WORDS, corpus / "caption_words")
    split = tables.read(IMAGES, corpus / "images").set_index("image_id")["split"]
    out = wanted["lemma"].isin(words) & (wanted["image_id"].map(split) != "test")
    key = [*KEY, "position"]
    assert sorted(said[key].itertuples(index=False)) == sorted(
        wanted.loc[~out, key].itertuples(index=False)
    )
    # Captions of unseen words alone, found by hand.
    whole = {}
    for row in wanted[wanted["image_id"].map(split) != "test"].itertuples():
        whole.setdefault((row.image_id, row.caption), set()).add(row.lemma)
    gone = {name: found for name, found in whole.items() if found <= words}
    assert gone
    lacking = tables.read(UNSAYABLE, tmp_path / "unsayable")
    assert set(lacking["cause"]) == {"unseen"}
    listed = lacking.groupby(KEY)["spoken_word"].agg(set)
    assert listed.to_dict() == gone
    count = Counter(word for found in whole.values() for word in found & words)
    rejects = tables.read(REJECTS, tmp_path / "rejects").set_index("id")["reason"].to_dict()
    assert rejects == {
        word: f"kept for the test; left out of {count[word]} captions of training and validation"
        for word in words
    } | {
        f"{image_id}#{caption}": f"the test alone says: {', '.join(sorted(found))}"
        for (image_id, caption), found in gone.items()
    }


@examples(max_examples=60, deadline=None)
@given(
    corpus=corpora(),
    speakers=st.sampled_from(["best", "all", "balanced", "mixed"]),
    reuse=st.sampled_from(["never", "within_split"]),
    talkers=st.integers(0, 2),
    share=st.sampled_from([0.0, 0.3]),
)
def test_every_caption_is_said_or_refused_whatever_the_corpus(
    corpus: tuple[pd.DataFrame, pd.DataFrame],
    speakers: str,
    reuse: str,
    talkers: int,
    share: float,
) -> None:
    captions, tokens = corpus
    vocabulary = tokens.groupby("talker")["spoken_word"].nunique().to_dict()
    settings = rules(speakers=speakers, reuse=reuse, unseen_talkers=talkers, unseen_words=share)
    try:
        said, lacking, rejects = match_unseen(captions, tokens, vocabulary, settings)
    except InputError:
        return  # too few talkers or words for a test set
    names = [f"{i}#{c}" for i, c in said[KEY].drop_duplicates().itertuples(index=False)]
    refused = [name for _, name, _ in reasons(lacking)]
    assert sorted(names + refused) == sorted(
        set(captions["image_id"] + "#" + captions["caption"].astype(str))
    )
    split = captions.drop_duplicates("image_id").set_index("image_id")["split"]
    heard = said[said["image_id"].map(split) != "test"]
    pool = sorted(set(tokens.loc[tokens["spoken_word"].isin(captions["spoken_word"]), "talker"]))
    assert not set(heard["talker"]) & lowest(pool, talkers, "talker", 1)
    assert not set(heard["spoken_word"]) & {word for _, word, _ in rejects}
    assert (said["image_id"].map(split).groupby(said["token_id"]).nunique() <= 1).all()
    assert reuse == "within_split" or said["token_id"].is_unique


def test_the_share_is_of_the_words_that_the_test_says() -> None:
    """Words of training alone are none of them."""
    rows = [("p", 0, n, f"train{n}", "train") for n in range(40)]
    rows += [("p", 1, n, f"both{n}", "train") for n in range(6)]
    rows += [("q", 0, n, f"both{n}", "test") for n in range(6)]
    captions = pd.DataFrame(rows, columns=[*KEY, "position", "spoken_word", "split"])
    captions["word"] = captions["spoken_word"]
    tokens = pd.DataFrame({"spoken_word": [*captions["spoken_word"]] * 2, "talker": "a"})
    tokens["token_id"] = range(len(tokens))
    said, _, rejects = match_unseen(captions, tokens, {"a": 46}, rules(unseen_words=0.5))
    words = lowest([f"both{n}" for n in range(6)], 3, "word", 1)
    assert {word for _, word, _ in rejects} == words
    assert (
        set(said.loc[said["image_id"] == "p", "spoken_word"])
        == set(captions.loc[captions["split"] == "train", "spoken_word"]) - words
    )


@examples(max_examples=60, deadline=None)
@given(st.sets(st.text("abc", min_size=1), min_size=2, max_size=20), st.integers(1, 9))
def test_one_name_more_moves_at_most_one(names: set[str], number: int) -> None:
    chosen = choose(names, number, "talker", 1)
    assert chosen == lowest(sorted(names), number, "talker", 1)
    for name in names:
        assert len(chosen - choose(names - {name}, number, "talker", 1)) <= 1


def test_what_the_unseen_talkers_cannot_say_the_others_say() -> None:
    """Of two talkers the unseen one says no y, and each is offered some captions of x and y."""
    low, high = sorted(["a", "b"], key=lambda name: stable_hash("talker", 1, name))
    captions = pd.DataFrame(
        [(f"p{n}", caption, caption % 2) for n in range(10) for caption in range(4)],
        columns=[*KEY, "word"],
    )
    captions["spoken_word"] = captions["word"].map({0: "x", 1: "y"})
    captions["word"], captions["position"] = captions["spoken_word"], 0
    captions["split"] = np.where(captions["image_id"] < "p5", "train", "test")
    tokens = pd.DataFrame({"spoken_word": ["x", "y", "x"] * 40, "talker": [high, high, low] * 40})
    tokens["token_id"] = [f"k{n:03}" for n in range(120)]
    said, lacking, _ = match_unseen(captions, tokens, {"a": 2, "b": 2}, rules(unseen_talkers=1))
    assert lacking.empty
    test = said[said["image_id"] >= "p5"]
    parity = {f"p{n}": stable_hash("unseen", 1, f"p{n}") % 2 for n in range(5, 10)}
    theirs = (test["caption"] + test["image_id"].map(parity)) % 2 == 0
    assert ((test["talker"] == low) == (theirs & (test["word"] == "x"))).all()
    assert (test["talker"] == low).any()


def test_without_them_the_code_is_the_old(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "seesay.captions.unseen", None)  # importing it fails
    said = run(corpus, tmp_path, rules(unseen_talkers=0, unseen_words=0))
    words = tables.read(CAPTION_WORDS, corpus / "caption_words")
    images = tables.read(IMAGES, corpus / "images").set_index("image_id")["split"]
    tokens = tables.read(SPOKEN_WORDS, corpus / "spoken_words")
    alone, _ = match(
        words.assign(
            word=words["lemma"], spoken_word=words["lemma"], split=words["image_id"].map(images)
        ),
        tokens.assign(spoken_word=tokens["word"]),
        tokens.groupby("talker")["word"].nunique().to_dict(),
        rules(),
    )
    pd.testing.assert_frame_equal(said.drop(columns="split"), alone, check_dtype=False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unseen_talkers": 8}, r"unseen_talkers is 8, and 8 talkers .*leave one at least"),
        (
            {"unseen_talkers": ["nobody.*"]},
            r"unseen_talkers: nobody.* is the whole id of no talker",
        ),
        ({"unseen_talkers": [".*"]}, r"unseen_talkers names 8, and 8 talkers .*leave one at least"),
        ({"unseen_words": 0.99}, r"no caption of the train and the validation split can be said"),
    ],
)
def test_what_leaves_nothing_is_one_clear_line(
    corpus: Path, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        run(corpus, tmp_path, rules(**change))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "spoken_captions").exists()


def test_a_test_set_without_unseen_ones_is_one_clear_line() -> None:
    names = sorted(["a", "b"], key=lambda name: stable_hash("talker", 1, name))
    captions = pd.DataFrame(
        [("p", 0, 0, "x", "train"), ("q", 0, 0, "x", "test"), ("q", 1, 0, "x", "test"),
         ("q", 1, 1, "y", "test")],
        columns=[*KEY, "position", "spoken_word", "split"],
    )  # fmt: skip
    captions["word"] = captions["spoken_word"]
    # Who is to be unseen says y alone, and no test caption wants it without x.
    tokens = pd.DataFrame({"talker": [names[0]] * 3 + [names[1]] * 9})
    tokens = tokens.assign(spoken_word=["y"] * 3 + ["x"] * 9, token_id=range(12))
    told = (
        f"no caption of the test split .* by {names[0]} .none of 1 .*; keep more .*speakers: mixed"
    )
    with pytest.raises(Stopped, match=told) as caught:
        match_unseen(captions, tokens, {"a": 1, "b": 1}, rules(unseen_talkers=1))
    assert caught.value.unsayable["spoken_word"].tolist() == ["x"]
    seed = next(n for n in range(99) if choose(["x", "y"], 1, "word", n) == {"y"})
    with pytest.raises(InputError, match="no caption of the test split says one of y; give"):
        match_unseen(captions, tokens, {"a": 1, "b": 1}, rules(unseen_words=0.5, seed=seed))


def ranked(said: pd.DataFrame, path: Path) -> Path:
    """Ranks of every test token; those that training does not know are never among the first."""
    train, test = said[said["split"] == "train"], said[said["split"] == "test"]
    test = test.drop_duplicates("token_id")
    known = test["talker"].isin(train["talker"]) & test["spoken_word"].isin(train["spoken_word"])
    rows = pd.DataFrame({"query": test["token_id"], "image_id": test["image_id"]})
    rows = rows.assign(better=np.where(known, 0, 50), tied=0, tied_relevant=1, relevant=1)
    rows = rows.assign(rank=1.0, gallery_size=100, experiment="paper", system="model", seed=1)
    tables.write(RANKS, path, rows.assign(task="image_token_by_word", gallery="test"))
    return path


def parted(corpus: Path, out: Path, settings: MatchingSettings) -> tuple[pd.DataFrame, ...]:
    """The groups of the breakdown of a matching, by (property, group), and the spoken captions."""
    said = run(corpus, out, settings)
    tables.write(REGIONS, out / "regions", REGIONS.schema.empty_table().to_pandas())
    break_down(
        [ranked(said, out / "ranks")],
        [corpus / "images"],
        [out / "spoken_captions"],
        [out / "replacements"],
        corpus / "caption_words",
        [out / "regions"],
        out / "groups",
        out / "words",
        MetricsSettings(resamples=50, seed=0),
        (),
    )
    return tables.read(GROUPS, out / "groups").set_index(["property", "group"]), said


def test_the_breakdown_parts_what_training_heard_from_what_it_did_not(
    corpus: Path, tmp_path: Path
) -> None:
    groups, said = parted(corpus, tmp_path, rules(unseen_talkers=2, unseen_words=0.2))
    test = said[said["split"] == "test"]
    new_talker = test["talker"].isin(lowest(TALKERS, 2, "talker", 1))
    new_word = test["spoken_word"].isin(lowest(WORDS_SAID, 4, "word", 1))
    for name, heard, new, other in (
        ("talker in training", "heard in training", new_talker, new_word),
        ("word in training", "said in training", new_word, new_talker),
    ):
        row = groups.loc[name, heard]
        assert row["queries"] == (~new).sum() > 0
        assert row["r10"] == pytest.approx(100 * (~other[~new]).mean())
        assert row["chance"] == pytest.approx(10)
        row = groups.loc[name, "not in training"]
        assert (row["queries"], row["r10"]) == (new.sum(), 0)
        assert row["chance"] == pytest.approx(10)


def test_where_training_heard_all_there_is_no_such_property(corpus: Path, tmp_path: Path) -> None:
    groups, _ = parted(corpus, tmp_path, rules())
    assert not set(groups.index.get_level_values(0)) & {"talker in training", "word in training"}
    groups, _ = parted(corpus, tmp_path, rules(unseen_talkers=1))
    assert "talker in training" in groups.index
    assert "word in training" not in groups.index


def test_the_report_shows_both_and_says_what_the_test_is(corpus: Path, tmp_path: Path) -> None:
    inputs = report_run.make(tmp_path)
    settings = rules(unseen_talkers=2, unseen_words=0.2)
    groups, _ = parted(corpus, tmp_path, settings)
    results = Results.read(inputs["metrics"], inputs["differences"])
    charts: dict[str, Spec] = {}
    words = tables.read(WORDS, tmp_path / "words")
    shown = where.parted(groups.reset_index(), words, results, "paper", charts)
    for kind, heard, title in (
        ("talker", "heard", "Talkers heard in training, and unseen talkers"),
        ("word", "said", "Words heard in training, and unseen words"),
    ):
        name = f"{kind} in training"
        (found,) = [each for each in shown["kinds"] if each["name"] == name]
        assert found["title"] == title
        assert [row["group"] for row in found["rows"]] == [
            f"{heard} in training",
            "not in training",
        ]
        assert found["above"] == [f"{heard} in training"]
        new = groups.loc[name, "not in training"]
        row = next(row for row in shown["table"] if row["property"] == name and not row["r10"])
        assert (row["group"], row["chance"]) == ("not in training", 10)
        assert row["queries"] == new["queries"] > 0
        drawn = charts[found["chart"]]["datasets"]["groups"]
        assert f"not in training · {new['queries']}" in [each["label"] for each in drawn]
    config = report_run.CONFIG | {"matching": settings.model_dump(mode="json")}
    labels = report_sources.sources(config)["labels"]
    assert labels[-2:] == ["test with 2 unseen talkers", "test with 20 % unseen words"]
    assert not any(
        "unseen" in label for label in report_sources.sources(report_run.CONFIG)["labels"]
    )
