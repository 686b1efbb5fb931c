"""Tokens drawn with replacement, and other talkers for the test: the authors' matching."""

import re

import numpy as np
import pandas as pd
import pytest
import yaml
from snakemake.utils import update_config

from seesay.captions.matching import match
from seesay.captions.matching_again import match_again
from seesay.captions.matching_stops import cures
from seesay.planning.config import load
from seesay.settings.matching import MatchingSettings
from support import ROOT, configs

KEY = ["image_id", "caption"]


def rules(**changes):
    values = {"speakers": "best", "reuse": "always", "min_tokens": 1, "relax": [], "seed": 1}
    return MatchingSettings.model_validate({**values, "frequency_tolerance": 1, **changes})


def captions_of(texts):
    """Captions of `split image caption: word word`; a word - has no candidate."""
    rows = []
    for text in texts:
        where, _, words = text.partition(": ")
        split, image, caption = where.split()
        for position, word in enumerate(words.split()):
            spoken = "" if word == "-" else word
            rows.append((image, int(caption), position, word, spoken, split))
    columns = [*KEY, "position", "word", "spoken_word", "split"]
    return pd.DataFrame(rows, columns=columns)


def tokens_of(said):
    """Tokens `talker+number` of talker -> words."""
    rows = [(f"{by}{i}", by, word) for by, words in said.items() for i, word in enumerate(words)]
    return pd.DataFrame(rows, columns=["token_id", "talker", "spoken_word"])


SAID = {"a": ["cat", "dog", "run"], "b": ["cat", "dog"], "c": ["dog", "sun", "sun"]}
VOCABULARY = {"a": 30, "b": 20, "c": 10}
TEXTS = [
    "train p 0: cat dog",
    "train p 1: cat dog",
    "validation q 0: dog",
    "test r 0: cat dog",
    "test r 1: dog cat dog",
    "test s 0: run",
    "test s 1: run sun",
    "test s 2: - dog",
]


def test_the_authors_matching_worked_by_hand():
    """a, who says most, says what is trained on; of the test every talker who can says it, with the
    tokens of training; nobody says run and sun, for which a and c lack a word each."""
    given = captions_of(TEXTS), tokens_of(SAID), VOCABULARY
    said, lacking = match_again(*given, rules(test_speakers="all"))
    found = said.groupby(KEY)["talker"].unique().map(list).to_dict()
    assert found == {
        ("p", 0): ["a"], ("p", 1): ["a"], ("q", 0): ["a"],
        ("r", 0): ["a", "b"], ("r", 1): ["a", "b"], ("s", 0): ["a"],
    }  # fmt: skip
    by_a = said[(said["talker"] == "a") & (said["image_id"] != "s")]
    assert set(by_a.loc[by_a["spoken_word"] == "cat", "token_id"]) == {"a0"}
    assert by_a["token_id"].nunique() == 2
    assert list(lacking[[*KEY, "word", "cause", "talker"]].itertuples(index=False, name=None)) == [
        ("s", 1, "sun", "no talker", "a"),
        ("s", 2, "-", "no candidate", ""),
    ]
    order = [*KEY, "talker", "position"]
    assert said[order].equals(said[order].sort_values(order, ignore_index=True))
    # The paper's own rule: what one caption uses up is no other's.
    settings = rules(reuse="never")
    assert len(match(*given, settings)[0]) < len(match_again(*given, rules())[0])


def test_balanced_talkers_take_turns_and_all_of_them_say_all():
    texts = [f"train p {i}: dog" for i in range(9)]
    given = captions_of(texts), tokens_of(SAID), VOCABULARY
    said, _ = match_again(*given, rules(speakers="balanced"))
    assert said["talker"].value_counts().to_dict() == {"a": 3, "b": 3, "c": 3}
    said, _ = match_again(*given, rules(speakers="all"))
    assert said["talker"].value_counts().to_dict() == {"a": 9, "b": 9, "c": 9}


