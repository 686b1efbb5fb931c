"""What `seesay check` predicts is what the stages then find."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from seesay.captions.tagging import Tagger
from seesay.commands import prediction
from seesay.commands.check import findings, report
from seesay.commands.check_corpora import pictures as look_at_pictures
from seesay.commands.check_corpora import speech as look_at_speech
from seesay.commands.check_findings import Counts
from seesay.commands.check_matching import read
from seesay.commands.check_matching_shown import swapped
from seesay.commands.prediction import Texts
from seesay.planning.config import load
from seesay.schemas.audio import SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.schemas.scoring import ABX, RANKS
from seesay.schemas.vision import FC7, IMAGES
from seesay.scoring.evaluation import evaluate
from seesay.scoring.metrics import measure
from seesay.scoring.rank_metrics import METRICS
from seesay.settings.metrics import MetricsSettings
from seesay.settings.pictures import ExactSplit
from seesay.shared import tables
from seesay.shared.columns import sized
from seesay.shared.errors import InputError
from seesay.vision.splits import by_count
from support import configs, small_corpora
from support.small_corpora import stages
from support.workflow import snakemake

FRAGMENTS = 4
DOG, CAT = "a dog runs on the grass", "a cat sits on a red chair"
EVERYTHING = "dog runs grass cat sits red chair"
PETS, RUNS = [["dog"], ["cat"]], [["a dog runs"]] * 2
CORPORA = {
    "ready": (
        {"train": [[DOG, CAT]] * 3, "validation": [[DOG], [CAT]], "test": [[DOG], [CAT]]},
        dict.fromkeys(("ann", "bob", "cid", "dan", "eve", "fay", "gil"), f"{EVERYTHING} " * 2),
    ),
    "one-word captions": (
        {"train": [["dog"], ["cat"]] * 2, "validation": PETS, "test": PETS},
        dict.fromkeys(("ann", "bob"), "dog cat dog cat dog cat"),
    ),
    "too few talkers": (
        {"train": [[DOG, CAT]] * 3, "validation": [[DOG], [CAT]], "test": [[DOG], [CAT]]},
        {"ann": f"{EVERYTHING} " * 2},
    ),
    "no test caption can be said": (
        {"train": RUNS, "validation": RUNS, "test": [["purple zebras"]]},
        dict.fromkeys(("ann", "bob", "cid"), "dog runs dog runs"),
    ),
    "isolated words, once each": (
        {"train": [[DOG, CAT]] * 3, "validation": [[DOG], [CAT]], "test": [[DOG], [CAT]]},
        {"ann": EVERYTHING},
    ),
    "a talker a word": (
        {"train": [[DOG, CAT]] * 3, "validation": [[DOG], [CAT]], "test": [[DOG], [CAT]]},
        {f"talker_{n}": f"{word} " * 9 for n, word in enumerate(EVERYTHING.split())},
    ),
    "one type": (
        {"train": [["dog"]] * 4, "validation": [["dog"]] * 2, "test": [["dog"]] * 2},
        {"ann": "dog " * 12},
    ),
    "one test picture": (
        {"train": [[DOG]] * 3, "validation": [[DOG], [DOG]], "test": [[DOG]]},
        dict.fromkeys(("ann", "bob", "cid", "dan"), f"{EVERYTHING} " * 2),
    ),
}  # fmt: skip


def texts_of(config) -> Texts:
    counts = Counts("snakemake --cores 1 fetch")
    list(look_at_pictures(config, counts))
    list(look_at_speech(config, counts))
    found = read(config, counts, Tagger(config.words.tagger))
    assert isinstance(found, Texts), found
    return found


def embed(at: dict[str, Path], folder: Path, fragments: int) -> tuple[Path, Path]:
    """Embeddings by chance of as many fragments a picture, and of every token."""
    ids = tables.read(IMAGES, at["images"])["image_id"]
    tokens = tables.read(SPOKEN_WORDS, at["spoken_words"])["token_id"]
    keys = {
        "image_id": np.repeat(ids, fragments),
        "region": np.tile(np.arange(fragments), len(ids)),
    }
    found = []
    for table, own in ((IMAGE_EMBEDDINGS, keys), (WORD_EMBEDDINGS, {"token_id": tokens})):
        vectors = np.random.default_rng(0).normal(size=(len(next(iter(own.values()))), 5))
        found.append(folder / f"{table.name}.parquet")
        with tables.Writer(table, found[-1], sized(table, embedding=5).schema) as writer:
            writer.write({**own, "embedding": vectors.astype(np.float32)})
    return found[0], found[1]


@pytest.mark.parametrize("name", CORPORA)
def test_what_is_predicted_is_what_matching_and_evaluation_find(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = load(small_corpora.make(tmp_path, *CORPORA[name]))
    texts = texts_of(config)
    now = prediction.match(texts, config.words.min_count, config.matching)
    if now.stops:
        with pytest.raises(InputError) as caught:
            stages(tmp_path, config)
        assert now.stops in str(caught.value)
        kept = pd.read_csv("tables/stopped/unsayable.tsv", sep="\t", keep_default_na=False)
        assert kept.values.tolist() == now.matched.unsayable.values.tolist()
        return
    at = stages(tmp_path, config)
    small_corpora.same_matching(now.matched, at)
    luck, notes = prediction.chances(
        now.matched.spoken_captions, texts.splits, FRAGMENTS, config.evaluation
    )
    images, tokens = embed(at, tmp_path, FRAGMENTS)
    ranks, said = tmp_path / "ranks.parquet", at["spoken_captions"]
    pairs = tmp_path / "pairs.parquet"
    evaluate(
        images, tokens, said, at["images"], ranks, config.evaluation, "paper", "model", 1,
        spoken_words=at["spoken_words"], pairs=pairs,
    )  # fmt: skip
    paths = [tmp_path / f"{n}.tsv" for n in "mdx"]
    measure([ranks], *paths, MetricsSettings(resamples=50, seed=0))
    numbers = pd.read_csv(paths[0], sep="\t").query("seed == '1'")
    assert len(luck) == len(numbers) / len(METRICS)
    there = set(luck["task"]) | ({"abx"} if len(tables.read(ABX, pairs)) else set())
    missing = [task for task in config.evaluation.tasks if task not in there]
    told = [f"{task} (test)" if "abx" in task else f"{task} (test, all)" for task in missing]
    text = f"left out, because no test query has a right item: {', '.join(told)}"
    assert notes == ([text] if missing else [])
    for row in luck.to_dict("records"):
        here = (numbers["task"] == row["task"]) & (numbers["gallery"] == row["gallery"])
        found = numbers[here].set_index("metric")
        assert set(found["queries"]) == {row["queries"]}
        assert set(found["gallery_size"]) == {row["gallery_size"]}
        for metric in METRICS:
            assert found.loc[metric, "chance"] == pytest.approx(row[metric], abs=1e-4)
    assert set(tables.read(RANKS, ranks)["task"]) == set(luck["task"])


def checked(folder, values, capsys) -> tuple[int, list[str]]:
    """The exit status of `seesay check`, and its lines."""
    status = report(str(small_corpora.write(folder, values)))
    out = capsys.readouterr().out
    assert "Traceback" not in out
    return status, out.splitlines()


@pytest.mark.parametrize(
    ("name", "verdict", "told"),
    [
        ("ready", "ready", "training hears 7 types"),
        (
            "one-word captions",
            "ready, but ",
            "no test query has a right item: word_similarity (test, all), ",
        ),
        ("too few talkers", "not ready", "none of these is enough"),
        ("no test caption can be said", "not ready", "no caption of the test split can be said"),
        ("isolated words, once each", "not ready", "lost their tokens to other captions"),
        ("a talker a word", "not ready", "matching.speakers: mixed"),
        ("one type", "ready, but ", ", abx (test), abx_token_weighted (test)"),
        ("one test picture", "ready, but ", "R@10 of word_token_by_image (test) is 100 %"),
    ],
)
def test_the_verdict_and_why(name, verdict, told, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    values = small_corpora.make(tmp_path, *CORPORA[name])
    status, lines = checked(tmp_path, values, capsys)
    print("\n".join(lines))
    assert lines[-1].startswith(verdict)
    assert status == (verdict == "not ready")
    assert any(told in line for line in lines)


def test_what_is_enough_is_named_and_nothing_is_said_of_a_test_that_says_nothing(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    values = small_corpora.make(tmp_path, *CORPORA["a talker a word"])
    _, lines = checked(tmp_path, values, capsys)
    assert "note  matching: enough for a run: matching.speakers: mixed" in lines
    (tmp_path / "mute").mkdir()
    monkeypatch.chdir(tmp_path / "mute")
    values = small_corpora.make(tmp_path / "mute", *CORPORA["no test caption can be said"])
    _, lines = checked(tmp_path / "mute", values, capsys)
    assert any("training hears " in line for line in lines), lines
    assert not any("every word of the test" in line or "enough for a run" in line for line in lines)


def test_a_cure_gives_what_the_run_with_it_gives(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    values = small_corpora.make(tmp_path, *CORPORA["a talker a word"])
    _, lines = checked(tmp_path, values, capsys)
    (row,) = [line.split("  ") for line in lines if "matching.speakers: mixed  " in line]
    told = [cell.strip() for cell in row if cell.strip()]
    values["matching"]["speakers"] = "mixed"
    config = load(values)
    at = stages(tmp_path, config)
    said = tables.read(SPOKEN_CAPTIONS, at["spoken_captions"])
    split = tables.read(IMAGES, at["images"]).set_index("image_id")["split"]
    used = said.assign(split=said["image_id"].map(split))
    counts = used.drop_duplicates(["image_id", "caption"])["split"].value_counts()
    test, train = (used[used["split"] == name] for name in ("test", "train"))
    never = set(test["spoken_word"]) - set(train["spoken_word"])
    assert told == [
        "matching.speakers: mixed",
        f"{counts['train']} of 6",
        f"{counts['validation']} of 2",
        f"{counts['test']} of 2",
        str(test["token_id"].nunique()),
        f"{len(never)} of {test['spoken_word'].nunique()}",
    ]
    _, lines = checked(tmp_path, values, capsys)
    assert not any("speakers: mixed" in line for line in lines)


def test_a_picture_that_uses_all_that_its_split_says_ends_a_training(tmp_path):
    said = pd.DataFrame(
        [("a", "x", "k1"), ("b", "x", "k2"), ("c", "x", "k3"), ("c", "y", "k4")],
        columns=["image_id", "spoken_word", "token_id"],
    )
    splits = pd.Series({"a": "train", "b": "train", "c": "validation"})
    assert prediction.crowded(said, splits, "tokens") == {"validation": "c"}
    assert prediction.crowded(said, splits, "types") == {"train": "a", "validation": "c"}


def spoken(*rows: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["talker", "word"])


def test_a_layout_the_wrong_way_round_is_said():
    known = {"cat", "dog", "bird"}
    right = spoken(("7a", "cat"), ("7a", "dog"), ("8b", "cat"), ("8b", "bird"))
    assert list(swapped(right, known)) == []
    wrong = spoken(("s/cat", "7a"), ("s/dog", "7a"), ("s/cat", "8b"), ("s/bird", "8b"))
    (line,) = map(str, swapped(wrong, known))
    assert line.startswith("warn  speech: talkers look like words (bird, cat, dog), and words do")
    (line,) = map(str, swapped(spoken(("7a", "cat"), ("8b", "dog"), ("8b", "dog")), known))
    assert "each of 2 talkers says one word alone (7a, 8b)" in line
    assert list(swapped(spoken(("7a", "cat"), ("7a", "cat")), known)) == []


def test_without_scenes_it_is_said_what_cannot_be_known(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = configs.complete()
    path = small_corpora.write(tmp_path, values)
    (line,) = [str(f) for f in findings(str(path)) if f.section == "matching"]
    assert line == (
        "note  matching: what can be said is not known before the scenes are drawn; check again"
        " after seesay run config.yaml scenes"
    ).replace("config.yaml", str(path))


@pytest.mark.slow
def test_the_small_run_is_as_predicted(small_run, tmp_path, monkeypatch):
    """From its scenes and speech to the digit; from its scenes alone, all that its script says."""
    monkeypatch.chdir(small_run)
    config = load(yaml.safe_load(Path("config.yaml").read_text()))
    texts = texts_of(config)
    now = prediction.match(texts, config.words.min_count, config.matching)
    found = tables.read(SPOKEN_CAPTIONS, Path("results/matching/spoken_captions.parquet"))
    mine = now.matched.spoken_captions.sort_values(list(SPOKEN_CAPTIONS.key), ignore_index=True)
    pd.testing.assert_frame_equal(mine[found.columns], found, check_dtype=False)
    kept = tables.read(
        FC7, sorted(Path("results/fc7/shards").glob("*.parquet")), ["image_id", "region"]
    )
    (each,) = kept.groupby("image_id").size().unique()
    luck, _ = prediction.chances(found, texts.splits, int(each), config.evaluation)
    numbers = pd.read_csv("results/metrics.tsv", sep="\t").query("seed == 'mean'")
    for row in luck.to_dict("records"):
        here = (numbers["task"] == row["task"]) & (numbers["gallery"] == row["gallery"])
        one = numbers[here & (numbers["system"] == "model")].set_index("metric")
        assert set(one["gallery_size"]) == {row["gallery_size"]}
        for metric in METRICS:
            assert one.loc[metric, "chance"] == pytest.approx(row[metric], abs=1e-4)

    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "scenes").symlink_to(small_run / "results" / "scenes")
    monkeypatch.chdir(tmp_path)
    scripted = prediction.match(texts_of(config), config.words.min_count, config.matching)
    pd.testing.assert_frame_equal(scripted.counts, now.counts)
    assert scripted.never == now.never


@pytest.mark.slow
def test_one_word_captions_reach_their_report(tmp_path):
    """Word Similarity has nothing to find among them, and is left out with a note."""
    small_corpora.write(tmp_path, small_corpora.make(tmp_path, *CORPORA["one-word captions"]))
    done = snakemake(tmp_path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    log = (tmp_path / "results" / "logs" / "evaluation" / "paper" / "1.log").read_text()
    assert "note: word_similarity, gallery test: none of the 2 test queries has anything" in log
    page = (tmp_path / "results" / "report.html").read_text()
    assert "Left out, because no test query has a right item: Word Similarity; Word" in page
    numbers = pd.read_csv(tmp_path / "results" / "metrics.tsv", sep="\t")
    assert set(numbers["task"]) == {
        *("word_token_by_image", "word_type_by_image", "image_token_by_word"),
        *("distinct_type_by_image", "picture_by_caption", "caption_by_picture"),
    }


def test_a_fold_that_would_end_the_run_is_named(tmp_path, monkeypatch):
    """Nobody says the words of fold 2's test; they leave fold 1's validation a single picture."""
    split = {"method": "exact", "train": 5, "validation": 4, "test": 3, "folds": 4}
    names = [f"train_{number:02}" for number in range(12)]
    mute = by_count(ExactSplit(**split, fold=2), names)
    texts = [["purple zebras" if mute[name] == "test" else "a dog runs"] for name in names]
    captions = {"train": texts, "validation": [], "test": []}
    values = small_corpora.make(tmp_path, captions, dict.fromkeys(("ann", "bob"), "dog runs " * 9))
    monkeypatch.chdir(tmp_path)
    values["pictures"]["split"] = split | {"fold": "all"}
    found = list(findings(str(small_corpora.write(tmp_path, values))))
    alone, fail = (finding for finding in found if finding.mark == "fail")
    assert alone.text.startswith("fold 1: experiments.paper: training will end: picture ")
    values["pictures"]["split"] = split | {"fold": 2}
    with pytest.raises(InputError) as caught:
        stages(tmp_path, load(values))
    assert fail.text.startswith("fold 2: ")
    assert fail.text.removeprefix("fold 2: ") in str(caught.value)
    values["pictures"]["split"] = split | {"fold": "all"}
    for name in names:
        (tmp_path / "pictures" / f"{name}.txt").write_text("a dog runs\n")
    said = [f.text for f in findings(str(small_corpora.write(tmp_path, values)))]
    assert "folds 1 to 3 can be matched, too" in said
