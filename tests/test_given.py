"""Experiments whose embeddings are given: their config, their numbers, their pages."""

import json
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
import yaml

from seesay.commands.bundle import writing
from seesay.commands.bundle.run import Run
from seesay.commands.check import findings
from seesay.commands.demo.chosen import Chosen
from seesay.commands.evaluate import checking
from seesay.commands.evaluate.finished import Finished
from seesay.commands.run_config import config_of
from seesay.planning.config import load
from seesay.reporting import supervision
from seesay.reporting.results import Results, Value
from seesay.reporting.verdict import short_answer
from seesay.shared.errors import InputError
from support import configs
from support.given import own_vectors
from support.workflow import copy, jobs, small_config, snakemake

FILES = {"pictures": "p.npz", "words": "w.npz"}


def config(**embeddings):
    values = configs.complete()
    return values | {"experiments": {"paper": {}, "theirs": {"embeddings": embeddings}}}


@pytest.mark.parametrize(
    ("embeddings", "why"),
    [
        ({"pictures": "p.npz"}, "give words, or captions, or both"),
        ({"words": "w.npz"}, "pictures"),
        ({**FILES, "words": "w{seed}.npz"}, "one file a seed for all, or none"),
        ({**FILES, "captions": "c.npz"}, "captions needs recordings that say whole captions"),
        ({**FILES, "words": "w{experiment}.npz"}, "no braces"),
        ({**FILES, "supervision": "one\ntwo"}, "supervision"),
    ],
)
def test_wrong_embeddings_are_one_line(embeddings, why):
    with pytest.raises(InputError) as error:
        load(config(**embeddings))
    assert why in str(error.value)
    assert "\n" not in str(error.value)


def test_given_embeddings_change_no_settings():
    values = config(**FILES)
    values["experiments"]["theirs"]["logmel"] = {"frames": 40}
    with pytest.raises(InputError, match=r"theirs: its embeddings are given, so logmel changes"):
        load(values)


def test_given_embeddings_are_not_tested_on_all_folds():
    values = config(**FILES)
    split = {"method": "hash", "train": 0.6, "validation": 0.2, "test": 0.2}
    values["pictures"]["split"] = split | {"folds": 5, "fold": "all"}
    with pytest.raises(InputError, match=r"cannot be tested on every fold"):
        load(values)


def test_one_experiment_is_trained():
    values = config(**FILES)
    del values["experiments"]["paper"]
    with pytest.raises(InputError, match=r"add one that is trained, such as paper: \{\}"):
        load(values)


def test_only_a_trained_experiment_is_listened_to():
    values = config(**FILES)
    values["listen"]["experiment"] = "theirs"
    with pytest.raises(InputError, match=r"no experiment 'theirs'; there are paper, which"):
        load(values)


def test_supervision_is_what_their_makers_say():
    values = load(config(**FILES, supervision="It read transcripts.")).model_dump(mode="json")
    told = supervision.lines(values, ["paper", "theirs"])
    assert told["theirs"] == "It read transcripts."
    assert told["paper"] == supervision.lines(values, ["paper"])["paper"]
    rows = supervision.rows(values, ["paper", "theirs"])
    assert [row.experiments for row in rows] == ["paper"] * (len(rows) - 1) + ["theirs"]
    del values["experiments"]["theirs"]["embeddings"]["supervision"]
    assert supervision.lines(values, ["theirs"])["theirs"] == "What it learned from is unknown."
    assert supervision.declared(values, "theirs") == [
        "Its embeddings are given: another model made them."
    ]


@pytest.mark.parametrize(("pictures", "seeds"), [("p.npz", [1]), ("p{seed}.npz", [1, 2])])
def test_tables_that_an_earlier_config_left_are_not_read(tmp_path, pictures, seeds):
    values = config(pictures=pictures, words=pictures) | {"seeds": [1, 2]}
    for path in (
        "paper/model/1",
        "paper/text/2",
        "theirs/model/1",
        "theirs/model/2",
        "theirs/text/1",
    ):
        (tmp_path / "evaluation" / path).mkdir(parents=True)
        (tmp_path / "evaluation" / path / "ranks.parquet").touch()
    found = [
        str(path.parent.relative_to(tmp_path))
        for path in Finished(tmp_path, tmp_path, values).ranks
    ]
    assert found == [
        *("evaluation/paper/model/1", "evaluation/paper/text/2"),
        *(f"evaluation/theirs/model/{seed}" for seed in seeds),
    ]


def test_the_check_names_the_seed_of_each_file(tmp_path):
    for name in ("p1", "p2", "w1", "w2"):
        np.savez(tmp_path / f"{name}.npz", ids=["a"], vectors=np.ones((1, 3)))
    files = {kind: f"{tmp_path}/{kind[0]}{{seed}}.npz" for kind in ("pictures", "words")}
    found = checking.given(load(config(**files) | {"seeds": [1, 2]}), None)
    assert [finding.text.split(":")[0] for finding in found] == ["theirs, seed 1", "theirs, seed 2"]


@pytest.fixture(scope="module")
def both(small_run, tmp_path_factory):
    """The small run and its own model once more, as given embeddings, run to its pages."""
    folder = copy(small_run, tmp_path_factory.mktemp("given") / "run")
    own_vectors(folder / "results", folder)
    values = small_config()
    values["experiments"]["theirs"] = {"embeddings": {**FILES, "supervision": "It is ours."}}
    (folder / "both.yaml").write_text(yaml.safe_dump(values))
    pages = [f"results/{name}" for name in ("report.html", "items.tsv", "study.md")]
    result = snakemake(folder, *pages, config="both.yaml")
    assert result.returncode == 0, result.stderr[-3000:]
    return folder, jobs(result)


