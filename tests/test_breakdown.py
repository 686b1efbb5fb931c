"""The breakdown: classes worked by hand, hits and intervals against those of the metrics."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from seesay.schemas.captions import CAPTION_WORDS, REPLACEMENTS, SPOKEN_CAPTIONS
from seesay.schemas.scoring import GROUPS, OVER_WORDS, RANKS, WORDS
from seesay.schemas.vision import IMAGES, REGIONS
from seesay.scoring.breakdown import _by_word, break_down
from seesay.scoring.breakdown_classes import (
    classes,
    fragment_of,
    fragment_properties,
    word_properties,
)
from seesay.scoring.metrics import measure
from seesay.scoring.rank_metrics import hits
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables
from seesay.shared.ranking import Ranks
from support import crossing
from support.metrics import ROWS, of_one_sample, ranks_of

SETTINGS = MetricsSettings(resamples=200, seed=3)
PICTURES = [f"p{n:02}" for n in range(20)]
QUERIES = 4 * len(PICTURES)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS)
def test_hits_are_those_of_the_metrics(rows):
    for column, k in ((2, 1), (3, 5), (4, 10), (5, 25)):
        assert 100 * hits(ranks_of(*rows), k).mean() == pytest.approx(of_one_sample(rows)[column])


def test_classes_hold_their_lower_edge():
    found = classes(pd.Series([1, 4, 5, 9, 10, 300]), (1, 5, 10))
    assert list(found) == ["1–4", "1–4", "5–9", "5–9", "10 and more", "10 and more"]
    found = classes(pd.Series([0.0, 4.9, 5.0]), (0, 5), "%")
    assert list(found) == ["0–5 %", "0–5 %", "5 % and more"]
    assert list(classes(pd.Series([0, 1]), (0, 1)).cat.categories) == ["0", "1 and more"]


def spoken(rows):
    return pd.DataFrame(rows, columns=[c.name for c in SPOKEN_CAPTIONS.columns])


SAID = spoken(
    [
        # Two captions of a picture share a token: one pair. The test picture's is no pair.
        ("a", 0, "t1", 0, "dog", "dog", "k1"),
        ("a", 1, "t1", 0, "dog", "dog", "k1"),
        ("b", 0, "t2", 0, "dog", "dog", "k2"),
        ("c", 0, "t2", 0, "dog", "dog", "k3"),
        ("c", 0, "t2", 1, "grass", "bureau", "k4"),
    ]
)
USES = pd.DataFrame({"lemma": ["dog"] * 5 + ["grass"]})
REPLACED = pd.DataFrame({"word": ["dog", "grass"], "pos": ["NOUN", "ADJ"]})


def test_what_a_token_is_worked_by_hand():
    split = pd.Series({"a": "train", "b": "train", "c": "test"})
    found = word_properties(SAID, REPLACED, USES, split)
    assert found.loc["k3"].tolist() == [
        "dog", "dog", "NOUN", 2, "NOUN", "5–9", "3–4", "as itself", "1–4", "t2", "said in training"
    ]  # fmt: skip
    assert found.loc["k4"].tolist() == [
        "grass", "bureau", "ADJ", 0, "ADJ", "1–4", "5–6", "as another word", "0", "t2",
        "not in training",
    ]  # fmt: skip


def test_properties_are_those_of_test_tokens_among_the_groups_of_all():
    split = pd.Series({"a": "train", "b": "train", "c": "test"})
    segment = ("b", 1, "t3", 0, "r@0.2", "r@0.2", "r@0.2")
    found = word_properties(pd.concat([SAID, spoken([segment])]), REPLACED, USES, split)
    assert found.index.tolist() == ["k3", "k4"]
    assert found["talker"].cat.categories.tolist() == ["t1", "t2", "t3"]
    assert found["uses in captions"].cat.categories[-1] == "no caption word"
    assert found["part of speech"].cat.categories[-1] == "no word"
    # A token of two pictures has the row of the first, as its talker and word.
    both = pd.concat([SAID, spoken([("c", 1, "t1", 0, "grass", "dog", "k1")])])
    assert word_properties(both, REPLACED, USES, split).loc["k1", "word"] == "dog"


def test_segments_that_are_no_word_or_no_caption_word_are_apart():
    split = pd.Series({"a": "train", "b": "train", "c": "test"})
    found_in_sound = spoken(
        [
            ("a", 0, "t1", 0, "dog", "dog", "k1"),
            ("c", 0, "t1", 0, "the", "the", "r@0.1"),
            ("c", 0, "t1", 1, "r@0.2", "r@0.2", "r@0.2"),
            ("c", 0, "t1", 2, "dog", "dog", "r@0.3"),
        ]
    )
    found = word_properties(found_in_sound, REPLACED, USES, split)
    names = ["word", "part of speech", "uses in captions", "letters of the spoken word"]
    assert found.loc["r@0.1", names].tolist() == ["the", "other", "no caption word", "3–4"]
    assert found.loc["r@0.2", names].tolist() == ["", "no word", "no caption word", "no word"]
    assert found.loc["r@0.3", names].tolist() == ["dog", "NOUN", "5–9", "3–4"]
    for name, last in zip(names[1:], ("no word", "no caption word", "no word"), strict=True):
        assert found[name].cat.categories[-1] == last
    # Given words have none of these groups.
    given = word_properties(SAID, REPLACED, USES, split)
    assert not any(
        "no " in str(group) for name in names[1:] for group in given[name].cat.categories
    )


def test_the_list_of_words_has_no_segments_without_a_word():
    counts = {"better": 0, "tied": 0, "tied_relevant": 1, "relevant": 1, "gallery_size": 9}
    run = pd.DataFrame({"query": ["x", "y", "z"], **counts})
    known = pd.DataFrame(
        {"word": ["dog", "", ""], "spoken_word": ["dog", "y", "z"], "tag": "NOUN", "pairs": 3}
    )
    (row,) = _by_word({("model", 1): run}, known)
    assert (row["word"], row["queries"], row["pairs"]) == ("dog", 1, 3)


def test_what_a_fragment_is_worked_by_hand():
    boxes = [("c", 0, 0, 0, 10, 10), ("c", 1, 0, 0, 10, 10), ("c", 2, 0, 0, 4, 2)]
    regions = pd.DataFrame(boxes, columns=["image_id", "region", "x0", "y0", "x1", "y1"])
    queries = pd.Series(["c#0", "c#1", "c#2"])
    found = fragment_of(queries, fragment_properties(regions, SAID))
    assert list(found["size of the fragment"]) == ["whole picture", "50 % and more", "5–10 %"]
    assert list(found["tokens said of the picture"]) == ["1–9"] * 3
    without = fragment_of(queries, fragment_properties(regions[:0], SAID))
    assert list(without) == ["tokens said of the picture"]


@pytest.fixture
def made(tmp_path):
    """The tables of one run: two systems, two seeds, 20 test pictures with 4 tokens each."""
    rng = np.random.default_rng(4)
    tokens = [f"k{n:02}" for n in range(QUERIES)]
    owner = np.repeat(PICTURES, 4)
    path = {
        name: tmp_path / f"{name}.parquet"
        for name in ("images", "said", "replaced", "uses", "regions", "groups", "words")
    }
    images = pd.DataFrame({"image_id": PICTURES, "path": "", "digest": "", "split": "test"})
    tables.write(IMAGES, path["images"], images.assign(width=9, height=9))
    rows = [
        (image, 0, f"t{n % 2}", n, "dog" if n % 4 else "grass", "dog" if n % 4 else "bureau", k)
        for n, (image, k) in enumerate(zip(owner, tokens, strict=True))
    ]
    tables.write(SPOKEN_CAPTIONS, path["said"], spoken(rows))
    replaced = pd.DataFrame({"word": ["dog", "grass"], "pos": "NOUN", "step": "as itself"})
    replaced = replaced.assign(spoken_word=["dog", "bureau"], length=3, frequency_rank=[1, 2])
    tables.write(REPLACEMENTS, path["replaced"], replaced)
    uses = pd.DataFrame({"image_id": PICTURES, "lemma": "dog", "text": "dog", "pos": "NOUN"})
    tables.write(CAPTION_WORDS, path["uses"], uses.assign(caption=0, position=0))
    tables.write(REGIONS, path["regions"], REGIONS.schema.empty_table().to_pandas())
    ranks = []
    for system, worst in (("model", 12), ("random_projection", 30)):
        for seed in (1, 2):
            columns = pd.DataFrame({"query": tokens, "image_id": owner})
            columns = columns.assign(
                better=rng.integers(0, worst, QUERIES), tied=rng.integers(0, 4, QUERIES)
            )
            columns = columns.assign(tied_relevant=1, relevant=4, rank=1.0, gallery_size=35)
            columns = columns.assign(experiment="paper", system=system, seed=seed)
            columns = columns.assign(task="image_token_by_word", gallery="test")
            ranks.append(tmp_path / f"{system}{seed}.parquet")
            tables.write(RANKS, ranks[-1], columns)
    return path, ranks


def run(path, ranks, boxed=("paper",)):
    names = ("images", "said", "replaced", "uses")
    given = [[path[name]] for name in names[:3]] + [path[names[3]]]
    out = (path["groups"], path["words"])
    break_down(ranks, *given, [path["regions"]], *out, SETTINGS, boxed)
    return tables.read(GROUPS, path["groups"]), tables.read(WORDS, path["words"])


def test_fragments_have_a_size_where_the_boxes_are_theirs_and_captions_are_no_fragments(made):
    path, ranks = made
    rows = [(image, n, 0, 0, 10, 10 if n == 0 else n) for image in PICTURES for n in range(4)]
    boxes = pd.DataFrame(rows, columns=["image_id", "region", "x0", "y0", "x1", "y1"])
    tables.write(REGIONS, path["regions"], boxes)
    owner = np.repeat(PICTURES, 4)
    queries = [f"{image}#{n % 4}" for n, image in enumerate(owner)]
    for file in ranks:
        said = tables.read(RANKS, file)
        part = said.assign(query=queries)
        asked = [part.assign(task=t) for t in ("word_token_by_image", "picture_by_caption")]
        tables.write(RANKS, file, pd.concat([said, *asked], ignore_index=True))
    groups, _ = run(path, ranks)
    assert set(groups["task"]) == {"image_token_by_word", "word_token_by_image"}
    sizes = groups[groups["property"] == "size of the fragment"].set_index("group")["queries"]
    assert sizes.groupby(level=0).first().sum() == QUERIES
    groups, _ = run(path, ranks, boxed=())
    by_fragment = groups[groups["task"] == "word_token_by_image"]
    assert set(by_fragment["property"]) == {"tokens said of the picture"}


def test_the_group_of_all_queries_is_the_metrics_row(made, tmp_path):
    """The values; and the interval, too, where no words ask."""
    path, ranks = made
    for file in ranks:
        said = tables.read(RANKS, file)
        tables.write(RANKS, file, pd.concat([said, said.assign(task="word_token_by_image")]))
    groups, _ = run(path, ranks, boxed=())
    names = ("metrics.tsv", "differences.tsv", "experiments.tsv")
    measure(ranks, *(tmp_path / name for name in names), SETTINGS)
    metrics = pd.read_csv(tmp_path / "metrics.tsv", sep="\t")
    pairs = pd.read_csv(tmp_path / "differences.tsv", sep="\t")
    for task, name in (
        ("image_token_by_word", "part of speech"),
        ("word_token_by_image", "tokens said of the picture"),
    ):
        part = groups[(groups["task"] == task) & (groups["property"] == name)]
        whole = part.set_index("system")
        assert (whole["queries"] == QUERIES).all()
        ends = ["low", "high"] if task == "word_token_by_image" else []
        for system in ("model", "random_projection"):
            mean = metrics[(metrics["system"] == system) & (metrics["task"] == task)]
            mean = mean[mean["seed"] == "mean"].set_index("metric")
            found = whole.loc[system, ["r10", "chance", *ends]].astype(float)
            wanted = mean.loc["r10", ["value", "chance", *(f"ci_{end}" for end in ends)]]
            assert found.to_numpy() == pytest.approx(wanted.to_numpy(float), abs=1e-4)
            median = mean.loc["median_rank"]
            assert whole.loc[system, "median_rank"] == pytest.approx(median["value"], abs=1e-4)
            assert whole.loc[system, "median_chance"] == pytest.approx(median["chance"], abs=1e-4)
        pair = pairs[pairs["task"] == task].set_index("metric").loc["r10"]
        found = whole.loc["random_projection", ["difference", *(f"difference_{e}" for e in ends)]]
        wanted = pair[["difference", *(f"ci_{end}" for end in ends)]].astype(float)
        assert found.astype(float).to_numpy() == pytest.approx(wanted.to_numpy(), abs=1e-4)


def test_the_groups_of_a_property_make_up_all_queries(made):
    groups, words = run(*made)
    model = groups[groups["system"] == "model"]
    whole = model[model["property"] == "part of speech"]["r10"].item()
    for _, part in model.groupby("property"):
        assert part["queries"].sum() == QUERIES
        assert np.average(part["r10"], weights=part["queries"]) == pytest.approx(whole)
    of_words = words[words["system"] == "model"]
    assert list(of_words["queries"]) == [60, 20]
    assert np.average(of_words["r10"], weights=of_words["queries"]) == pytest.approx(whole)


def test_intervals_of_word_queries_are_those_of_a_loop_over_pictures_words_and_seeds(made):
    path, ranks = made
    said = tables.read(SPOKEN_CAPTIONS, path["said"])
    said["spoken_word"] = [f"word{n % 11:02}" for n in range(QUERIES)]
    tables.write(SPOKEN_CAPTIONS, path["said"], said)
    groups, _ = run(path, ranks)
    found = groups[groups["property"] == OVER_WORDS].set_index("system")
    assert set(found["over"]) == {"pictures x words x seeds"}
    assert set(found["units"]) == {"20 x 11 x 2"}
    words = said.set_index("token_id")["spoken_word"].sort_index()
    columns = [np.repeat(PICTURES, 4), words.to_numpy()]
    hit = {}
    for system in ("model", "random_projection"):
        rows = [tables.read(RANKS, ranks[0].parent / f"{system}{seed}.parquet") for seed in (1, 2)]
        names = ["better", "tied", "tied_relevant", "relevant"]
        hit[system] = [100 * hits(Ranks(*run[names].to_numpy().T), 10) for run in rows]
        low, high = crossing.share(*crossing.error(hit[system], columns, SETTINGS))
        assert found.loc[system, ["low", "high"]].to_list() == pytest.approx([low, high])
    gaps = [one - other for one, other in zip(*hit.values(), strict=True)]
    wanted = crossing.student(*crossing.error(gaps, columns, SETTINGS))[:2]
    ends = found.loc["random_projection", ["difference_low", "difference_high"]]
    assert ends.to_list() == pytest.approx(wanted)


def test_few_pictures_have_no_interval_and_few_words_are_not_generalised_to(made):
    path, ranks = made
    said = tables.read(SPOKEN_CAPTIONS, path["said"])
    said.loc[said["image_id"].isin(PICTURES[:4]), "talker"] = "rare"
    said.loc[said["image_id"].isin(PICTURES[4:]), "talker"] = "other"
    groups, _ = run(path, ranks)
    whole = groups[groups["property"] == OVER_WORDS]
    assert set(whole["over"]) == {"pictures x seeds"}  # of two words
    tables.write(SPOKEN_CAPTIONS, path["said"], said)
    groups, _ = run(path, ranks)
    talkers = groups[groups["property"] == "talker"].set_index(["system", "group"])
    for name, count in (("rare", 4), ("other", 16)):
        row = talkers.loc["model", name]
        assert row["units"] == f"{count} x 2"
        assert row[["low", "high", "difference_low", "difference_high"]].isna().all()
        assert row["r10"] > 0


def test_a_run_without_the_tasks_that_are_parted_has_empty_tables(made):
    path, ranks = made
    for file in ranks:
        tables.write(RANKS, file, tables.read(RANKS, file).assign(task="picture_by_caption"))
    groups, words = run(path, ranks)
    assert groups.empty
    assert words.empty
