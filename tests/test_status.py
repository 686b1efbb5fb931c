"""`seesay status` on a small run: complete, incomplete, failed and running."""

import os
import re
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from support import ROOT, corpora_layouts
from support.workflow import copy, snakemake

pytestmark = pytest.mark.slow


def status(folder: Path, *given: str, code: int = 0) -> list[str]:
    """The lines of `seesay status` in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "seesay", "status", *given],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return (done.stdout if code == 0 else done.stderr).splitlines()


def rows(lines: list[str]) -> dict[str, dict[str, str]]:
    """The table by stage; the columns stand where the head's do."""
    head = [(found.group(), found.end()) for found in re.finditer(r"last ended|\w+", lines[0])]
    found = {}
    for line in lines[1:]:
        if not re.match(r"\w+ +\d", line):
            break
        start, cells = 0, {}
        for place, (name, end) in enumerate(head):
            end = head[1][1] - 4 if place == 0 else end
            cells[name] = line[start:end].strip()
            start = end
        found[cells["stage"]] = cells
    return found


@pytest.fixture
def run(small_run, tmp_path) -> Path:
    return copy(small_run, tmp_path / "run")


def files(folder: Path) -> dict[Path, int]:
    """The results and the records, each with the time of its last change."""
    own = [*folder.glob("results/**/*"), *folder.glob(".snakemake/[lm]*/**/*")]
    return {path: path.stat().st_mtime_ns for path in own if path.is_file()}


def test_a_complete_run_and_its_records_stay_as_they_are(run):
    before = files(run)
    lines = status(run, "config.yaml")
    assert files(run) == before
    table = rows(lines)
    assert all(row["done"] == row["jobs"] for row in table.values())
    assert table["fc7"]["jobs"] == "2"
    assert not any(row["running"] or row["left"] for row in table.values())
    assert re.fullmatch(r"0:\d\d:\d\d", table["training"]["time"])
    rejected = {name for name, row in table.items() if row["rejected"]}
    assert {"pictures", "words", "matching_fold", "logmel_shard"} <= rejected
    jobs = sum(int(row["jobs"]) for row in table.values())
    assert lines[-2] == f"results: {jobs} of {jobs} jobs done, 0 running, 0 left"
    assert lines[-1] == "next: open results/report.html"


def test_a_run_is_found_by_its_results_and_by_its_log(small_run):
    by_log = status(small_run)
    assert by_log[-1] == "next: open results/report.html"
    assert not any(line.startswith("note: ") for line in by_log)
    assert status(small_run, "results") == by_log


def test_a_missing_output_is_left_even_if_snakemake_does_not_miss_it(run):
    (run / "results" / "metrics.tsv").unlink()
    lines = status(run, "config.yaml")
    left = {name for name, row in rows(lines).items() if row["left"]}
    assert left == {"metrics"}
    command = "seesay run config.yaml --forcerun metrics"
    assert lines[-1] == f"next, type: {command}"
    result = snakemake(run, "--forcerun", "metrics", "-n")
    assert re.search(r"^metrics +1$", result.stdout + result.stderr, re.MULTILINE)


def test_a_failed_job_is_named_with_its_log(run):
    (run / "results" / "metrics.tsv").unlink()
    (run / "results" / "evaluation/paper/model/1/ranks.parquet").write_text("damaged")
    assert snakemake(run, "--config", "shards=2").returncode != 0
    lines = status(run, "config.yaml")
    assert "failed: metrics; results/logs/metrics.log says why" in lines
    assert any(line.startswith("note: the last run had --config") for line in lines)
    assert {"metrics"} <= {name for name, row in rows(lines).items() if row["left"]}


def test_a_running_job_is_told_from_the_rest(run):
    output = "results/metrics.tsv"
    mark = run / ".snakemake/incomplete" / urlsafe_b64encode(output.encode()).decode()
    mark.touch()
    os.utime(mark, (time.time() - 3700, time.time() - 3700))
    before = status(run, "config.yaml")
    assert rows(before)["metrics"]["running"] == ""  # without a lock it is of a run that ended
    (run / ".snakemake/locks").mkdir(exist_ok=True)
    (run / ".snakemake/locks/0.output.lock").write_text(output + "\n")
    lines = status(run, "config.yaml")
    assert rows(lines)["metrics"]["running"] == "1"
    assert any(re.fullmatch(r"running: metrics for 1:0\d:\d\d \(.*log\)", line) for line in lines)
    assert lines[-1].startswith("next: wait")
    assert (run / ".snakemake/locks/0.output.lock").exists()


def test_stages_stand_in_the_order_of_the_workflow(small_run, run):
    (run / "results/metrics.tsv").unlink()
    for lines in (status(small_run), status(run, "config.yaml")):
        order = list(rows(lines))
        chain = ["scenes", "pictures", "regions", "fc7", "training", "evaluation_ranks", "metrics"]
        assert [name for name in order if name in chain] == chain
        assert order[-1] == "report"


def test_a_lock_of_other_results_is_not_waited_for(run):
    (run / ".snakemake/locks").mkdir(exist_ok=True)
    (run / ".snakemake/locks/0.output.lock").write_text("elsewhere/metrics.tsv\n")
    assert status(run, "config.yaml")[-1] == "next: open results/report.html"


@pytest.mark.parametrize("shown", ["[{!r}]", "[PosixPath({!r})]"])
def test_a_config_with_quotes_in_its_name_is_found_by_its_log(run, shown):
    config = (run / "my 'own.yaml").resolve()
    (run / "config.yaml").rename(config)
    (log,) = (run / ".snakemake/log").glob("*.log")
    text = re.sub(r"(?m)^(  Config file.s.: ).*", "", log.read_text())
    log.write_text(f"{text}\n  Config file(s): {shown.format(str(config))}\n")
    assert status(run)[-1] == "next: open results/report.html"


def test_a_config_for_a_part_has_the_jobs_of_its_targets(tmp_path):
    corpora_layouts.lucid(tmp_path / "talk")
    corpora = "[{reader: lucid, path: talk}]"
    (tmp_path / "part.yaml").write_text(f"results: r\nshards: 2\nspeech: {{corpora: {corpora}}}\n")
    *table, said, last = status(tmp_path, "part.yaml")
    assert {name: row["left"] for name, row in rows(table).items()} == {
        "speech": "1", "logmel_shard": "2",
    }  # fmt: skip
    assert said.endswith("0 of 3 jobs done, 0 running, 3 left")
    assert last == "next, type: seesay run part.yaml logmel"


def test_what_is_no_run_ends_in_one_line(tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "bad.yaml").write_text("results: r\nseads: [1]\n")
    for given, said in (
        ([], "no run has been started in this folder; give a config"),
        (["no.yaml"], "no.yaml: no such file; give a config, or a results folder"),
        (["other"], "other: no run in this folder has these results; give its config"),
        (["bad.yaml"], "did you mean seeds?"),
    ):
        (line,) = status(tmp_path, *given, code=1)
        assert line.startswith("error: ")
        assert said in line
