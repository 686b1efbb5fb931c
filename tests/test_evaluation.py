"""The four tasks: numbers worked by hand, and a loop over the tables as oracle."""

import json

import numpy as np
import pandas as pd
import pytest

from seesay.schemas.audio import SPOKEN_WORDS
from seesay.scoring.evaluation import EvaluationSettings
from seesay.settings.evaluation import PAPER
from seesay.shared import tables
from seesay.shared.errors import InputError
from support.evaluation import FRAGMENTS, SPLITS, TOKENS, USES, Corpus, cosine, run_script

# task, gallery -> query -> better, tied, tied_relevant, relevant, rank; then the gallery's size.
BY_HAND = {
    ("word_similarity", "test"): ({"a1": (1, 0, 1, 1, 2), "a2": (1, 0, 1, 1, 2)}, 2),
    ("word_similarity", "all"): ({"a1": (2, 0, 1, 1, 3), "a2": (1, 1, 1, 1, 2.5)}, 3),
    ("word_token_by_image", "test"): (
        {"A#0": (0, 0, 1, 2, 1), "A#1": (0, 0, 1, 2, 1), "B#0": (1, 0, 1, 1, 2)},
        3,
    ),
    ("word_token_by_image", "all"): (
        {"A#0": (0, 1, 1, 2, 1.5), "A#1": (0, 0, 1, 2, 1), "B#0": (1, 0, 1, 1, 2)},
        4,
    ),
    ("word_type_by_image", "test"): (
        {"A#0": (0, 0, 1, 3, 1), "A#1": (0, 0, 1, 3, 1), "B#0": (1, 0, 1, 2, 2)},
        3,
    ),
    ("word_type_by_image", "all"): (
        {"A#0": (0, 0, 2, 4, 1), "A#1": (0, 0, 1, 4, 1), "B#0": (1, 0, 1, 2, 2)},
        4,
    ),
    ("image_token_by_word", "test"): (
        {"a1": (0, 0, 1, 2, 1), "a2": (0, 1, 1, 2, 1.5), "b1": (0, 2, 1, 1, 2)},
        3,
    ),
    ("image_token_by_word", "all"): (
        {"a1": (0, 0, 1, 2, 1), "a2": (0, 1, 1, 2, 1.5), "b1": (1, 2, 1, 1, 3)},
        4,
    ),
}


@pytest.fixture
def small(tmp_path):
    return Corpus(tmp_path, SPLITS, FRAGMENTS, TOKENS, USES)


def test_ranks_worked_by_hand(small, capsys):
    found = small.ranks()
    assert set(found["experiment"]) == {"paper"}
    assert set(found["system"]) == {"model"}
    assert set(found["seed"]) == {3}
    columns = ["better", "tied", "tied_relevant", "relevant", "rank"]
    for (task, gallery), part in found.groupby(["task", "gallery"]):
        rows, size = BY_HAND[task, gallery]
        part = part.set_index("query")
        assert {query: tuple(row) for query, row in part[columns].T.items()} == rows
        assert set(part["gallery_size"]) == {size}
        assert all(query[0].upper() == image for query, image in part["image_id"].items())
    assert len(found) == sum(len(rows) for rows, _ in BY_HAND.values())
    # b1 is the only token of its picture, so no other token can be found by it.
    notes = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note")]
    assert notes == [
        f"note: word_similarity, gallery {gallery}: 1 of 3 queries have nothing relevant in it "
        "and are left out, e.g. b1"
        for gallery in ("test", "all")
    ]


def test_a_token_of_several_test_pictures_names_them_all(tmp_path):
    uses = [*USES, ("B", 1, "a1", "cat"), ("C", 1, "a2", "dog")]
    found = Corpus(tmp_path, SPLITS, FRAGMENTS, TOKENS, uses).ranks(galleries=("test",))
    whose = found[found["task"] == "image_token_by_word"].set_index("query")
    # a2 is also of C, which is no test picture.
    assert whose["image_id"].to_dict() == {"a1": "A", "a2": "A", "b1": "B"}
    assert whose["other_images"].dropna().to_dict() == {"a1": '["B"]'}
    assert found.loc[found["task"] == "word_token_by_image", "other_images"].isna().all()


