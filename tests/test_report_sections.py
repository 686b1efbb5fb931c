"""The sections of the report: what each needs, and how page, script and rule find them."""

import shutil
from importlib import import_module

import pytest

from seesay.reporting import sections
from seesay.reporting.report import build
from seesay.settings.report import ReportSettings
from support import report_run
from support.report_run import outputs

SETTINGS = ReportSettings(title="T", pictures=1, thumbnail=64, rows=3, examples=1)


@pytest.mark.parametrize("name", sections.order())
def test_a_section_is_a_module_and_a_template_of_its_name(name):
    module = import_module(f"{sections.__name__}.{name}")
    assert sections.needs(name) == module.NEEDS
    template = sections.TEMPLATES / "sections" / f"{name}.html.j2"
    assert name == "head" or f'<section id="{name}"' in template.read_text(encoding="utf-8")


def test_sections_stand_in_the_order_of_their_places_and_every_template_is_used():
    names = sections.order()
    places = [import_module(module).PLACE for module in sections.modules()]
    assert places == sorted(set(places))
    assert names[:2] == ["head", "answer"]
    templates = {path.name.split(".")[0] for path in sections.TEMPLATES.glob("sections/*.j2")}
    assert templates == set(names)


def test_a_new_module_finds_its_place_on_the_page(tmp_path, monkeypatch):
    copy = shutil.copytree(sections.SECTIONS, tmp_path / "sections")
    (copy / "new.py").write_text('PLACE = 15\nNEEDS = {"new": "new.parquet"}\n')
    monkeypatch.setattr(sections, "SECTIONS", copy)
    assert sections.order()[:3] == ["head", "answer", "new"]
    assert sections.inputs()["new"] == "new.parquet"
    assert sections.modules()[2] == "seesay.reporting.sections.new"


def test_two_sections_need_a_file_of_one_name_from_one_place():
    for name in sections.order():
        assert sections.needs(name).items() <= sections.inputs().items()


def test_a_module_without_needs_is_named(tmp_path, monkeypatch):
    (tmp_path / "new.py").write_text("def describe(run): ...\n")
    monkeypatch.setattr(sections, "SECTIONS", tmp_path)
    with pytest.raises(LookupError, match=r"new\.py: no NEEDS"):
        sections.needs("new")
    with pytest.raises(LookupError, match=r"new\.py: no PLACE"):
        sections.order()


def test_a_section_reads_no_file_that_it_does_not_need(tmp_path, monkeypatch):
    inputs = report_run.make(tmp_path)
    where = import_module(f"{sections.__name__}.where")
    monkeypatch.setattr(where, "NEEDS", {"words": where.NEEDS["words"]})
    with pytest.raises(KeyError, match="groups"):
        build(
            inputs, outputs(tmp_path), SETTINGS, report_run.CONFIG, report_run.STAGES,
            tmp_path / "none",
        )  # fmt: skip


@pytest.mark.parametrize("file", ["report.html.j2", "tables.js", "sections/run.html.j2"])
def test_an_edited_template_changes_the_digest_by_which_the_report_is_made_again(file, tmp_path):
    copy = shutil.copytree(sections.TEMPLATES, tmp_path / "templates")
    assert sections.digest(copy) == sections.digest()
    (copy / file).write_text((copy / file).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert sections.digest(copy) != sections.digest()
    with pytest.raises(LookupError, match="no templates"):
        sections.digest(tmp_path / "elsewhere")
