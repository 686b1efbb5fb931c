"""All folds in one run: each picture is tested once, and pooled numbers are the queries'."""

import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from seesay.commands import cli, export
from seesay.commands.bundle import writing
from seesay.commands.check import report
from seesay.planning import folds
from seesay.schemas.audio import HUMAN_WORDS
from seesay.schemas.items import ITEMS
from seesay.schemas.learning import HISTORY
from seesay.schemas.scoring import ABX, GROUPS, HUMAN_RANKS, RANKS
from seesay.scoring.abx_metrics import pooled as pooled_pairs
from seesay.scoring.breakdown_classes import by_fold, of_queries
from seesay.scoring.names import HUMAN
from seesay.scoring.rank_metrics import METRICS, of_ranks
from seesay.shared import tables
from seesay.shared.errors import InputError
from support.human_run import human
from support.metrics import read, same_numbers
from support.workflow import copy, jobs, small_config, snakemake

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
    """A run of three folds with human words and legacy ranks: its folder, and the jobs that ran.

    Before, its first fold ran alone, without these; its numbers are in `alone`.
    """
    folder = tmp_path_factory.mktemp("folds")
    file, results = folder / "config.yaml", folder / "results"
    file.write_text(yaml.safe_dump(config(folds=3, fold=0)))
    result = snakemake(folder, "results/metrics.tsv")
    assert result.returncode == 0, result.stderr[-3000:]
    copy(results, folder / "alone")
    spoken = pd.read_parquet(results / "matching" / "spoken_captions.parquet")
    words = sorted(set(spoken["spoken_word"]))
    human(folder / "human", {"eve": " ".join(words[:8]), "fay": " ".join(words[4:12])})
    values = config(folds=3, fold="all")
    corpus = {"name": "people", "reader": "tsv", "path": "human"}
    values["evaluation"] |= {"human": [corpus], "legacy": True}
    file.write_text(yaml.safe_dump(values))
    wanted = ["results/items.tsv", "results/report.html", "results/study.md"]
    result = snakemake(folder, *wanted)
    assert result.returncode == 0, result.stderr[-3000:]
    return folder, jobs(result)


def of_folds(results, name, table):
    """The rows of a table of every fold, with a column `fold`."""
    files = [results / folds.prefix(fold) / name for fold in range(3)]
    return pd.concat([tables.read(table, f).assign(fold=n) for n, f in enumerate(files)])


def number(file, system, task, metric="r10", gallery="test"):
    """A system's number, from a table as metrics.tsv is."""
    rows = pd.read_csv(file, sep="\t", dtype={"seed": str})
    rows = rows[(rows["system"] == system) & (rows["task"] == task) & (rows["metric"] == metric)]
    (value,) = rows.loc[(rows["seed"] == "mean") & (rows["gallery"] == gallery), "value"]
    return value


@pytest.mark.slow
def test_three_folds_run_into_one_report(pooled):
    folder, ran = pooled
    results = folder / "results"
    # What the first fold made stays, and so do features, which are of no fold.
    expected = {
        "matching_fold": 2,
        "training": 2,
        "evaluation_ranks": 2,
        "human_ranks": 3,
        "legacy": 9,
    }
    assert {rule: ran.get(rule, 0) for rule in expected} == expected
    # Generated speech is listed again, and turns out the same.
    assert not {"scenes", "regions", "fc7", "synthesis", "logmel_shard", "words"} & set(ran)
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
        own = items[(items["fold"] == fold) & ~items["task"].str.contains("human")]
        assert set(own["picture"]) <= set(tested)
    # The first fold's part is what it was alone.
    first = items[(items["fold"] == 0) & items["rank"].notna() & (items["gallery"] == "test")]
    means = first.groupby(["task", "system"])["hit10"].mean()
    alone = pd.read_csv(folder / "alone" / "metrics.tsv", sep="\t")
    before = alone[(alone["metric"] == "r10") & (alone["seed"] == "mean")]
    before = before.set_index(["task", "system"])["value"]
    assert (100 * means[before.index]).to_numpy() == pytest.approx(before.to_numpy(), abs=1e-4)
    groups = pd.read_parquet(results / "breakdown" / "groups.parquet")
    whole = groups[(groups["task"] == "word_token_by_image") & (groups["system"] == "model")]
    sizes = whole.groupby("property")["queries"].sum()
    assert (sizes == (items["task"] == "word_token_by_image").sum() / 4).all()


