"""The pages for people: links lead somewhere, and paths and modules that they name are there."""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest
from snakemake.cli import get_argument_parser

from seesay.commands.options import parse
from seesay.settings.choice import names
from support import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


OF_SNAKEMAKE = {"seesay.tell_results"}  # of the workflow, which Snakemake calls a module too


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    links = re.findall(r'\]\(([^)\s]+)\)|src="([^"]+)"', page.read_text(encoding="utf-8"))
    for link in filter(None, (link for pair in links for link in pair)):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name) if name else page
        assert target.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {link}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_and_modules_are_there(page):
    text = page.read_text(encoding="utf-8")
    folders = r"(?<![\w/])(?:src|tests|docs|config|workflow|envs)/"
    for path in re.findall(folders + r"[\w./-]+\.(?:py|md|yaml|json|tsv|lock|R)\b", text):
        assert "NAME" in path or (ROOT / path).exists(), f"{page.name}: {path}"
    for name in set(re.findall(r"(?<![\w./-])seesay(?:\.\w+)+", text)) - OF_SNAKEMAKE:
        assert found(name), f"{page.name}: {name}"


def commands(page: Path) -> list[list[str]]:
    """The commands seesay and snakemake in a page's blocks of code, in words of a shell."""
    blocks = re.findall(r"^```(?:\w*)\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    said = [line.strip() for line in lines if re.match(r"\s*(seesay|snakemake) ", line)]
    return [shlex.split(line, comments=True) for line in said]


def test_commands_are_found():
    assert ["make", "report"] not in commands(ROOT / "README.md")
    assert ["seesay", "demo"] in commands(ROOT / "README.md")
    assert sum(len(commands(page)) for page in PAGES) > 60


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_have_options_that_there_are(page, capsys):
    for program, *arguments in commands(page):
        parser = get_argument_parser() if program == "snakemake" else None
        try:
            parse(arguments) if parser is None else parser.parse_args(arguments)
        except SystemExit:
            pytest.fail(f"{program} {shlex.join(arguments)}: {capsys.readouterr().err[-300:]}")
        configs = re.findall(r"(?<= )config/[\w.]+", " ".join(arguments))
        assert all((ROOT / path).is_file() for path in configs), arguments


def found(name: str) -> bool:
    """Whether a dotted name is a module, or an attribute of one."""
    package, _, last = name.rpartition(".")
    try:
        if importlib.util.find_spec(name):
            return True
    except ModuleNotFoundError:
        pass
    return hasattr(importlib.import_module(package), last)


@pytest.fixture
def script(monkeypatch):
    """Imports a script of docs by its name."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    return importlib.import_module


def test_the_table_of_tasks_is_theirs(script):
    tasks = script("tasks")
    page = tasks.PAGE.read_text(encoding="utf-8")
    assert tasks.written(page, "tasks", tasks.tasks()) == page, "run `make schema`"


@pytest.mark.parametrize("page", ["images.md", "segmentation.md", "your-own-corpus.md"])
def test_the_tables_of_choices_are_those_of_the_modules(script, page):
    choices = script("choices")
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert choices.rewritten(page, text) == text, "run `make schema`"
    for rows in choices.TABLES[page].values():
        assert all("|" not in cell for row in rows for cell in row)


def test_tables_list_every_choice(script):
    tables = script("choices").TABLES
    listed = {row[0] for page in tables.values() for rows in page.values() for row in rows[1:]}
    packages = ("vision.proposals", "vision.networks", "audio.segmentations", "corpora")
    assert listed == {f"`{name}`" for each in packages for name in names(f"seesay.{each}")}
