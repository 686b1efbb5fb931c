"""What a run says last."""

import pytest

from seesay.reporting.last_lines import last_lines
from seesay.shared import tables

SUMMARY = (
    "# Title\n\n## paper: No: it is no better than chance.\n\n## best: Yes.\n\n## Checks\n\nx\n"
)


@pytest.fixture
def results(tmp_path):
    (tmp_path / "report.html").write_text("<html>")
    (tmp_path / "summary.md").write_text(SUMMARY)
    return tmp_path


def rejects(results, name, rows):
    tables.write(tables.REJECTS, results / name, tables.rejects(rows))
    return str(results / name)


def test_the_report_its_answers_and_the_rejects_by_reason(results):
    rows = [("logmel", f"a{n}", f"offset {n}.5 beyond its end; cut it") for n in range(12)]
    paths = [
        rejects(results, "one", rows),
        rejects(results, "two", [("pictures", "x\x1b[2J.jpg", "not a readable picture")]),
        str(results / "none"),
    ]
    assert last_lines(results, ["paper", "best"], paths, 0) == [
        "Left out: 13 items, by stage and reason",
        "  logmel: 12 x offset … beyond its end; cut it (for example a0)",
        r"  pictures: 1 x not a readable picture (for example x\x1b[2J.jpg)",
        f"Report: {results}/report.html",
        "  paper: No: it is no better than chance.",
        "  best: Yes.",
    ]


def test_ten_reasons_are_enough(results):
    words = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"]
    path = rejects(results, "one", [("words", w, f"reason {w}") for w in words])
    lines = last_lines(results, ["paper"], [path], 0)
    assert len(lines) == 1 + 10 + 1 + 2
    assert lines[11] == "  more reasons, in the report: 2"


def test_a_report_of_another_run_is_not_named(results):
    since = (results / "report.html").stat().st_mtime + 1
    assert last_lines(results, ["paper"], [], since) == []
    (results / "report.html").unlink()
    assert last_lines(results, ["paper"], [], 0) == []


def test_what_cannot_be_read_costs_its_lines_alone(results):
    (results / "bad").write_text("no table")
    lines = last_lines(results, ["paper"], [str(results / "bad")], 0)
    assert lines == [f"Report: {results}/report.html", "  paper: No: it is no better than chance."]
    (results / "summary.md").write_bytes(b"\xff")
    assert last_lines(results, ["paper"], [], 0) == []