@pytest.mark.slow
def test_only_what_compares_experiments_runs_again(both):
    _, ran = both
    assert ran == {
        "breakdown": 1, "given_evaluation": 1, "items": 2, "items_tsv": 1, "metrics": 1,
        "report": 1, "study": 1,
    }  # fmt: skip


@pytest.mark.slow
def test_the_runs_own_vectors_get_its_own_numbers(both):
    results = both[0] / "results"
    cells = {"sep": "\t", "dtype": str, "keep_default_na": False}
    metrics = pd.read_csv(results / "metrics.tsv", **cells)
    model = metrics[metrics["system"] == "model"].set_index("experiment")
    mine, theirs = (model.loc[name].reset_index(drop=True) for name in ("paper", "theirs"))
    assert len(mine) > 200
    assert mine.equals(theirs)
    apart = pd.read_csv(results / "experiments.tsv", **cells)
    assert set(apart["experiment"]) == {"theirs"}
    assert set(apart["difference"]) == {"0.0000"}
    items = pd.read_csv(results / "items.tsv", **cells)
    ranks = items[items["system"] == "model"].groupby("experiment")["rank"].apply(list)
    assert ranks["paper"] == ranks["theirs"]


@pytest.mark.slow
def test_pages_show_given_embeddings_as_such(both):
    results = both[0] / "results"
    said = "Its embeddings are given: another model made them."
    report = (results / "report.html").read_text()
    assert said in report
    assert "Experiment theirs" in report
    training = report[report.index('<section id="training">') :]
    assert "Experiment theirs" not in training[: training.index("</section>")]
    assert "</b> It is ours." in report
    assert (
        f"{said}\n\nSupervision besides speech and pictures: It is ours.\n"
        in (results / "summary.md").read_text()
    )
    assert [n for n in (results / "summary.md").read_text().splitlines() if n != n.rstrip()] == []
    study = (results / "study.md").read_text()
    assert f"{said} It is ours." in study
    assert re.search(r"^\| theirs \| embeddings p.npz w.npz \|", study, re.MULTILINE)
    record = json.loads((results / "report" / "run.json").read_text())
    assert record["config"]["experiments"]["theirs"]["embeddings"]["words"] == "w.npz"


@pytest.mark.slow
def test_an_archive_has_the_queries_of_given_embeddings_but_no_model_of_theirs(both, tmp_path):
    writing.write(both[0] / "results", tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = archive.namelist()
        page = archive.read("MODEL_CARD.md").decode()
    assert {"items/paper.parquet", "items/theirs.parquet"} <= set(names)
    assert {name.split("/")[1] for name in names if name.startswith("training/")} == {"paper"}
    assert "- theirs: It is ours." in page.splitlines()
    assert "- theirs: Its embeddings are given: another model made them." in page.splitlines()


@pytest.mark.slow
def test_the_demo_shows_a_trained_model(both):
    results = both[0] / "results"
    assert Chosen.of(results, None, None).experiment == "paper"
    with pytest.raises(InputError, match="--experiment theirs: the run's experiments that hear"):
        Chosen.of(results, "theirs", None)


@pytest.mark.slow
def test_a_record_of_an_older_run_has_the_defaults(both, tmp_path):
    results = copy(both[0] / "results", tmp_path / "results")
    record = results / "report" / "run.json"
    values = json.loads(record.read_text())
    del values["config"]["report"]["title"], values["config"]["listen"]
    record.write_text(json.dumps(values))
    assert config_of(Run.read(results).record, results).report.title
    assert Chosen.of(results, None, None).config["listen"]["experiment"] is None
    values["config"]["shards"] = "many"
    record.write_text(json.dumps(values))
    with pytest.raises(
        InputError, match=r"run\.json: config: shards.*use the seesay that has made"
    ):
        writing.write(results, tmp_path / "run.zip")


@pytest.mark.slow
def test_files_of_embeddings_are_checked(both, monkeypatch):
    folder, _ = both
    monkeypatch.chdir(folder)
    found = [f for f in findings("both.yaml") if f.section == "experiments"]
    assert [(f.mark, f.text.split(":")[0]) for f in found] == [("ok", "theirs")]
    (folder / "w.npz").rename(folder / "gone.npz")
    found = [f for f in findings("both.yaml") if f.section == "experiments"]
    assert [f.mark for f in found] == ["fail"]
    result = snakemake(folder, "-n", "results/metrics.tsv", config="both.yaml")
    assert result.returncode == 1
    assert "embeddings.words: w.npz: no such file; embed the run's" in result.stderr
    assert "Traceback" not in result.stderr
    (folder / "gone.npz").rename(folder / "w.npz")


@pytest.mark.parametrize(
    ("names", "cause"),
    [
        (["paper"], "There are no vectors of words for Word Token Search by Image, the task that"),
        ([], "The config leaves out Word Token Search by Image, the task that decides this."),
    ],
)
def test_what_was_not_measured_has_its_cause(names, cause):
    key = "model", "mean", "word_token_by_image", "test", "r10"
    values = {(name, *key): Value(20, 5, 50.0, 40.0, 60.0, 10.0) for name in names}
    results = Results(values, {}, [*names, "theirs"], ["test"], ["1"])
    assert short_answer(results, "theirs")[1].startswith(cause)