@pytest.mark.slow
def test_human_words_are_asked_in_every_fold(pooled):
    results = pooled[0] / "results"
    ranks = of_folds(results, "human/ranks/paper/model/1.parquet", HUMAN_RANKS)
    for task in HUMAN:
        own = ranks[(ranks["task"] == task) & (ranks["gallery"] == "people")]
        assert own["fold"].nunique() == 3
        hits = of_ranks(own, np.zeros(len(own), np.int64), np.ones((1, 1)), False)
        wanted = dict(zip(METRICS, hits[:, 0], strict=True))["r10"]
        found = number(results / "metrics.tsv", "model", task, gallery="people")
        assert found == pytest.approx(wanted, abs=1e-4)
    # A word is one query in each fold, and one word of the interval.
    heard = of_folds(results, "human/words.parquet", HUMAN_WORDS)
    assert len(ranks[(ranks["task"] == "human_recognition") & (ranks["gallery"] == "people")]) == (
        len(heard)
    )
    groups = tables.read(GROUPS, results / "human" / "groups.parquet")
    groups = groups[(groups["system"] == "model") & (groups["task"] == "human_recognition")]
    groups = groups[(groups["gallery"] == "people") & (groups["property"] == "training pairs")]
    assert groups["queries"].sum() == len(heard)


@pytest.mark.slow
def test_legacy_ranks_of_all_folds_are_pooled(pooled):
    results = pooled[0] / "results"
    for system in ("model", "untrained"):
        ranks = of_folds(results, f"legacy/ranks/paper/{system}/1.parquet", RANKS)
        assert ranks.groupby("fold")["image_id"].nunique().tolist() == [6, 6, 6]
        for task, own in ranks.groupby("task"):
            # Only strictly better items count.
            wanted = 100 * (own["better"] < 10).mean(), 1 + own["better"].mean()
            found = [
                number(results / "legacy" / "metrics.tsv", system, task, metric)
                for metric in ("r10", "mean_rank")
            ]
            assert found == pytest.approx(wanted, abs=1e-4)
    assert "Legacy: the authors" in (results / "report.html").read_text()


@pytest.mark.slow
def test_pages_name_the_models_of_all_folds_that_were_cut_off(pooled):
    results = pooled[0] / "results"
    best = []
    for fold in range(3):
        file = results / folds.prefix(fold) / "training" / "paper" / "model" / "1"
        rows = tables.read(HISTORY, file / "history.parquet")
        rows = rows[rows["split"] == "validation"]
        best.append(str(rows.loc[rows["loss"].idxmin(), "epoch"]))
    cut = f"model, 3 of 3 trainings (seed 1 in folds 0, 1, 2, best epochs {', '.join(best)})"
    for page in ("summary.md", "study.md", "report.html"):
        text = (results / page).read_text()
        assert cut in text
        assert "3 folds pooled: every picture is tested once" in text


