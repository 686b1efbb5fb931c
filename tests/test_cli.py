"""The command `seesay` itself: its version, its completion, and how soon it answers."""

import shutil
import subprocess
import sys
import tomllib

import pytest

from support import ROOT

SLOW = {"numpy", "pandas", "pydantic", "torch", "spacy", "snakemake"}


def seesay(*arguments: str, interpreter: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
    command = [sys.executable, *interpreter, "-m", "seesay", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_version_is_that_of_the_package():
    done = seesay("--version")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (done.returncode, done.stdout) == (0, f"seesay {project['version']}\n")


@pytest.mark.parametrize("asked", [["--help"], ["check", "--help"]])
def test_help_comes_without_slow_libraries(asked):
    done = seesay(*asked, interpreter=("-X", "importtime"))
    assert done.returncode == 0
    assert "usage: seesay" in done.stdout
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in
                done.stderr.splitlines()}  # fmt: skip
    assert "argparse" in imported
    assert not imported & SLOW


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["seesay", "chec"], ["check"]),
        (["seesay", "--v"], ["--version"]),
        (["seesay", "check", "a.yaml", "--t"], ["--trust-model"]),
        (["seesay", "check", "my"], []),  # bash goes on with the names of files
    ],
)
def test_bash_completes_commands_and_options(typed, offered):
    words = " ".join(typed)
    ask = (
        f"COMP_WORDS=({words}); COMP_CWORD={len(typed) - 1}; _seesay seesay '{typed[-1]}' x;"
        ' echo "${COMPREPLY[@]}"'
    )
    script = f"{seesay('--completion').stdout}\n{ask}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == offered
