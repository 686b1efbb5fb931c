"""All folds in one run: each picture is tested once, and pooled numbers are the queries'."""

import re

import pandas as pd
import pytest
import yaml

from seesay.commands import cli
from seesay.commands.check import report
from seesay.commands.compare_runs import Run
from seesay.commands.search import Search
from seesay.planning import folds
from seesay.scoring.abx_metrics import pooled as pooled_pairs
from seesay.scoring.breakdown_classes import by_fold, of_queries
from seesay.shared.errors import InputError
from support.metrics import read, same_numbers
from support.workflow import jobs, small_config, snakemake

SPLIT = {"method": "exact", "train": 8, "validation": 4, "test": 6}


def config(**split):
    """The small config on 18 scenes, with no control that is trained."""
    values = small_config() | {"controls": []}
    values["scenes"]["count"] = 18
    values["pictures"]["split"] = SPLIT | split
    values["training"]["max_epochs"] = 1
    values["evaluation"]["galleries"] = ["test"]
    return values


@pytest.fixture(scope="module")
def pooled(tmp_path_factory):
    """A run of three folds: its folder, and the jobs that ran after one of its first fold alone."""
    folder = tmp_path_factory.mktemp("folds")
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(config(folds=3, fold=0)))
    wanted = ["results/metrics.tsv"]
    result = snakemake(folder, *wanted)
    assert result.returncode == 0, result.stderr[-3000:]
    alone = pd.read_csv(folder / "results" / "metrics.tsv", sep="\t")
    file.write_text(yaml.safe_dump(config(folds=3, fold="all")))
    wanted += ["results/items.tsv", "results/report.html", "results/study.md"]
    result = snakemake(folder, *wanted)
    assert result.returncode == 0, result.stderr[-3000:]
    return folder, jobs(result), alone


@pytest.mark.slow
def test_three_folds_run_into_one_report(pooled, capsys, monkeypatch):
    folder, ran, alone = pooled
    results = folder / "results"
    # What the first fold made stays, and so do features, which are of no fold.
    assert {rule: ran.get(rule, 0) for rule in ("matching", "training", "evaluation")} == {
        "matching": 2, "training": 2, "evaluation": 2,
    }  # fmt: skip
    # Generated speech is listed again, and turns out the same.
    assert not {"scenes", "regions", "fc7", "synthesis", "logmel", "words"} & set(ran)
    items = read(results / "items.tsv")
    same_numbers(items, results / "metrics.tsv")
    # Every picture with fragments asks in one fold.
    asked = items[items["task"] == "word_token_by_image"].groupby("picture")["fold"].nunique()
    images = pd.read_parquet(results / "pictures" / "images.parquet")
    assert set(asked.index) == set(images["image_id"])
    assert (asked == 1).all()
    for fold in (1, 2):
        own = pd.read_parquet(results / "folds" / str(fold) / "pictures" / "images.parquet")
        tested = own.loc[own["split"] == "test", "image_id"]
        assert set(items.loc[items["fold"] == fold, "picture"]) <= set(tested)
    # The first fold's part is what it was alone.
    first = items[(items["fold"] == 0) & items["rank"].notna()]
    means = first.groupby(["task", "system"])["hit10"].mean()
    before = alone[(alone["metric"] == "r10") & (alone["seed"] == "mean")]
    before = before.set_index(["task", "system"])["value"]
    assert (100 * means[before.index]).to_numpy() == pytest.approx(before.to_numpy(), abs=1e-4)
    assert "3 folds pooled: every picture is tested once" in (results / "summary.md").read_text()
    groups = pd.read_parquet(results / "breakdown" / "groups.parquet")
    whole = groups[(groups["task"] == "word_token_by_image") & (groups["system"] == "model")]
    sizes = whole.groupby("property")["queries"].sum()
    assert (sizes == (items["task"] == "word_token_by_image").sum() / 4).all()
    # Its commands know where the other folds are.
    monkeypatch.chdir(folder)
    model = results / "folds" / "2" / "training" / "paper" / "model" / "1"
    found = Search(model).look(images["path"].iloc[0], 2)
    assert len(found) == 2
    tokens = Run.read(results).tokens("test")
    assert set(items.loc[items["task"] == "word_similarity", "query"]) <= tokens
    cli.main(["clean", "config.yaml"])
    assert len(re.findall("paper, seed 1: has ended", capsys.readouterr().out)) == 3


def test_folds_part_lists_and_pool_categories():
    assert by_fold(list("abcdef"), 3) == [["a", "b"], ["c", "d"], ["e", "f"]]
    run = pd.DataFrame({"fold": [0, 0, 1], "query": ["x", "y", "x"]})
    seen = ["heard in training", "not in training"]

    def known(fold, query):
        names = [["ann"], ["bob", "cid"]][fold]
        talker = pd.Categorical(names * len(query), names * 1, ordered=True)[: len(query)]
        heard = pd.Categorical(["heard in training"] * len(query), seen)
        return pd.DataFrame({"talker": talker, "talker in training": heard}, query)

    found = of_queries(run, known)
    assert list(found.index) == ["x", "y", "x"]
    assert list(found["talker"].cat.categories) == ["ann", "bob", "cid"]
    assert found["talker"].tolist() == ["ann", "ann", "bob"]
    # Nobody is new in any fold.
    assert "talker in training" not in found


def test_a_pair_of_words_that_folds_ask_again_counts_once():
    rows = [("b", "a", 0.5, 4, True), ("a", "b", 1.0, 8, False), ("b", "a", 1.0, 6, True)]
    frame = pd.DataFrame(rows, columns=["word", "other", "score", "triplets", "neighbour"])
    found = pooled_pairs(frame.assign(experiment="paper", system="model", seed=1, task="abx"))
    rows = found[["word", "other", "score", "triplets"]].to_numpy().tolist()
    assert rows == [["a", "b", 1.0, 8], ["b", "a", 0.75, 10]]


def test_folds_lie_below_the_results(tmp_path):
    results = tmp_path / "results"
    assert folds.homes(results) == folds.homes(results, 1) == [results]
    model = results / "training" / "paper" / "model" / "1"
    assert folds.model_folder(model, 0) == model
    with pytest.raises(InputError, match=r"--fold 1: no such fold in .*results; it has no folds$"):
        folds.model_folder(model, 1)
    homes = [results, *(results / "folds" / str(fold) for fold in range(1, 11))]
    for home in homes:
        home.mkdir(parents=True)
    assert folds.homes(results) == folds.homes(results, 11) == homes
    assert {folds.results_of(home) for home in homes} == {results}
    for fold, home in enumerate(homes):
        assert folds.home_of(results, fold) == home
        own = home / "training" / "paper" / "model" / "1"
        assert folds.model_folder(own) == folds.model_folder(own / "model.safetensors") == own
        assert folds.model_folder(model, fold) == own
        assert folds.model_folder(own, 0) == model
    for fold in (-1, 11):
        with pytest.raises(InputError, match=f"--fold {fold}: .* it has the folds 0 to 10$"):
            folds.home_of(results, fold)
    with pytest.raises(InputError, match=r"model/1: not a model's folder; give <results>/training"):
        folds.model_folder("model/1", 2)


def test_check_counts_the_trainings(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    values = config(folds=3, fold="all") | {"seeds": [1, 2]}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(values))
    monkeypatch.setattr("seesay.commands.check._predicted", lambda config, counts: iter(()))
    assert report("config.yaml") == 0
    assert "3 folds: 6 jobs train" in capsys.readouterr().out