@pytest.mark.slow
def test_commands_take_a_fold(pooled, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(pooled[0])
    results = Path("results")
    model, own = (Path(home) / "training/paper/model/1" for home in (results, results / "folds/2"))
    image = pd.read_parquet(results / "pictures" / "images.parquet")["path"].iloc[0]

    def ran(*arguments):
        cli.main(list(map(str, arguments)))
        return capsys.readouterr().out

    found = ran("search", "--model", own, "--look", image, "--top", 3)
    assert len(found.splitlines()) == 4
    assert ran("search", "--model", model, "--fold", 2, "--look", image, "--top", 3) == found
    assert ran("search", "--model", own, "--fold", 0, "--look", image, "--top", 3) == (
        ran("search", "--model", model, "--look", image, "--top", 3)
    )
    exported = []
    monkeypatch.setattr(export, "export", lambda *given: exported.append(given) or {})
    ran("export", "--model", model, "--fold", 2, "--out", tmp_path)
    ran("export", "--model", own, "--out", tmp_path)
    assert [Path(given[0]).absolute() for given in exported] == [own.absolute()] * 2
    for fold in range(3):
        given = ("--fold", fold) if fold else ()
        said = ran("abx", results, "--experiment", "paper", *given, "--out", tmp_path)
        home = results / folds.prefix(fold) / "evaluation" / "paper" / "model" / "1"
        means = tables.read(ABX, home / "abx.parquet").groupby("task")["score"].mean()
        head, *rows = said.splitlines()
        assert f"tokens of fold {fold} of 3 (--fold);" in head
        errors = {row.split("\t")[0]: float(row.split("\t")[1]) for row in rows}
        assert errors == pytest.approx((1 - means).to_dict(), abs=1e-6)
    said = ran("clean", "config.yaml")
    assert len(re.findall("paper, seed 1: has ended", said)) == 3


@pytest.mark.slow
def test_an_archive_has_the_models_and_queries_of_all_folds(pooled, tmp_path):
    results = copy(pooled[0] / "results", tmp_path / "results")
    shutil.rmtree(results / "items")  # so that the archive's are made for it
    writing.write(results, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path / "a")
    models = sorted((tmp_path / "a").rglob("model.safetensors"))
    inside = "training/paper/model/1/model.safetensors"
    names = [path.relative_to(tmp_path / "a").as_posix() for path in models]
    assert names == [f"folds/1/{inside}", f"folds/2/{inside}", inside]
    items = tables.read(ITEMS, tmp_path / "a" / "items" / "paper.parquet")
    same_numbers(items, results / "metrics.tsv")
    card = (tmp_path / "a" / "MODEL_CARD.md").read_text()
    assert card.splitlines()[2].startswith("3 models.")
    assert re.search(r"^Human words: the word is among the 10 nearest", card, re.MULTILINE)


def test_another_run_of_all_folds_is_compared_over_all_of_them(pooled, tmp_path, capsys):
    """The other run has the random projection's ranks as the model's."""
    folder = pooled[0]
    results, other = folder / "results", tmp_path / "other"
    copy(results, other)
    for home in folds.homes(other):
        for place in ("evaluation/paper/{}/1/ranks.parquet", "human/ranks/paper/{}/1.parquet"):
            table = HUMAN_RANKS if "human" in place else RANKS
            rows = tables.read(table, home / place.format("random_projection"))
            tables.write(table, home / place.format("model"), rows.assign(system="model"))
    file = tmp_path / "compared.tsv"
    cli.main(["compare", *map(str, (results, other)), "--tsv", str(file), "--resamples", "50"])
    found = pd.read_csv(file, sep="\t")
    found = found[(found["what"] == "numbers") & (found["system"] == "model")]
    gaps = pd.read_csv(results / "differences.tsv", sep="\t")
    gaps = gaps[gaps["system"] == "random_projection"].set_index(["task", "gallery", "metric"])
    assert set(found["task"]) >= {"word_token_by_image", *HUMAN}
    for row in found.itertuples():
        wanted = gaps.loc[row.task, row.gallery, row.metric]
        mine = [row.difference, row.ci_low, row.ci_high]
        theirs = [-wanted[name] for name in ("difference", "ci_high", "ci_low")]
        assert mine == pytest.approx(theirs, abs=1e-3, nan_ok=True)
        whole = number(results / "metrics.tsv", "model", row.task, row.metric, row.gallery)
        assert row.first == pytest.approx(whole, abs=1e-4)
    people = found[(found["task"] == "human_recognition") & found["ci_low"].notna()]
    assert len(people)
    capsys.readouterr()
    # Beside one fold alone, there are different test pictures.
    cli.main(["compare", str(folder / "alone"), str(results), "--resamples", "50"])
    said = capsys.readouterr().out
    assert "different test pictures (A 6, B 18, 6 in both)" in said
    assert "test 6, train 8, validation 4" in said
    assert "test 18, train 24, validation 12 in 3 folds" in said


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
