"""Human words by talker and frequency: shares counted by hand in loops, and who stands apart."""

import numpy as np
import pandas as pd
import pytest

from seesay.schemas.audio import HUMAN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.scoring import GROUPS, HUMAN_RANKS
from seesay.schemas.vision import IMAGES
from seesay.scoring.breakdown import by_group
from seesay.scoring.human_breakdown import MOST, break_down_human, human_of, properties
from seesay.scoring.resampling import by_word_and_talker
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables
from support import crossing

SETTINGS = MetricsSettings(resamples=200, seed=3)
SIZE = 30
# Six words by ann, five by bob, two by cid, one of nobody; dan is free for training.
TALKERS = [*["isle/ann"] * 6, *["isle/bob"] * 5, *["isle/cid"] * 2, "", "isle/dan"]


def human_words() -> pd.DataFrame:
    """Fifteen words of one source, the last of them for training."""
    frame = pd.DataFrame({"token_id": [f"h|{n}" for n in range(15)], "talker": TALKERS})
    frame["spoken_word"] = [("dog", "cat", "ox")[n % 3] for n in range(15)]
    frame["use"] = ["test"] * 14 + ["train"]
    return frame.assign(
        source="isle", recording_id="r", word="w", pos="NOUN", onset=0.0, offset=1.0, image_id=""
    )


def spoken() -> pd.DataFrame:
    """Training pairs: dog has two, cat one of training and one of the test, ox none."""
    rows = [("p0", 0, "a", 0, "dog", "dog", "t0"), ("p0", 1, "a", 0, "dog", "dog", "t0")]
    rows += [("p1", 0, "a", 0, "hound", "dog", "t1"), ("p1", 0, "a", 1, "cat", "cat", "t2")]
    rows += [("p2", 0, "a", 0, "cat", "cat", "t3"), ("p2", 0, "a", 1, "ox", "ox", "t4")]
    return pd.DataFrame(rows, columns=[column.name for column in SPOKEN_CAPTIONS.columns])


def ranks(rng: np.random.Generator) -> pd.DataFrame:
    """Random ranks of two systems and seeds; each human word stands for a token, too."""
    words = human_words().iloc[:14]
    rows = []
    for system in ("model", "shuffled"):
        for seed in (1, 2):
            for gallery, end in (("isle", ""), ("isle~synthetic", "|t|0")):
                for task in ("human_recognition", "human_word_by_picture"):
                    for word in words.itertuples():
                        better = int(rng.integers(SIZE))
                        talker = word.talker if not end else "espeak"
                        key = (
                            "paper",
                            system,
                            seed,
                            task,
                            gallery,
                            word.token_id + end,
                            "p2",
                            None,
                        )
                        counts = (better, 0, 1, 1, 1.0 + better, SIZE)
                        rows.append((*key, *counts, word.spoken_word, talker))
    return pd.DataFrame(rows, columns=[column.name for column in HUMAN_RANKS.columns])


@pytest.fixture(params=range(3))
def parted(request, tmp_path):
    """The ranks, and the table of groups made from them."""
    frame = ranks(np.random.default_rng(request.param))
    names = ("ranks", "images", "spoken", "words", "groups")
    paths = {name: tmp_path / f"{name}.parquet" for name in names}
    tables.write(HUMAN_RANKS, paths["ranks"], frame)
    images = pd.DataFrame({"image_id": ["p0", "p1", "p2"], "split": ["train", "train", "test"]})
    tables.write(IMAGES, paths["images"], images.assign(path="", digest="", width=1, height=1))
    tables.write(SPOKEN_CAPTIONS, paths["spoken"], spoken())
    tables.write(HUMAN_WORDS, paths["words"], human_words())
    break_down_human(
        [paths["ranks"]],
        [paths["images"]],
        [paths["spoken"]],
        [paths["words"]],
        paths["groups"],
        SETTINGS,
    )
    return frame, tables.read(GROUPS, paths["groups"])


# Of each group, the human words that belong to it.
EXPECTED = {
    ("talker", "isle/ann"): range(6),
    ("talker", "isle/bob"): range(6, 11),
    ("talker", "1 other"): (11, 12),
    ("talker", "unknown"): (13,),
    ("training pairs", "0"): range(2, 14, 3),
    ("training pairs", "1–4"): [n for n in range(14) if n % 3 != 2],
}


