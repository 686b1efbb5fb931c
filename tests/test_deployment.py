"""The workflow as the Snakemake workflow catalog deploys it: by snakedeploy, as a module."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from seesay.planning.config import Config, load
from seesay.planning.config_file import read
from support import ROOT
from support.workflow import jobs, snakemake

TEST = ROOT / ".test" / "config" / "config.yaml"


def planned(folder, *arguments, environment=None):
    """What a dry run says in a folder, and how many jobs of each rule it lists."""
    command = [sys.executable, "-m", "snakemake", "-n", *map(str, arguments)]
    result = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    table = re.search(r"^Job stats:\n.*\n-.*\n((?:\w+ +\d+\n)+)", result.stdout, re.MULTILINE)
    return result, dict(line.split() for line in table[1].splitlines()) if table else {}


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    """A folder to which snakedeploy has deployed a repository with these files, and its config."""
    snakedeploy = shutil.which("snakedeploy", path=str(Path(sys.executable).parent))
    if snakedeploy is None:
        pytest.skip("snakedeploy is not installed; it has no release for this Python")
    base = tmp_path_factory.mktemp("deployed")
    (repository := base / "seesay").mkdir()
    leave = shutil.ignore_patterns("__pycache__")
    for name in ("workflow", "config", "profiles"):
        shutil.copytree(ROOT / name, repository / name, ignore=leave)
    shutil.copy(ROOT / "LICENSE", repository)
    folder = base / "analysis"
    folder.mkdir()
    command = [snakedeploy, "deploy-workflow", repository, folder, "--branch", "main"]
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=60)
    shutil.copy(TEST, folder / "config" / "config.yaml")
    return folder


def point(deployed, to, source):
    """A copy of a deployed folder whose module has another source.

    snakedeploy writes only GitHub's and GitLab's sources in full; of a folder it writes the path
    inside the repository.
    """
    shutil.copytree(deployed, to)
    snakefile = to / "workflow" / "Snakefile"
    text = snakefile.read_text()
    assert text.count('"workflow/Snakefile"') == 1
    assert "use rule * from seesay" in text
    snakefile.write_text(text.replace('"workflow/Snakefile"', f'"{source}"'))
    return to


@pytest.mark.slow
def test_snakedeploy_deploys_a_workflow_that_runs_to_its_report(deployed, tmp_path):
    folder = point(deployed, tmp_path / "analysis", ROOT / "workflow" / "Snakefile")
    result = snakemake(folder, config="config/config.yaml", root=folder / "workflow")
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-6000:]
    assert jobs(result)["report"] == 1
    page = (folder / "results" / "report.html").read_text()
    assert load(read(TEST)).report.title in page
    # The same config by itself, as in the catalog's tests: --directory .test.
    alone = tmp_path / "test"
    shutil.copytree(TEST.parent, alone / "config")
    said, plan = planned(ROOT, "--directory", alone)
    assert said.returncode == 0, said.stderr
    assert {rule: str(count) for rule, count in jobs(result).items()} == {
        rule: count for rule, count in plan.items() if rule != "total"
    }


@pytest.mark.slow
def test_a_workflow_of_another_place_runs_by_the_installed_seesay(deployed, tmp_path):
    """The main file alone comes from a repository elsewhere, here one of git."""
    (remote := tmp_path / "remote").mkdir()
    (remote / "workflow").mkdir()
    shutil.copy(ROOT / "workflow" / "Snakefile", remote / "workflow")
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *who, *command], cwd=remote, check=True, capture_output=True)
    source = f"git+file://{remote}/workflow/Snakefile@HEAD"
    folder = point(deployed, tmp_path / "analysis", source)
    result, plan = planned(folder, environment={"PYTHONPATH": str(ROOT / "src")})
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    expected = planned(folder, "--snakefile", ROOT / "Snakefile")[1]
    assert plan == expected
    assert plan["report"] == plan["all"] == "1"
    # Without seesay, one line.
    (tmp_path / "without" / "seesay").mkdir(parents=True)
    (tmp_path / "without" / "seesay" / "__init__.py").write_text("raise ImportError\n")
    result, _ = planned(folder, environment={"PYTHONPATH": str(tmp_path / "without")})
    assert result.returncode == 1
    said = (result.stdout + result.stderr).splitlines()
    assert "error: seesay is not installed; install it (docs/module.md)" in said
    assert not [line for line in said if "Traceback" in line]


def test_the_catalog_finds_what_it_asks_for():
    assert (ROOT / "workflow" / "Snakefile").is_file()
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    assert set(usage) == {"mandatory-flags", "software-stack-deployment", "report"}
    assert set(usage["mandatory-flags"]) == {"desc", "flags"}
    assert usage["software-stack-deployment"] == {"conda": True}
    assert usage["report"] is True
    readme = (ROOT / "README.md").read_text().lower()
    assert "snakemake" in readme
    assert "workflow" in readme
    schema = ROOT / "workflow" / "schemas" / "config.schema.json"
    assert schema.read_bytes() == (ROOT / "config" / "schema.json").read_bytes()


def test_the_page_of_the_config_names_every_section():
    page = (ROOT / "config" / "README.md").read_text()
    first = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    named = [name for cell in first for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(named) == sorted(Config.model_fields)
