"""Every config that ships goes to its report, made small by overrides alone.

The experiments, tasks, controls, readers and sections are the config's own; fewer and smaller are
the pictures, the talkers, the nets and the epochs. The corpora lie where the config says, in their
layouts, and are made by code.
"""

import html
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import yaml

from seesay.commands.bundle import checking, writing
from seesay.planning.config import load
from seesay.planning.config_file import read
from seesay.reporting.supervision import declared, sources
from seesay.scoring import abx
from support import configs, corpora_layouts
from support.shrinking import shrunk
from support.workflow import snakemake

pytestmark = pytest.mark.slow
# Sections of every report.
ALWAYS = {"answer", "tables", "more", "listen", "training", "where", "map", "data", "pictures"}
ALWAYS |= {"made", "run"}
# Stages whose every reject would be a fault of these corpora.
WHOLE = ["pictures", "regions", "words", "speech", "logmel", "lexicon", "listen"]


def make_corpora(values: dict, folder: Path) -> None:
    """The config's corpora, where it says, from the folder that it runs in."""
    first = 0
    for corpus in values["pictures"]["corpora"]:
        corpora_layouts.PICTURES[corpus["reader"]](
            folder / corpus["path"], range(first, first + 26)
        )
        first += 26
    for corpus in [*values["speech"]["corpora"], *values["evaluation"].get("human", [])]:
        columns = corpus.get("options", {}).get("columns")
        given = {} if columns is None else {"columns": columns}
        corpora_layouts.SPEECH[corpus["reader"]](folder / corpus["path"], **given)


@pytest.fixture(scope="module", params=configs.CONFIGS, ids=lambda path: path.stem)
def run(request, tmp_path_factory):
    """A shipped config, its small values, and the results of its run, with its study."""
    values = shrunk(configs.complete(request.param.name))
    folder = tmp_path_factory.mktemp(request.param.stem) / "run"
    folder.mkdir()
    make_corpora(values, folder)
    (folder / "config.yaml").write_text(yaml.safe_dump(values, sort_keys=False))
    # With a hundred jobs that are ready, a look at all of them once a second takes half a core.
    looks = ["--max-jobs-per-timespan", "2000/3s"]
    result = snakemake(folder, "all", f"{values['results']}/study.md", *looks, timeout=1500)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-6000:]
    return request.param, values, folder / values["results"]


def sections(page: str) -> dict[str, str]:
    """The report's sections by their id."""
    return {
        found[1]: found[0]
        for found in re.finditer(r'<section id="(\w+)".*?</section>', page, re.DOTALL)
    }


def test_only_sizes_are_other_than_in_the_config(run):
    path, values, _ = run
    given = load(read(path))
    small = load(values)
    assert set(small.experiments) == set(given.experiments)
    assert small.controls == given.controls
    assert small.results == given.results
    for stage in ("evaluation", "matching", "pictures", "speech", "logmel", "listen"):
        ours, theirs = getattr(small, stage), getattr(given, stage)
        sizes = {"abx_draws", "split", "words", "pictures", "cases", "thumbnail"}
        assert ours.model_dump(exclude=sizes) == theirs.model_dump(exclude=sizes)


def test_the_report_has_every_section_and_experiment(run):
    _, values, results = run
    page = (results / "report.html").read_text()
    found = sections(page)
    lexicons = [name for name in values["experiments"] if pseudo_words(values, name)]
    assert set(found) >= ALWAYS
    assert ("lexicon" in found) == bool(lexicons)
    assert ("legacy" in found) == values["evaluation"]["legacy"]
    assert ("human" in found) == bool(values["evaluation"].get("human"))
    whole = "Each caption is spoken whole for its picture" in found["data"]
    assert whole == (values["matching"]["method"] == "spoken")
    assert html.escape(values["report"]["title"]) in page
    heard = values["listen"]["experiment"] or min(values["experiments"])
    captions = values["experiments"][heard].get("training", {}).get("unit") == "caption"
    assert ('id="listen-captions"' in found["listen"]) == captions
    many = len(values["experiments"]) > 1
    for name in values["experiments"] if many else []:
        for section in ("answer", "tables", "training", "made"):
            assert re.search(rf"\b{name}\b", found[section]), (name, section)
    for name in values["experiments"]:
        said = [html.escape(text, quote=False) for text in declared(values, name)]
        for text in said:
            assert text in page, name
            assert name not in lexicons or text in found["lexicon"]
    for name in lexicons:
        assert f"Experiment {name}, seed 1" in found["lexicon"]


