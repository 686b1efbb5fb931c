"""The numbers in README and docs: each stands in the tables of docs/measured."""

import importlib.util
import json
import re

import pandas as pd
import pytest

from seesay.planning.config import load
from seesay.reporting import supervision
from support import ROOT, configs

spec = importlib.util.spec_from_file_location("measured", ROOT / "docs" / "measured.py")
measured = importlib.util.module_from_spec(spec)
spec.loader.exec_module(measured)

README = (ROOT / "README.md").read_text(encoding="utf-8")
STUDIES = ("flickr8k", "flickr8k_large", "flickr8k_options", "captions")
NUMBER = r"(?<![\w.,])\d[\d,]*\.\d+(?![\w.])"


def known():
    """Every number with a decimal of the tables, as it is written in the docs."""
    rows = [
        row
        for name in (*STUDIES, "default", "real_voices", "people")
        for row in measured.read(name)
    ]
    columns = ("value", "ci_low", "ci_high", "chance")
    found = [row[name].replace(",", "") for row in rows for name in columns if row.get(name)]
    return {f"{float(number):,.1f}" for number in found}


def test_the_readme_s_tables_are_those_of_the_results():
    assert measured.readme(README) == README


def test_every_number_of_the_readme_s_findings_was_measured():
    section = README[README.index("## Results") : README.index("## Where to go next")]
    found = set(re.findall(NUMBER, section))
    assert len(found) > 40
    assert found - known() == set()
    strange = next(f"{n / 10:.1f}" for n in range(1000) if f"{n / 10:.1f}" not in known())
    assert set(re.findall(NUMBER, section.replace("53.5", strange))) - known() == {strange}


def test_the_results_page_has_the_numbers_of_its_tables_and_no_others():
    text = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    for name, rows in measured.studies(text).items():
        kept = [list(row.values()) for row in measured.read(name)]
        assert rows == kept, name
        assert len(rows) > 50
    changed = text.replace("**53.5**", "**53.6**")
    assert measured.studies(changed) != measured.studies(text)


@pytest.fixture
def run(tmp_path):
    (tmp_path / "report").mkdir()
    config = configs.complete()
    config["experiments"]["best"]["training"] |= {"word_term": 0.25}
    record = {"config": {**config, "seeds": [1, 2]}, "versions": {"torch": "2.0"}, "codes": {}}
    (tmp_path / "report" / "run.json").write_text(json.dumps(record))
    old = pd.DataFrame(measured.read("default"))
    rows = old.assign(seed="mean", gallery="test", value=old["value"].astype(float) + 1)
    rows = rows.assign(over="pictures x seeds", units="40 x 3")
    more = [rows.assign(gallery="all"), rows.assign(seed="1"), rows]
    pd.concat(more).to_csv(tmp_path / "metrics.tsv", sep="\t", index=False)
    return tmp_path


def test_a_run_s_numbers_go_into_the_readme(run, tmp_path, monkeypatch):
    text = measured.measured(run)
    assert re.match(r"# commit: \S+\n# day: \d{4}-\d\d-\d\d\n# machine: \S+, \S+\n", text)
    assert "# seeds: 1 2\n# versions: torch=2.0\n" in text
    (tmp_path / "default.tsv").write_text(text)
    for name in (*STUDIES, "people"):
        content = (ROOT / "docs" / "measured" / f"{name}.tsv").read_text(encoding="utf-8")
        (tmp_path / f"{name}.tsv").write_text(content, encoding="utf-8")
    old = measured.read("default")
    wanted = {"experiment": "best", "system": "text", "task": "picture_by_caption", "metric": "r10"}
    bound = next(row for row in old if wanted.items() <= row.items())
    monkeypatch.setattr(measured, "RESULTS", tmp_path)
    assert len(measured.read("default")) == len(old)
    assert {(r["over"], r["units"]) for r in measured.read("default")} == {
        ("pictures x seeds", "40 x 3")
    }
    value = float(bound["value"]) + 1
    row = next(x for x in measured.readme(README).split("\n") if "| Picture by caption" in x)
    assert row.split(" | ")[5] == f"{value:.1f}"
    # What the run's models were told comes with its numbers.
    assert "training (word_term: 0.25)" in measured.readme(README)
    assert "training (word_term: 0.25)" not in README


def test_a_number_without_an_interval_says_so(run, monkeypatch):
    rows = pd.read_csv(run / "metrics.tsv", sep="\t").assign(ci_low="", ci_high="")
    rows.to_csv(run / "metrics.tsv", sep="\t", index=False)
    (run / "default.tsv").write_text(measured.measured(run))
    monkeypatch.setattr(measured, "RESULTS", run)
    assert measured.default_table().count(" [–]") == 2 * len(measured.DEFAULT)


def test_what_models_were_told_is_that_of_the_study_and_of_the_config():
    text = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    for name, told in measured.studies_told(text).items():
        assert told == measured.read_told(name)
        assert all(line.count("; ") == 9 for line in told.values())
    values = configs.complete()
    config = load(values).model_dump(mode="json")
    assert measured.read_told("default") == {
        name: supervision.line(config, name) for name in config["experiments"]
    }