def test_each_group_has_the_share_of_its_words_found_in_both_galleries(parted):
    frame, groups = parted
    assert set(groups["task"]) == {"human_recognition"}  # pictures have no talker
    for gallery, end in (("isle", ""), ("isle~synthetic", "|t|0")):
        for system in ("model", "shuffled"):
            rows = groups[(groups["gallery"] == gallery) & (groups["system"] == system)]
            found = {(row.property, row.group): row for row in rows.itertuples()}
            assert set(found) == set(EXPECTED)
            for key, members in EXPECTED.items():
                queries = [f"h|{n}{end}" for n in members]
                there = (
                    (frame["task"] == "human_recognition")
                    & (frame["gallery"] == gallery)
                    & (frame["system"] == system)
                    & frame["query"].isin(queries)
                )
                asked = frame[there]
                shares = [(rows["better"] < 10).mean() for _, rows in asked.groupby("seed")]
                assert found[key].r10 == pytest.approx(100 * np.mean(shares))
                assert found[key].queries == len(queries)
                assert found[key].chance == pytest.approx(100 * 10 / SIZE)


def test_an_interval_is_over_words_talkers_and_seeds_where_there_are_enough(parted):
    frame, groups = parted
    # Three words are too few.
    assert groups["low"].isna().all()
    assert set(groups["over"]) == {"words x seeds"}
    words = [f"word{n % 12:02}" for n in range(60)]
    talkers = [f"by{n % 7}" for n in range(60)]
    rng = np.random.default_rng(len(frame))
    runs = {}
    for seed in (1, 2):
        run = pd.DataFrame({"query": range(60), "word": words, "talker": talkers, "image_id": ""})
        run = run.assign(better=rng.integers(0, 20, 60), tied=0, tied_relevant=1, relevant=1)
        runs["model", seed] = run.assign(gallery_size=SIZE)
    known = pd.DataFrame({"all": pd.Categorical(["all"] * 60)})
    (row,) = by_group(runs, known, SETTINGS, by_word_and_talker)
    assert (row["over"], row["units"]) == ("words x talkers x seeds", "12 x 7 x 2")
    hits = [100.0 * (run["better"].to_numpy() < 10) for run in runs.values()]
    wanted = crossing.share(*crossing.error(hits, [words, talkers], SETTINGS))
    assert (row["low"], row["high"]) == pytest.approx(wanted)
    # Four talkers are too few to say something of others.
    few = {key: run.assign(talker=[f"by{n % 4}" for n in range(60)]) for key, run in runs.items()}
    (row,) = by_group(few, known, SETTINGS, by_word_and_talker)
    assert (row["over"], row["units"]) == ("words x seeds", "12 x 2")
    wanted = crossing.share(*crossing.error(hits, [words], SETTINGS))
    assert (row["low"], row["high"]) == pytest.approx(wanted)


def test_of_many_talkers_those_with_most_words_stand_apart():
    names = [f"t{n:03}" for n in range(MOST + 6)]
    talkers = [name for n, name in enumerate(names) for _ in range(5 + (n >= 6))]
    frame = pd.DataFrame({"token_id": [f"h{n}" for n in range(len(talkers))], "talker": talkers})
    frame = frame.assign(source="many", use="test", spoken_word="dog").set_index("token_id")
    found = properties(frame, spoken())["talker"]
    assert found.value_counts()["6 others"] == 30
    assert list(found.cat.categories) == [*names[6:], "6 others", "unknown", ""]
    unknown = properties(frame.assign(talker=""), spoken())["talker"]
    assert set(unknown) == {"unknown"}


def test_the_human_word_of_a_drawn_token_is_found_whatever_bars_are_in_their_names():
    known = pd.DataFrame(index=["a|b", "a"])
    assert human_of("a|b", "isle", known) == "a|b"
    assert human_of("a|t", "isle~synthetic", known) == "a"
    assert human_of("a|b|t|u", "isle~synthetic", known.iloc[:1]) == "a|b"
