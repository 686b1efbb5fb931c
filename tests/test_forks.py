"""Forked Python does what plain Python does: a script's surroundings, its end, and a whole run."""

import os
import signal
import subprocess
import sys
import time

import pandas as pd
import psutil
import pytest

from support import forks
from support.workflow import jobs, snakemake

SURROUNDINGS = """
import json, os, sys
print(json.dumps([__name__, __file__, sys.argv, sys.path, os.getcwd(), dict(os.environ)]))
print(sys.stdin.read(), file=sys.stderr)
"""


def run(python, *arguments, **options):
    options = {"capture_output": True, "text": True, "check": False, "timeout": 60} | options
    return subprocess.run([python, *arguments], **options)


@pytest.fixture
def script(tmp_path):
    """Writes a script, in a folder of its own."""

    def write(text):
        path = tmp_path / "scripts" / "script.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return write


def test_a_script_has_the_same_surroundings(script, tmp_path):
    options = {
        "cwd": tmp_path,
        "input": "said",
        "env": {
            "A": "b=\u00e9\n",
            "PYTHONPATH": f"{tmp_path}:/nowhere",
            "PATH": os.environ["PATH"],
        },
    }
    arguments = [script(SURROUNDINGS), "--one", "two words", ""]
    ours, plain = (run(each, *arguments, **options) for each in (forks.python(), sys.executable))
    assert ours.stdout == plain.stdout
    assert ours.stderr == plain.stderr == "said\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "import sys; sys.exit()",
        "import sys; sys.exit(7)",
        "import sys; sys.exit('error: no')",
        "import atexit; atexit.register(print, 'last'); print('first')",
        "import threading, time\nthreading.Timer(0.1, print, ['late']).start()",
        "import os; os._exit(3)",
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    ],
)
def test_a_script_ends_the_same(script, text):
    ours, plain = (run(each, script(text)) for each in (forks.python(), sys.executable))
    assert (ours.returncode, ours.stdout, ours.stderr) == (
        plain.returncode,
        plain.stdout,
        plain.stderr,
    )


def test_an_error_is_shown_and_ends_with_one(script):
    result = run(forks.python(), script("def f():\n    return 1 / 0\n\n\nf()"))
    assert result.returncode == 1
    assert result.stderr.startswith("Traceback")
    assert result.stderr.endswith("ZeroDivisionError: division by zero\n")


def test_what_is_no_script_goes_to_python_itself():
    assert run(forks.python(), "-c", "print(6 * 7)").stdout == "42\n"
    assert "pytest" in run(forks.python(), "-m", "pytest", "--version").stdout


def test_libraries_are_there_and_seesay_is_imported_anew(script, tmp_path):
    shared = tmp_path / "seesay" / "shared"
    shared.mkdir(parents=True)
    (shared.parent / "__init__.py").touch()
    (shared / "__init__.py").touch()
    (shared / "errors.py").write_text("OTHER = 'another seesay'")
    imports = "import seesay.shared.errors as e"
    text = f"import sys; print('torch' in sys.modules); {imports}; print(e.OTHER)"
    result = run(forks.python(), script(text), env={"PYTHONPATH": str(tmp_path)})
    assert result.stdout == "True\nanother seesay\n", result.stderr


def test_a_script_may_start_processes_of_its_own(script):
    text = """
import multiprocessing

def double(number):
    return 2 * number

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(double, [1, 2]))
"""
    result = run(forks.python(), script(text))
    assert result.stdout == "[2, 4]\n", result.stderr


WAITS = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
print(os.getpid(), flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_who_ends_the_client_ends_the_script(script, number, status):
    client = subprocess.Popen([forks.python(), script(WAITS)], stdout=subprocess.PIPE, text=True)
    with client:
        pid = int(client.stdout.readline())
        client.send_signal(number)
        assert client.wait(timeout=60) == status
    ends = time.monotonic() + 30
    while psutil.pid_exists(pid) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not psutil.pid_exists(pid)


def table(path):
    """A table without how long an epoch took."""
    found = pd.read_parquet(path)
    return found.drop(columns=[name for name in found if name == "seconds"])


@pytest.mark.slow
def test_a_run_of_forks_has_the_tables_of_a_plain_run(small_run, tmp_path):
    (tmp_path / "config.yaml").write_text((small_run / "config.yaml").read_text())
    result = snakemake(tmp_path, plain=True)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-6000:]
    assert jobs(result)["report"] == 1
    forked, plain = (
        {p.relative_to(each) for p in (each / "results").rglob("*") if p.is_file()}
        for each in (small_run, tmp_path)
    )
    assert forked == plain
    suffixes = {".parquet", ".safetensors", ".json", ".wav", ".tsv", ".md", ".jpg"}
    same = [p for p in sorted(plain) if p.suffix in suffixes and "benchmarks" not in p.parts]
    assert len(same) > 100
    for path in same:
        if path.name == "history.parquet":
            assert table(small_run / path).equals(table(tmp_path / path)), path
        else:
            assert (small_run / path).read_bytes() == (tmp_path / path).read_bytes(), path