def test_tokens_are_drawn_evenly_with_replacement():
    texts = [f"{('train', 'test')[i % 2]} p{i} 0: sun sun" for i in range(1500)]
    said, _ = match_again(
        captions_of(texts), tokens_of(SAID | {"c": ["sun"] * 3}), VOCABULARY, rules()
    )
    counts = said["token_id"].value_counts()
    # Binomial of 3,000 and 1/3: 26 is its deviation.
    assert (abs(counts - 1000) < 130).all()
    assert len(counts) == 3
    within = said.groupby("image_id")["token_id"].nunique()
    assert (within == 1).mean() == pytest.approx(1 / 3, abs=0.06)
    again, _ = match_again(
        captions_of(texts), tokens_of(SAID | {"c": ["sun"] * 3}), VOCABULARY, rules()
    )
    assert said.equals(again)
    other, _ = match_again(
        captions_of(texts), tokens_of(SAID | {"c": ["sun"] * 3}), VOCABULARY, rules(seed=2)
    )
    assert not said.equals(other)


@pytest.mark.parametrize("seed", range(5))
def test_every_caption_is_said_by_the_able_or_lacks_a_word(seed):
    rng = np.random.default_rng(seed)
    words = [f"w{i}" for i in range(12)]
    said = {name: rng.choice(words, 14).tolist() for name in "abcd"}
    splits = ["train", "validation", "test"]
    texts = [
        f"{splits[i % 3]} p{i} 0: {' '.join(rng.choice(words, rng.integers(1, 5)))}"
        for i in range(40)
    ]
    vocabulary = {name: len(set(said[name])) for name in said}
    captions, tokens = captions_of(texts), tokens_of(said)
    found, lacking = match_again(captions, tokens, vocabulary, rules(test_speakers="all"))
    owner = tokens.set_index("token_id")
    assert (found["token_id"].map(owner["talker"]) == found["talker"]).all()
    assert (found["token_id"].map(owner["spoken_word"]) == found["spoken_word"]).all()
    for (image_id, _), part in captions.groupby(KEY):
        able = [name for name in said if set(part["spoken_word"]) <= set(said[name])]
        mine = found[found["image_id"] == image_id]
        if part["split"].iloc[0] != "test" and able:
            able = [max(able, key=lambda name: (vocabulary[name], -ord(name)))]
        assert sorted(set(mine["talker"])) == able
        assert len(mine) == len(able) * len(part)
        lost = lacking[lacking["image_id"] == image_id]
        assert (len(lost) > 0) == (not able)
        if len(lost):
            nearest = lost["talker"].iloc[0]
            assert set(lost["spoken_word"]) == set(part["spoken_word"]) - set(said[nearest])


def test_nothing_to_say_is_no_traceback():
    said, lacking = match_again(captions_of(["train p 0: -"]), tokens_of({}), {"a": 1}, rules())
    assert (len(said), len(lacking)) == (0, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reuse": "never", "test_speakers": "all"}, "test_speakers needs reuse: always"),
        ({"unseen_talkers": 2}, "give unseen_talkers 0"),
        ({"unseen_words": 0.1}, "give unseen_words 0"),
        ({"speakers": "mixed"}, "needs speakers best, all or balanced"),
    ],
)
def test_what_does_not_go_together_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        rules(**changes)


def test_no_cure_takes_tokens_drawn_with_replacement_away():
    keys = {key for cure in cures(rules()) for key in cure.update}
    assert keys == {"relax"}


@pytest.mark.parametrize("name", ["paper.yaml", "flickr8k.yaml"])
def test_the_authors_recipe_is_an_experiment_and_its_matching_an_override(name):
    """docs/legacy.md gives the override as it is merged here; Snakemake merges sections so."""
    values = configs.complete(name)
    (given,) = re.findall(r"'matching=(\{.*\})'", (ROOT / "docs" / "legacy.md").read_text())
    update_config(values, {"results": "results/authors", "matching": yaml.safe_load(given)})
    config = load(values)
    matching = config.matching
    assert (matching.speakers, matching.test_speakers, matching.reuse) == ("best", "all", "always")
    theirs = config.section_of("authors", "training")
    ours = config.section_of("paper", "training")
    changed = {key: value for key, value in theirs if getattr(ours, key) != value}
    epochs = {"max_epochs": 500, "patience": 500}
    sums = {"reduction": "sum", "eps": 1e-6, "init_gain": 4, "max_norm": 4, "l2": 0}
    assert changed == sums | epochs
    assert (theirs.criterion, theirs.relu_cap, theirs.batch_pictures) == ("loss", 6, 1)
    assert (ours.max_epochs, ours.patience) == (100, 10)