def pseudo_words(values: dict, experiment: str) -> int:
    """Clusters that an experiment learns words again from."""
    override = values["experiments"][experiment].get("training", {})
    return (values["training"] | override).get("pseudo_words", 0)


def test_every_system_answers_every_task(run):
    _, values, results = run
    metrics = pd.read_csv(results / "metrics.tsv", sep="\t")
    assert set(metrics["experiment"]) == set(values["experiments"])
    networks = {"model", "random_projection", "untrained", *values["controls"]}
    assert set(metrics["system"]) == {*networks, "frequency"}
    grounding = {"grounding", "grounding_parts"} if values.get("scenes") else set()
    trained = [each.get("training", {}) for each in values["experiments"].values()]
    if grounding and any(training.get("unit") == "caption" for training in trained):
        grounding |= {"keyword_localisation", "keyword_localisation_words"}
    people = [corpus["name"] for corpus in values["evaluation"].get("human", [])]
    human = {"human_recognition", "picture_by_human_word", "human_word_by_picture"}
    human = human if people else set()
    by_cells = {*abx.TASKS, *abx.NEIGHBOURS.values()}
    asked = set(values["evaluation"]["tasks"]) - {"abx"}
    assert set(metrics["task"]) - by_cells == asked | grounding | human
    assert set(metrics["task"]) & by_cells
    assert set(metrics["gallery"]) >= set(people)
    assert set(metrics["gallery"]) >= set(values["evaluation"]["galleries"])
    asked = metrics[metrics["metric"] == "r10"].groupby(["experiment", "system"])["task"].nunique()
    assert asked.groupby("system").nunique().eq(1).all()


def test_nothing_is_rejected_that_should_not_be(run):
    _, values, results = run
    for stage in WHOLE:
        tables = [*results.glob(f"{stage}/**/rejects.parquet")]
        tables += results.glob(f"{stage}/**/rejects/*.parquet")
        for path in tables:
            reasons = pd.read_parquet(path)["reason"]
            if stage == "words" and values.get("scenes"):  # few scenes, with many things
                reasons = reasons[~reasons.str.startswith("seen once in all captions")]
            assert reasons.empty, (path, reasons.tolist())
    spoken = pd.read_parquet(results / "matching" / "spoken_captions.parquet")
    captions = pd.read_parquet(results / "words" / "caption_words.parquet")
    names = ["image_id", "caption"]
    assert len(spoken[names].drop_duplicates()) > 0.9 * len(captions[names].drop_duplicates())


def test_the_run_goes_into_one_archive(run, tmp_path, monkeypatch):
    _, values, results = run
    monkeypatch.chdir(results.parents[len(Path(values["results"]).parts) - 1])
    writing.write(Path(values["results"]), tmp_path / "a.zip", Path("config.yaml"))
    assert checking.faults(tmp_path / "a.zip").lines == []
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names, card = archive.namelist(), archive.read("MODEL_CARD.md").decode()
        made = load(yaml.safe_load(archive.read("effective.yaml")))
    assert made == load(values)
    for name in values["experiments"]:
        assert f"training/{name}/model/1/model.safetensors" in names
        assert f"items/{name}.parquet" in names
        assert re.search(rf"^### {name}: ", card, re.MULTILINE)


def test_the_study_has_every_experiment(run):
    _, values, results = run
    study = (results / "study.md").read_text()
    assert study.startswith(f"## {values['report']['title']}\n")
    names = list(values["experiments"])
    assert ("### How they compare" in study) == (len(names) > 1)
    for name in names:
        assert re.search(rf"^\| {name} \|", study, re.MULTILINE), name
        assert all(source.sentence in study for source in sources(values, name))
