"""One row a query: facts worked by hand, and every value of metrics.tsv found again from them."""

import pandas as pd
import pytest
import yaml

from seesay.schemas.audio import HUMAN_WORDS
from seesay.schemas.captions import CAPTION_WORDS, REPLACEMENTS, SPOKEN_CAPTIONS
from seesay.schemas.items import ITEMS, codebook
from seesay.schemas.scoring import HUMAN_RANKS, RANKS
from seesay.schemas.vision import IMAGES, REGIONS
from seesay.scoring.items import Inputs, export, list_items
from seesay.settings.evaluation import TASKS
from seesay.shared import tables
from support import ROOT
from support.metrics import read, same_numbers
from support.workflow import copy, jobs, snakemake


@pytest.mark.slow
def test_every_value_of_the_metrics_comes_out_of_the_items(small_run, tmp_path):
    folder = copy(small_run, tmp_path / "run")
    values = yaml.safe_load((folder / "config.yaml").read_text())
    values |= {"seeds": [1, 2], "controls": []}
    values["evaluation"]["tasks"] = list(TASKS.names)
    (folder / "config.yaml").write_text(yaml.safe_dump(values))
    result = snakemake(folder, "results/items.tsv", "results/metrics.tsv")
    assert result.returncode == 0, result.stderr[-3000:]
    assert jobs(result)["items"] == 1
    assert jobs(result)["items_tsv"] == 1
    items = read(folder / "results" / "items.tsv")
    same_numbers(items, folder / "results" / "metrics.tsv")
    assert not items.duplicated(list(ITEMS.key)).any()
    assert (folder / "results" / "items.md").read_text() == codebook()
    assert set(items["engine"].dropna()) == {"espeak"}
    assert (
        items.loc[items["task"] == "abx_token_weighted", ["word", "talker", "pos"]]
        .notna()
        .all(axis=None)
    )
    result = snakemake(folder, "results/items.tsv")
    assert jobs(result) == {}


SAID = [
    ("a", 0, "F01", 0, "dog", "dog", "t1"),
    ("b", 0, "festival-M01", 0, "grass", "bureau", "t2"),
    ("b", 1, "F01", 0, "dog", "dog", "t3|x"),
    ("c", 0, "F01", 0, "dog", "dog", "t4"),
    ("c", 0, "M02", 0, "dog", "dog", "t5"),
]
# Task, query, picture, better, tied, tied_relevant, relevant, gallery_size.
ASKED = [
    ("abx_token_weighted", "t3|x|t2|t1", "b", 0, 1, 1, 1, 2),
    ("image_token_by_word", "t2", "b", 3, 0, 1, 2, 8),
    ("word_similarity_other_talkers", "t3|x", "b", 0, 0, 1, 1, 4),
    ("distinct_type_by_image", "b#0", "b", 1, 3, 2, 2, 9),
    ("word_token_by_image", "b#1", "b", 0, 0, 2, 2, 9),
    ("picture_by_caption", "b#0", "b", 6, 0, 1, 1, 9),
    ("picture_by_caption", "c#0@M02", "c", 6, 0, 1, 1, 9),
    ("caption_by_picture", "b", "b", 0, 0, 1, 1, 9),
]
HEARD = [
    # People may be called as a synthesiser's talkers are.
    ("human_recognition", "isle", "h1", "", "dog", "F01x"),
    ("human_recognition", "isle~synthetic", "h1|t1", "", "dog", "F01"),
    ("picture_by_human_word", "isle", "h2", "", "bureau", ""),
    ("human_word_by_picture", "isle", "b", "b", "", ""),
]


