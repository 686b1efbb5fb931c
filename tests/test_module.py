"""The workflow imported by another one, as a module with rules of other names."""

import re

import pandas as pd
import pytest
import yaml

from support import ROOT
from support.workflow import copy, small_config, snakemake

SNAKEFILE = f"""
configfile: "config.yaml"


module seesay:
    snakefile:
        "{ROOT / "Snakefile"}"
    config:
        config["seesay"]


use rule * from seesay as seesay_*


rule mine:
    input:
        "{{results}}/metrics.tsv",
    output:
        "mine.txt",
    shell:
        "wc -l < {{input}} > {{output}}"


onsuccess:
    seesay.tell_results()
"""


def importer(folder, results, module=""):
    """A workflow of one rule that takes the numbers of seesay, with other results."""
    text = SNAKEFILE.replace("{results}", results)
    (folder / "Snakefile").write_text(text.replace("    config:\n", f"{module}    config:\n"))
    values = small_config() | {"results": results}
    (folder / "config.yaml").write_text(yaml.safe_dump({"seesay": values}))


def codes(results):
    """The digests of code that a report shows."""
    return re.findall(r"<code>([0-9a-f]{12})</code>", (results / "report.html").read_text())


def run(folder, *arguments):
    return snakemake(folder, *arguments, root=folder)


@pytest.mark.slow
def test_an_imported_workflow_runs_to_its_report_and_feeds_a_rule_of_the_importer(
    small_run, tmp_path
):
    importer(tmp_path, "words")
    result = run(tmp_path, "seesay_all", "mine.txt")
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-6000:]
    metrics = pd.read_csv(tmp_path / "words" / "metrics.tsv", sep="\t")
    assert (tmp_path / "mine.txt").read_text().strip() == str(len(metrics) + 1)
    # The numbers are those of the workflow by itself.
    alone = pd.read_csv(small_run / "results" / "metrics.tsv", sep="\t")
    pd.testing.assert_frame_equal(metrics, alone)
    assert not (tmp_path / "results").exists()
    # The run's last lines name the report and its answer.
    lines = (result.stdout + result.stderr).splitlines()
    place = lines.index("Report: words/report.html")
    summary = (tmp_path / "words" / "summary.md").read_text()
    assert f"## {lines[place + 1].strip()}\n" in summary
    # Digests of code are found by the stages' own names.
    assert codes(tmp_path / "words") == codes(small_run / "results") != []
    assert "Nothing to be done" in (done := run(tmp_path, "seesay_all")).stdout + done.stderr


@pytest.mark.slow
def test_a_finished_run_is_finished_for_a_workflow_that_imports_it(small_run, tmp_path):
    folder = copy(small_run, tmp_path / "run")
    importer(folder, "results")
    result = run(folder, "seesay_all")
    assert result.returncode == 0, result.stderr[-3000:]
    assert "Nothing to be done" in result.stdout + result.stderr


@pytest.mark.slow
def test_a_prefix_of_paths_is_refused_in_one_line(tmp_path):
    importer(tmp_path, "words", '    prefix:\n        "below"\n')
    result = run(tmp_path, "-n", "mine.txt")
    assert result.returncode != 0
    lines = [line for line in (result.stdout + result.stderr).splitlines() if "error:" in line]
    assert lines == [
        "error: a prefix of the module's paths would miss what its settings name; drop prefix and"
        " replace_prefix, and give config: another folder as `results`"
    ]
    assert "Traceback" not in result.stdout + result.stderr
