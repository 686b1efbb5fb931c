"""`seesay run`: the workflow in a user's folder, from the wheel and from the clone."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from seesay.commands.begin import run
from seesay.shared.errors import InputError
from support import ROOT
from support.workflow import small_config, snakemake

HOME = ("workflow", "config", "envs", "profiles")
ALONE = ("Snakefile", "CITATION.cff", "LICENSE")


def pip(*arguments):
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(list(map(str, command)), check=True, capture_output=True, timeout=300)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of a copy of this repository."""
    folder = tmp_path_factory.mktemp("wheel")
    (copy := folder / "copy").mkdir()
    leave = shutil.ignore_patterns("__pycache__", "*.egg-info", "*.sif")
    for name in ("src", *HOME):
        shutil.copytree(ROOT / name, copy / name, ignore=leave)
    for name in (*ALONE, "README.md", "pyproject.toml", "setup.py"):
        shutil.copy(ROOT / name, copy)
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", folder, copy)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder with the installed wheel, which is first on Python's path."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--no-deps", "--no-index", "--target", folder, wheel)
    return folder


@pytest.fixture
def here(tmp_path):
    """A user's folder with a config."""
    (tmp_path / "my.yaml").write_text(yaml.safe_dump(small_config()))
    return tmp_path


def seesay(folder, package, *arguments):
    """Run seesay of the package in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "seesay", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def planned(result):
    """How many jobs of each rule a dry run lists."""
    table = re.search(r"^Job stats:\n.*\n-.*\n((?:\w+ +\d+\n)+)", result.stdout, re.MULTILINE)
    assert table, result.stdout[-2000:] + result.stderr[-2000:]
    return dict(line.split() for line in table[1].splitlines())


@pytest.mark.slow
def test_the_wheel_has_every_file_of_the_workflow_and_the_package(wheel):
    def below(folder):
        found = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".sif"]
        return [path for path in found if "__pycache__" not in path.parts]

    files = [path for name in HOME for path in below(ROOT / name)]
    expected = {f"seesay/home/{path.relative_to(ROOT)}": path for path in files}
    expected |= {f"seesay/home/{name}": ROOT / name for name in ALONE}
    source = ROOT / "src"
    expected |= {str(path.relative_to(source)): path for path in below(source / "seesay")}
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert names == set(expected)
        assert [n for n in names if archive.read(n) != expected[n].read_bytes()] == []


@pytest.mark.slow
def test_an_installed_package_plans_what_the_clone_plans(installed, here):
    result = seesay(here, installed, "run", "my.yaml", "-n")
    assert result.returncode == 0, result.stderr
    assert f"Snakefile: {installed / 'seesay' / 'home' / 'Snakefile'}\n" in result.stdout
    profile = installed / "seesay" / "home" / "profiles" / "default"
    assert f"workflow specific profile {profile} " in result.stderr
    clone = snakemake(here, "-n", config="my.yaml")
    assert planned(result) == planned(clone)
    assert planned(result)["report"] == "1"


@pytest.mark.slow
def test_an_installed_package_runs_stages_in_the_users_folder(installed, here):
    before = {path for path in installed.rglob("*") if path.suffix != ".pyc"}
    result = seesay(here, installed, "run", "my.yaml", "results/scenes/things.parquet")
    assert result.returncode == 0, result.stderr
    pictures = here / "results" / "scenes" / "pictures" / "images"
    assert len([*pictures.glob("*.jpg")]) == small_config()["scenes"]["count"]
    after = {path for path in installed.rglob("*") if path.suffix != ".pyc"}
    assert {path.name for path in after - before} <= {"__pycache__"}
    # Jobs see the package, and nothing that is installed beside it.
    assert (here / ".snakemake" / "source" / "seesay").resolve() == installed / "seesay"
    # Snakemake's own records know the outputs by the code stamp of the installed package.
    again = seesay(here, installed, "run", "my.yaml", "results/scenes/things.parquet", "-n")
    assert "Nothing to be done" in again.stdout + again.stderr
    status = seesay(here, installed, "status")
    assert status.stdout.splitlines()[-1] == "next, type: seesay run my.yaml", status.stderr


@pytest.mark.slow
def test_messages_and_exit_status_of_snakemake_pass(installed, here):
    result = seesay(here, installed, "run", "my.yaml", "no_such_target")
    assert result.returncode == 1
    said = result.stdout + result.stderr
    assert "MissingRuleException:" in said.splitlines()
    assert "Traceback" not in said


def test_a_config_that_is_not_there_ends_in_one_line(tmp_path):
    for words in ([], ["-n"], ["-n", "mine.yaml"], ["--cores", "4", "mine.yaml"]):
        result = seesay(tmp_path, ROOT / "src", "run", *words)
        assert result.returncode == 2
        assert result.stderr.splitlines()[-1].endswith(
            "run: give the config first, then options: seesay run CONFIG [OPTIONS]"
        )
    result = seesay(tmp_path, ROOT / "src", "run", "mine.yaml", "-n")
    assert result.returncode == 1
    assert result.stderr == "error: mine.yaml: no such file; give the config of the run first\n"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"\xff", "more.yaml: not YAML ('utf-8' codec can't decode byte 0xff in position 0: "),
        (b"", "more.yaml: has no sections; "),
        (b"a: 1\na: 2\n", "more.yaml: line 2: the key a is given twice, first in line 1; "),
        (None, "more.yaml: Is a directory; "),
    ],
)
def test_a_config_that_snakemake_could_not_read_ends_in_one_line(here, content, line):
    path = here / "more.yaml"
    path.mkdir() if content is None else path.write_bytes(content)
    for words in (["more.yaml"], ["my.yaml", "--configfile", "more.yaml"]):
        result = seesay(here, ROOT / "src", "run", *words, "-n")
        assert (result.returncode, len(result.stderr.splitlines())) == (1, 1)
        assert result.stderr.startswith(f"error: {line}")


def test_a_config_of_the_repository_is_found_in_the_package(tmp_path):
    result = seesay(tmp_path, ROOT / "src", "run", "config/paper.yaml", "-n")
    assert result.returncode == 1
    shipped = ROOT / "config" / "paper.yaml"
    assert result.stderr == f"error: config/paper.yaml: no such file; seesay has {shipped}\n"


def test_profiles_of_seesay_go_by_name_and_others_must_exist(here, monkeypatch):
    """Snakemake says nothing of a profile that is missing, and runs all jobs on this machine."""
    monkeypatch.chdir(here)
    given = ["--workflow-profile", "slurm"]
    assert run.options(Path("my.yaml"), given) == [*START, *given]
    given[1] = "profiles/slurm"
    with pytest.raises(InputError, match=r"profiles/slurm: no such profile; .*: default, .*slurm$"):
        run.options(Path("my.yaml"), given)
    (here / "profiles").mkdir()
    shutil.copytree(ROOT / "profiles" / "slurm", here / "profiles" / "slurm")
    assert run.options(Path("my.yaml"), given) == [*START, *given]
    given[1] = "none"
    assert run.options(Path("my.yaml"), given) == [*START, "--cores", "all", *given]


START = ["--configfile", "my.yaml", "--snakefile", str(ROOT / "Snakefile")]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], [*START, "--cores", "all"]),
        (["-n", "results/study.md"], [*START, "--cores", "all", "-n", "results/study.md"]),
        (["-c", "3"], [*START, "-c", "3"]),
        (["-j3"], [*START, "-j3"]),
        # A cluster's jobs are not limited to the cores of the machine that submits them.
        (
            ["--workflow-profile", str(ROOT / "profiles" / "slurm")],
            [*START, "--workflow-profile", str(ROOT / "profiles" / "slurm")],
        ),
        (
            ["--configfile", "more.yaml", "-n", "--", "fetch"],
            [
                *(*START, "--cores", "all", "--configfile", "more.yaml", "-n"),
                *("--configfile", "my.yaml", "more.yaml", "--", "fetch"),
            ],
        ),
        # Snakemake itself says that it has no such option.
        (["--no-such-option"], [*START, "--no-such-option"]),
    ],
)
def test_options_of_snakemake(given, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("more.yaml").write_text("seeds: [1]\n")
    assert run.options(Path("my.yaml"), given) == expected


def test_cores_of_a_profile_are_kept(tmp_path, monkeypatch):
    (tmp_path / "config.yaml").write_text("cores: 1\n")
    given = ["--profile", str(tmp_path)]
    assert run.options(Path("my.yaml"), given) == [*START, *given]
