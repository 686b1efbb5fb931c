"""Outputs appear whole or not at all; jobs end with their run; a full disk is one line."""

import contextlib
import errno
import os
import re
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pyarrow as pa
import pytest
import torch

from seesay.audio import synthesis
from seesay.audio.scripts import words
from seesay.learning import checkpoints
from seesay.shared import command, tables, writing
from seesay.shared.columns import Column, Table, features
from seesay.shared.errors import InputError, refused
from support import ROOT

TABLE = Table(
    "numbers",
    ("name",),
    (Column("name", pa.string(), "a name"), Column("feature", features(99), "numbers")),
)


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    writing.write_text(tmp_path / "a.txt", "old")
    with contextlib.suppress(KeyError), writing.replacing(tmp_path / "a.txt") as part:
        part.write_text("half")
        raise KeyError
    assert left(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"
    with writing.replacing(tmp_path / "a.txt") as part:
        part.write_text("new")
        assert (tmp_path / "a.txt").read_text() == "old"
    assert left(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "new"


def test_a_folder_takes_the_place_of_another(tmp_path):
    for names in (["a", "b"], ["c"]):
        with writing.folder(tmp_path / "made") as part:
            for name in names:
                (part / name).write_text(name)
    assert left(tmp_path) == ["made"]
    assert left(tmp_path / "made") == ["c"]


def test_what_killed_jobs_left_goes_when_the_output_is_begun_again(tmp_path):
    mine = [".a.txt.12.part", ".a.txt.12-0a1b2c3d.part", "..a.txt.12-0a.part.0b.gone"]
    others = [".b.txt.12-0a1b2c3d.part", ".a.txt.b.12-0a.part", ".a.txt.x.part", ".xa.txt.1.part"]
    for name in [*mine, *others]:
        (tmp_path / name).write_text("left")
    (tmp_path / ".a.txt.13-0a1b2c3d.part").mkdir()
    (tmp_path / ".a.txt.13-0a1b2c3d.part" / "sound.wav").write_text("left")
    writing.write_text(tmp_path / "a.txt", "whole")
    assert left(tmp_path) == sorted([*others, "a.txt"])


def another(path):
    """What a job of a newer run does: it begins the same output in its own process."""
    code = (
        "import pathlib, sys; from seesay.shared import writing;"
        "writing.claim(pathlib.Path(sys.argv[1]))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    subprocess.run([sys.executable, "-c", code, path], env=environment, check=True)
    (part,) = writing.parts(path)
    return part


def test_an_old_job_cannot_write_over_a_newer_one(tmp_path):
    path = tmp_path / "numbers.parquet"
    columns = {"name": ["a"], "feature": np.ones((1, 99), np.float32)}
    writing.claim(path)  # as the script does when it starts
    newer = another(path)
    with (
        pytest.raises(OSError, match="another job has begun to write it since") as told,
        tables.Writer(TABLE, path) as writer,
    ):
        writer.write(columns)
    assert told.value.filename == str(path)
    assert left(tmp_path) == [newer.name]
    # The same when the newer one begins while the old one writes.
    newer.unlink()
    with pytest.raises(OSError, match="another job"):
        _too_late(path, columns)
    remove = writing.parts(path)
    assert len(remove) == 1
    remove[0].unlink()
    with pytest.raises(OSError, match="another job"):
        _too_late_with_a_folder(path)
    assert len(writing.parts(path)) == len(left(tmp_path)) == 1


def _too_late(path, columns):
    with tables.Writer(TABLE, path) as writer:
        writer.write(columns)
        another(path)


def _too_late_with_a_folder(path):
    with writing.folder(path) as part:
        another(path)
        (part / "sound.wav").write_text("sound")


def test_a_script_claims_its_outputs_and_releases_them(tmp_path):
    seen = []

    def main():
        command.arguments("", outputs=["one"], list_outputs=["many"], argv=[
            "--one", f"{tmp_path}/one", "--many", f"{tmp_path}/many1", f"{tmp_path}/many2"
        ])  # fmt: skip
        seen.append(left(tmp_path))
        writing.write_text(tmp_path / "many1", "done")
        raise InputError("no more")

    with pytest.raises(SystemExit, match="error: no more"):
        command.run(main)
    names = [re.sub(rf"\.{os.getpid()}-[0-9a-f]{{8}}\.part", "", name) for name in seen[0]]
    assert names == [".many1", ".many2", ".one"]
    assert left(tmp_path) == ["many1"]


# What writes a file: each of 99 kB where 20 kB are allowed.
def _bytes(path):
    writing.write_bytes(path, bytes(99_000))


def _table(path):
    random = np.random.default_rng(0)
    with tables.Writer(TABLE, path) as writer:
        for _ in range(3):
            feature = random.normal(size=(99, 99)).astype(np.float32)
            writer.write({"name": [str(n) for n in range(99)], "feature": feature})


def _state(path):
    checkpoints.State(path, "run").save(network={"weight": torch.zeros(99, 999)})


def _folder(path):
    with writing.folder(path) as part:
        (part / "text").write_text("x" * 99_000)


def _words(path):
    with writing.folder(path) as part:
        rows = [["F01_01.wav", 0.0, 1.0, f"word{n}"] for n in range(2000)]
        words.write_tables(part, [], [rows], [{}])


def _speech(path):
    with writing.folder(path) as part:
        synthesis.speak(
            {"talker": "F01", "script": [["dog", "runs"]] * 9, "folder": str(part),
             "word_gap": 18, "pause": 0.6, "minutes": 9.0, "seed": 1}
        )  # fmt: skip


@pytest.mark.parametrize("write", [_bytes, _table, _state, _folder, _words, _speech])
def test_a_file_that_the_system_refuses_is_one_line_and_leaves_nothing(write, tmp_path, capsys):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(SystemExit) as told:
            command.run(lambda: write(tmp_path / "made"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    said = str(told.value)
    assert said.startswith(f"error: {tmp_path / 'made'}")
    assert said.endswith(": larger than files may be here; raise the limit (ulimit -f)")
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full; free some space"),
        (errno.EDQUOT, "your quota of disk space is used up; free some space"),
        (errno.EIO, "the disk fails (input/output error); look at it, and run again"),
        (errno.EACCES, "Permission denied"),
    ],
)
def test_what_the_system_refuses_is_said_with_the_file(number, said, tmp_path):
    def write():
        with writing.replacing(tmp_path / "made"):
            raise OSError(number, os.strerror(number))  # as write(2) does: without a name

    with pytest.raises(SystemExit) as told:
        command.run(write)
    assert str(told.value) == f"error: {tmp_path / 'made'}: {said}"
    assert refused(OSError(number, os.strerror(number))) == said


JOB = """
import os, subprocess, sys, time
from pathlib import Path
from seesay.shared import lifeline, writing
from seesay.shared.command import arguments, run

def main():
    made = arguments("", outputs=["made"]).made
    with writing.folder(made) as part:
        child = "import os, time; from seesay.shared import lifeline;"
        child += "lifeline.end_with(os.getppid());"
        child += "print(os.getpid(), flush=True); time.sleep(60)"
        helper = subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.PIPE)
        (part / "pid").write_text(helper.stdout.readline().decode())
        time.sleep(60)

run(main)
"""


@pytest.fixture
def working(tmp_path):
    """A run, its job in a pipe as rules have it, the job's helper: processes that all wait."""
    (tmp_path / "job.py").write_text(JOB)
    made = tmp_path / "made"
    shell = f"export SEESAY_RUN=$PPID; {sys.executable} job.py --made made 2>&1 | tee log"
    head = f"import subprocess; subprocess.run(['bash', '-c', {shell!r}])"
    run = subprocess.Popen(
        [sys.executable, "-c", head],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )
    found = []
    ends = time.monotonic() + 30
    while not found:
        assert time.monotonic() < ends
        time.sleep(0.02)
        found = [part / "pid" for part in writing.parts(made) if (part / "pid").exists()]
        found = [path for path in found if path.read_text().strip()]
    helper = psutil.Process(int(found[0].read_text()))
    yield psutil.Process(run.pid), helper.parent(), helper
    for process in (helper, run):
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            process.kill()
    run.wait()


def gone(*processes):
    _, alive = psutil.wait_procs(processes, timeout=10)
    return not alive


def test_a_job_and_its_helper_end_with_their_run_and_leave_nothing(working, tmp_path):
    run, job, helper = working
    run.send_signal(signal.SIGKILL)
    assert gone(job, helper)
    assert left(tmp_path) == ["job.py", "log"]


def test_a_helper_ends_with_its_job_and_the_next_job_clears_what_is_left(working, tmp_path):
    _, job, helper = working
    job.send_signal(signal.SIGKILL)
    assert gone(job, helper)
    (part,) = writing.parts(tmp_path / "made")
    assert left(part) == ["pid"]
    writing.write_bytes(tmp_path / "made", b"")
    assert left(tmp_path) == ["job.py", "log", "made"]


def test_a_job_whose_run_is_gone_before_it_looks_ends_too(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    code = "from seesay.shared.command import run; import time; run(lambda: time.sleep(60))"
    environment = {"PYTHONPATH": str(ROOT / "src"), "SEESAY_RUN": str(ended.pid)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, timeout=20, check=False
    )
    assert done.returncode == 128 + signal.SIGTERM
