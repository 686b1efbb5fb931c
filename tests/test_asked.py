"""Any list of tasks and galleries gets through to every page."""

import pytest
import yaml

from seesay.commands import compare_shown
from seesay.commands.compare import compare
from seesay.planning.config import load
from seesay.reporting import charts, study
from seesay.reporting.report import build, describe, page
from seesay.reporting.results import Results
from seesay.reporting.runs import Run
from seesay.reporting.sections import head, where
from seesay.reporting.summary import summary
from seesay.scoring import names
from seesay.settings.evaluation import TASKS, EvaluationSettings
from seesay.shared.errors import InputError
from support import asked, configs, report_run
from support.pages import SETTINGS, Page
from support.report_run import outputs
from support.workflow import copy, snakemake

GALLERIES = [("test",), ("all",), ("test", "all")]
# What the sections of numbers read; the others are the same in every run.
READ = (*asked.NUMBERS, *asked.GROUPED, "histories", "human_words")
CONFIG = {**report_run.CONFIG, "experiments": {"paper": {}, "best": {}}}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return asked.make(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def top(whole):
    """What is described of the page's head, which is the same in every run."""
    results = Results.read(whole.folder / "metrics.tsv", None)
    run = Run(whole.files, results, SETTINGS, CONFIG, {}, whole.folder, {})
    return head.describe(run)


@pytest.fixture(scope="module")
def config():
    return load(configs.complete())


@pytest.fixture
def undrawn(monkeypatch):
    """Charts are named, not drawn: drawing takes seconds."""
    spec = {"config": {}, "datasets": {}}
    monkeypatch.setattr(charts, "answer", lambda *_: spec)
    monkeypatch.setattr(where, "dots", lambda *_, **__: spec)
    monkeypatch.setattr(where, "learning", lambda *_: spec)
    monkeypatch.setattr(charts, "drawn", lambda _: "")
    monkeypatch.setattr(charts, "library", lambda: "")


def written(files, settings, config, top, folder):
    """The report's sections of numbers, its summary and the study."""
    given = {**CONFIG, "evaluation": settings.model_dump(mode="json")}
    results = Results.read(
        files["metrics"], files["differences"], CONFIG["experiments"], settings.galleries
    )
    run = Run({name: files[name] for name in READ}, results, SETTINGS, given, {}, folder, {})
    found = {"head": top, **describe(run)}
    html = Page(page(run, found, run.charts))
    config = config.model_copy(update={"evaluation": settings})
    study.write(*(files[name] for name in asked.NUMBERS), files["histories"], config, folder / "s")
    return html, summary(run, {**found, "data": {"checks": []}}), (folder / "s").read_text()


def shown_in(pages, name, about):
    """Check that the pages show the numbers of a task, with its title."""
    html, short, columns = pages
    assert about.title in html.sections["tasks" if name in names.paper() else "more"]
    assert f"- {about.title}" in short
    assert all(heading in columns for heading in about.study)


@pytest.mark.parametrize("galleries", GALLERIES, ids="+".join)
@pytest.mark.parametrize("task", TASKS.names)
def test_a_task_alone_gets_through_to_every_page(
    whole, top, config, undrawn, tmp_path, task, galleries
):
    settings = EvaluationSettings(tasks=(task,), galleries=galleries)
    files = whole.measured(settings, tmp_path, composed="all" in galleries)
    pages = written(files, settings, config, top, tmp_path)
    for name, about in (names.of(task) | (names.GROUNDING if "all" in galleries else {})).items():
        shown_in(pages, name, about)
    # A study without columns has the task's metrics in their place.
    assert pages[2].count("| paper | model |") == 1


@pytest.mark.parametrize("own", ["abx", "abx_token_weighted"])
@pytest.mark.parametrize("task", ["image_token_by_word", "picture_by_caption"])
def test_abx_has_its_numbers_beside_a_search_of_the_whole_corpus_alone(
    whole, top, config, undrawn, tmp_path, task, own
):
    settings = EvaluationSettings(tasks=(task, own), galleries=("all",))
    pages = written(whole.measured(settings, tmp_path, False), settings, config, top, tmp_path)
    for name, about in (names.of(task) | names.of(own)).items():
        shown_in(pages, name, about)
    more = pages[0].sections["more"]
    assert "in the gallery all" in more
    assert "2 tokens, gallery test" in more
    assert "pictures, gallery" not in more


@pytest.mark.parametrize(
    ("tasks", "galleries", "composed"),
    [
        (("word_token_by_image",), ("test",), False),
        (("abx",), ("all",), False),
        (("picture_by_caption", "abx_token_weighted"), ("all",), True),
    ],
)
def test_some_tasks_get_through_every_stage(whole, tmp_path, tasks, galleries, composed):
    """Metrics, breakdown, items, the report with its figures, and two runs compared."""
    settings = EvaluationSettings(tasks=tasks, galleries=galleries)
    whole.asking(settings, tmp_path, composed)
    files = whole.measure(tmp_path)
    config = {**CONFIG, "evaluation": settings.model_dump(mode="json")}
    build(files, outputs(tmp_path), SETTINGS, config, report_run.STAGES, tmp_path / "none")
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    for task in tasks:
        assert all(about.title in html for about in names.of(task).values())
    if tasks == ("abx",):
        with pytest.raises(InputError, match=r"none of its tasks has ranks"):
            compare(tmp_path, tmp_path, asked.FEW)
        return
    parts = compare(tmp_path, tmp_path, asked.FEW)
    assert {part.task for part in parts} == set(tasks)
    said = compare_shown.text(("a", "b"), parts, [], [])
    assert all(about.title in said for task in tasks for about in names.of(task).values())


@pytest.mark.slow
def test_a_run_of_one_task_and_gallery_ends_in_its_report(small_run, tmp_path):
    """Of composed scenes, whose grounding is in the test set's gallery, as ABX is."""
    folder = copy(small_run, tmp_path / "run")
    values = yaml.safe_load((folder / "config.yaml").read_text())
    values["evaluation"] |= {"tasks": ["word_token_by_image"], "galleries": ["all"]}
    (folder / "config.yaml").write_text(yaml.safe_dump(values))
    result = snakemake(folder, "results/report.html", "results/study.md")
    assert result.returncode == 0, result.stderr[-3000:]
    html = Page((folder / "results" / "report.html").read_text(encoding="utf-8"))
    assert "Word Token Search by Image" in html.sections["tasks"]
    assert "gallery test" in html.sections["more"]