def test_one_gallery_alone(small):
    assert set(small.ranks(galleries=("test",))["gallery"]) == {"test"}


def oracle(corpus, task, gallery):
    """query -> (image, better, tied, tied_relevant, relevant), by looping over the tables."""
    image_of = {fragment: {fragment.split("#")[0]} for fragment in corpus.fragments}
    images_of, word_of = {}, {}
    for image, _, token, word, *_ in corpus.uses:
        images_of.setdefault(token, set()).add(image)
        word_of[token] = word
    test = {image for image, split in corpus.splits.items() if split == "test"}
    wanted = test if gallery == "test" else set(corpus.splits)
    by_word = task in ("word_similarity", "image_token_by_word")
    asked = images_of if by_word else image_of
    found = image_of if task == "image_token_by_word" else images_of
    vectors = {**corpus.fragments, **corpus.tokens}
    rows = {}
    for query in sorted(asked):
        images = asked[query] & test
        others = [item for item in found if found[item] & wanted and item != query]
        if task == "word_type_by_image":
            words = {use[3] for use in corpus.uses if use[0] in images}
            relevant = [item for item in others if word_of[item] in words]
        else:
            relevant = [item for item in others if found[item] & images]
        if images and relevant:
            near = {item: cosine(vectors[query], vectors[item]) for item in others}
            best = max(near[item] for item in relevant)
            level = [item for item in others if near[item] == best]
            right = sum(item in relevant for item in level)
            better = sum(value > best for value in near.values())
            rows[query] = (min(images), better, len(level) - right, right, len(relevant))
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_ranks_equal_a_loop_over_the_tables(tmp_path, seed):
    """Tokens serve one or two pictures of a split; some pictures have no tokens or fragments."""
    rng = np.random.default_rng(seed)
    splits = {f"picture{i}": ("test", "train", "validation")[i % 3] for i in range(12)}
    fragments = {
        f"{image}#{region}": rng.integers(0, 3, 3).tolist()
        for image in splits
        for region in (0, 4, 11)
        if rng.random() < 0.7
    }
    tokens = {f"r{i}@{i}.000": rng.integers(0, 3, 3).tolist() for i in range(40)}
    uses = []
    for token in tokens:
        split = list(splits)[int(rng.integers(3)) :: 3]
        word = f"word{rng.integers(8)}"
        for image in rng.choice(split, size=rng.integers(1, 3), replace=False).tolist():
            uses.append((image, int(rng.integers(2)), token, word))
    corpus = Corpus(tmp_path, splits, fragments, tokens, uses)
    ranks = corpus.ranks()
    columns = ["image_id", "better", "tied", "tied_relevant", "relevant"]
    for task in PAPER:
        for gallery in ("test", "all"):
            part = ranks[(ranks["task"] == task) & (ranks["gallery"] == gallery)]
            rows = dict(zip(part["query"], part[columns].itertuples(index=False), strict=True))
            assert {query: tuple(row) for query, row in rows.items()} == oracle(
                corpus, task, gallery
            )


def test_a_token_without_embedding_is_left_out_and_counted(tmp_path, capsys):
    uses = [*USES, ("A", 2, "lost", "cat")]
    assert len(Corpus(tmp_path, SPLITS, FRAGMENTS, TOKENS, uses).ranks()) == 22
    assert "1 spoken words have no embedding and are left out, e.g. lost" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"splits": dict.fromkeys(SPLITS, "train")}, "no picture is in the split test"),
        ({"uses": USES[3:]}, "no spoken caption of a test picture"),
        ({"fragments": {"C#0": (1, 1)}}, "no fragment of a test picture"),
        ({"tokens": {**TOKENS, "b1": (np.nan, 1)}}, "1 embeddings are not finite.*'b1'"),
        ({"fragments": {**FRAGMENTS, "D#0": (1, 1)}}, "picture 'D' is not in"),
        ({"tokens": dict.fromkeys(TOKENS, (1, 1, 1))}, "of 2 numbers and .* of 3"),
        ({"fragments": {"B#0": (1, 1)}, "uses": [u for u in USES if u[0] != "B"]}, "has both"),
    ],
)
def test_what_cannot_be_ranked_ends_in_one_line(tmp_path, change, message):
    parts = {"splits": SPLITS, "fragments": FRAGMENTS, "tokens": TOKENS, "uses": USES, **change}
    with pytest.raises(InputError, match=message) as error:
        Corpus(tmp_path, **parts).ranks()
    assert "\n" not in str(error.value)