@pytest.fixture
def made(tmp_path, monkeypatch):
    """The items of the tables above, by task and query."""

    def write(table, name, rows, **more):
        path = tmp_path / f"{name}.parquet"
        columns = [c.name for c in table.columns if c.name not in more]
        tables.write(table, path, pd.DataFrame(rows, columns=columns).assign(**more))
        return path

    run = {"experiment": "paper", "system": "model", "seed": 1}
    counts = ["better", "tied", "tied_relevant", "relevant", "gallery_size"]
    frame = pd.DataFrame(ASKED, columns=["task", "query", "image_id", *counts])
    ranks = tmp_path / "ranks.parquet"
    frame["other_images"] = frame["query"].map({"t2": '["c", "d"]'})
    tables.write(RANKS, ranks, frame.assign(**run, gallery="test", rank=1.0))
    names = ["task", "gallery", "query", "image_id", "word", "talker"]
    people = pd.DataFrame(HEARD, columns=names).assign(**run, **dict.fromkeys(counts, 1), rank=1.5)
    human = tmp_path / "human.parquet"
    tables.write(HUMAN_RANKS, human, people)
    images = [("a", "train"), ("b", "test"), ("c", "test")]
    more = {"path": "", "digest": "", "width": 1, "height": 1}
    words = [("h1", "dogs", "dog", "NOUN"), ("h2", "desk", "bureau", "NOUN")]
    spoken = pd.DataFrame(words, columns=["token_id", "word", "spoken_word", "pos"])
    human_words = tmp_path / "words.parquet"
    blank = dict.fromkeys(["recording_id", "talker", "image_id"], "")
    tables.write(
        HUMAN_WORDS,
        human_words,
        spoken.assign(**blank, source="isle", use="test", onset=0.0, offset=1.0),
    )
    uses = [("a", 0, 0), ("b", 0, 0), ("b", 1, 0)]
    used = pd.DataFrame(uses, columns=["image_id", "caption", "position"])
    used["lemma"] = ["dog", "grass", "dog"]
    for column in CAPTION_WORDS.columns:
        if column.name not in used:
            used[column.name] = "x"
    caption_words = tmp_path / "caption_words.parquet"
    tables.write(CAPTION_WORDS, caption_words, used)
    replaced = [("dog", "NOUN", "dog"), ("grass", "ADJ", "bureau")]
    boxes = [("b", 0, 0, 0, 10, 10), ("b", 1, 0, 0, 4, 5)]
    inputs = Inputs(
        [ranks],
        [],
        [human],
        [write(IMAGES, "images", images, **more)],
        [write(SPOKEN_CAPTIONS, "spoken", SAID)],
        [write(REPLACEMENTS, "replaced", replaced, length=1, frequency_rank=1, step="matched")],
        [human_words],
        caption_words,
        [write(REGIONS, "regions", boxes)],
    )
    for size in (3, 1 << 16):  # the rows held at once change nothing
        before = (tmp_path / "items.tsv").read_bytes() if size > 3 else None
        monkeypatch.setattr("seesay.scoring.items.BATCH", size)
        list_items(inputs, tmp_path / "items.parquet", synthetic=True)
        export([tmp_path / "items.parquet"], tmp_path / "items.tsv", tmp_path / "items.md")
    assert (tmp_path / "items.tsv").read_bytes() == before
    return read(tmp_path / "items.tsv").set_index(["task", "query", "gallery"])


FACTS = ["word", "spoken_word", "pos", "frequency", "training_pairs", "talker", "engine"]
FACTS += ["talker_in_training", "word_in_training"]


def test_what_asks_worked_by_hand(made):
    def of(task, query, gallery="test"):
        row = made.loc[(task, query, gallery), FACTS]
        return [None if pd.isna(value) else value for value in row]

    dog = ["dog", "dog", "NOUN", 2, 1, "F01", "espeak", "seen", "seen"]
    grass = ["grass", "bureau", "ADJ", 1, 0, "festival-M01", "festival", "unseen", "unseen"]
    assert of("image_token_by_word", "t2") == grass
    # Bars may be in a token's name.
    assert of("word_similarity_other_talkers", "t3|x") == dog
    assert of("abx_token_weighted", "t3|x|t2|t1") == dog
    said = [None] * 5
    assert of("picture_by_caption", "b#0") == [*said, "festival-M01", "festival", "unseen", None]
    assert of("picture_by_caption", "c#0@M02") == [*said, "M02", "espeak", "unseen", None]
    assert of("caption_by_picture", "b") == [None] * 9
    assert of("human_recognition", "h1", "isle") == [
        *("dogs", "dog", "NOUN", 2, 1, "F01x", None, "unseen", "seen")
    ]
    assert of("human_recognition", "h1|t1", "isle~synthetic") == [
        *("dogs", "dog", "NOUN", 2, 1, "F01", "espeak", "seen", "seen")
    ]
    assert of("picture_by_human_word", "h2", "isle") == [
        *("desk", "bureau", "NOUN", 0, 0, None, None, None, "unseen")
    ]
    sizes = made["fragment_size"].dropna().droplevel("gallery").to_dict()
    assert sizes == {
        ("distinct_type_by_image", "b#0"): 100,
        ("word_token_by_image", "b#1"): 20,
    }
    assert made["picture"].dropna().isin(["b", "c"]).all()
    others = made["other_pictures"].dropna().droplevel("gallery").to_dict()
    assert others == {("image_token_by_word", "t2"): '["c", "d"]'}


def test_ranks_and_hits_worked_by_hand(made):
    row = made.loc[("image_token_by_word", "t2", "test")]
    # 2 of 8 are relevant: by chance the first is at 1 + 6 / 3, and it is none of 5 once in 28.
    assert row[["rank", "hit1", "hit5", "rank_chance", "hit1_chance"]].tolist() == [
        1,
        0,
        1,
        3,
        0.25,
    ]
    assert row["hit5_chance"] == pytest.approx(1 - 3 / 28)
    assert made.loc[("abx_token_weighted", "t3|x|t2|t1", "test"), "hit1"] == 0.5
    # Of 5 tied items behind a better one, 2 relevant, in the first 5 places 4: 5 never both last.
    assert made.loc[("distinct_type_by_image", "b#0", "test"), "hit5"] == 1
    assert made["pointing"].isna().all()


def test_the_codebook_names_every_column_of_the_tables_and_is_in_the_docs(made):
    page = (ROOT / "docs" / "items.md").read_text()
    assert codebook() in page
    for column in ITEMS.columns:
        assert f"| `{column.name}` |" in page
