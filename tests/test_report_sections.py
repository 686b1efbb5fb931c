"""The sections of the report: what each needs, and that page, script and rule go by one list."""

import shutil
from importlib import import_module

import pytest

from seesay.reporting import sections
from seesay.reporting.report import build
from seesay.settings.report import ReportSettings
from support import report_run
from support.report_run import outputs

SETTINGS = ReportSettings(title="T", pictures=1, thumbnail=64, rows=3, examples=1)


@pytest.mark.parametrize("name", sections.ORDER)
def test_a_section_is_a_module_and_a_template_of_its_name(name):
    module = import_module(f"{sections.__name__}.{name}")
    assert sections.needs(name) == module.NEEDS
    template = sections.TEMPLATES / "sections" / f"{name}.html.j2"
    assert name == "head" or f'<section id="{name}"' in template.read_text(encoding="utf-8")


def test_every_module_and_template_is_in_the_order_of_the_page():
    modules = {path.stem for path in sections.SECTIONS.glob("*.py")} - {"__init__"}
    templates = {path.name.split(".")[0] for path in sections.TEMPLATES.glob("sections/*.j2")}
    assert modules == templates == set(sections.ORDER)


def test_two_sections_need_a_file_of_one_name_from_one_place():
    for name in sections.ORDER:
        assert sections.needs(name).items() <= sections.inputs().items()


def test_a_module_without_needs_is_named(tmp_path, monkeypatch):
    (tmp_path / "new.py").write_text("def describe(run): ...\n")
    monkeypatch.setattr(sections, "SECTIONS", tmp_path)
    with pytest.raises(LookupError, match=r"new\.py: no NEEDS"):
        sections.needs("new")


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