def test_a_task_of_the_paper_that_asks_nothing_is_left_out_and_said(tmp_path, capsys):
    """Each test picture has one token: no other token is used for a same picture."""
    corpus = Corpus(tmp_path, SPLITS, FRAGMENTS, TOKENS, [USES[0], *USES[2:]])
    part = corpus.ranks(galleries=("test",))
    assert set(part["task"]) == set(PAPER) - {"word_similarity"}
    notes = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note")]
    assert notes == [
        "note: word_similarity, gallery test: none of the 2 test queries has anything relevant in "
        "it; the task is left out"
    ]
    with pytest.raises(
        InputError, match="no query of word_similarity, abx_token_weighted has anything to find"
    ):
        corpus.ranks(galleries=("test",), tasks=("word_similarity", "abx_token_weighted"))


def test_galleries_must_be_known_and_distinct():
    for wrong in ([], ["train"], ["test", "test"]):
        with pytest.raises(ValueError, match="galleries"):
            EvaluationSettings.model_validate({"galleries": wrong})


def test_from_embeddings_to_metrics_through_the_scripts(small, tmp_path):
    """Word token by image, gallery all, by hand: ranks 1 or 2 (tied), 1 and 2."""
    ranks = tmp_path / "paper" / "ranks.parquet"
    labels = {"experiment": "paper", "system": "model", "seed": 0, "threads": 1}
    settings = json.dumps({"galleries": ["all", "test"]})
    pairs, spoken = tmp_path / "paper" / "abx.parquet", tmp_path / "spoken.parquet"
    tables.write(SPOKEN_WORDS, spoken, pd.DataFrame(columns=[c.name for c in SPOKEN_WORDS.columns]))
    outs = {"ranks": ranks, "abx": pairs}
    run_script(
        "evaluation", **small.paths, spoken_words=spoken, **outs, **labels, settings=settings
    )
    outputs = {name: tmp_path / f"{name}.tsv" for name in ("metrics", "differences", "experiments")}
    settings = json.dumps({"resamples": 100, "seed": 0})
    given = {"ranks": [ranks], "grounding": [], "human": [], "abx": [pairs]}
    run_script("metrics", **given, **outputs, settings=settings)
    found = pd.read_csv(outputs["metrics"], sep="\t").set_index(["task", "gallery", "metric"])
    found = found[found["seed"] == "0"].loc["word_token_by_image", "all"]
    # Three ranks: 1 or 2 with even odds, 1, 2. F(1) = 1.5 / 3, so the median is 1.5.
    assert found["value"].to_dict() == pytest.approx(
        {"median_rank": 1.5, "mean_rank": 1.5, "r1": 50, "r5": 100, "r10": 100, "r25": 100}
    )
    # Chance: 2, 2 and 1 relevant of 4: mean ranks 5/3, 5/3, 5/2; P(1) = 1/2, 1/2, 1/4, and
    # P(2 or better) = 5/6, 5/6, 1/2.
    assert found["chance"].to_dict() == pytest.approx(
        {"median_rank": 2, "mean_rank": 35 / 18, "r1": 125 / 3, "r5": 100, "r10": 100, "r25": 100},
        abs=1e-4,
    )
    assert set(found["queries"]) == {3}
    assert set(found["gallery_size"]) == {4}
    assert outputs["differences"].read_text().count("\n") == 1  # no control: the header alone
