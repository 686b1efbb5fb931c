"""Killed jobs, killed heads, held and foreign checkpoints, a full disk: the next run goes on."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest
import torch
from filelock import FileLock

from support import ROOT
from support.workflow import copy, jobs, snakemake

pytestmark = pytest.mark.slow
MODEL = "results/training/paper/model/1/model.safetensors"


@pytest.fixture
def before_features(small_run, tmp_path):
    """The small run without its features and all that is made of them."""
    folder = copy(small_run, tmp_path / "run")
    for name in ("fc7", "logmel", "training", "embedding", "evaluation", "checkpoints"):
        shutil.rmtree(folder / "results" / name)
    (folder / "results" / "metrics.tsv").unlink()
    return folder


def scripts(folder, stage):
    """The processes of a stage's script that run in a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            line = process.cmdline()
            if process.cwd() == str(folder) and line[1:2] and line[1].endswith(f"/{stage}.py"):
                found.append(process)
        except psutil.Error:  # it has just ended, or is not ours
            continue
    return found


def kill_in(folder, stage, victim, delay):
    """Start a run, and kill -9 a job of the stage or the head, `delay` s after the job began.

    Returns whether the job was still at work.
    """
    snakemake = os.path.join(os.path.dirname(sys.executable), "snakemake")
    command = [snakemake, "--snakefile", ROOT / "Snakefile", "--configfile", "config.yaml"]
    with (folder / "out.log").open("w") as log:
        head = subprocess.Popen(
            [*command, "--cores", "2", "results/metrics.tsv"],
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        ends = time.monotonic() + 300
        while not (found := scripts(folder, stage)):
            assert head.poll() is None, (folder / "out.log").read_text()[-3000:]
            assert time.monotonic() < ends
            time.sleep(0.05)
        time.sleep(delay)
        working = [
            process
            for process in found
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        ]
        if victim == "job":
            for process in working[:1]:
                process.kill()
        else:
            os.kill(head.pid, signal.SIGKILL)
        head.wait(300)
        return bool(working)


def test_killed_jobs_and_heads_leave_the_same_numbers(before_features, small_run):
    """Six kills in a row, at seeded moments; each orphan may go on beside the next run."""
    rng, hit = random.Random(1), []
    for stage in ("fc7", "logmel", "training"):
        for victim in ("job", "head"):
            # So that the stage has work; what a training had stored stays.
            for name in (stage, "training", "embedding", "evaluation"):
                shutil.rmtree(before_features / "results" / name, ignore_errors=True)
            (before_features / "results" / "metrics.tsv").unlink(missing_ok=True)
            hit.append(kill_in(before_features, stage, victim, rng.uniform(0, 1.5)))
            if victim == "head":
                assert snakemake(before_features, "--unlock").returncode == 0
    assert sum(hit) >= 2, hit  # a job may end before its moment comes
    for _ in range(2):  # an orphan may still hold a training; it ends within a run's time
        result = snakemake(before_features, "results/metrics.tsv")
        if result.returncode == 0:
            break
        assert "another job is training this very run" in result.stdout + result.stderr
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-3000:]
    for name in ("metrics.tsv", "differences.tsv"):
        ours, whole = (f / "results" / name for f in (before_features, small_run))
        assert ours.read_bytes() == whole.read_bytes()


def test_a_training_is_refused_while_held_and_from_a_foreign_state(small_run, tmp_path):
    folder = copy(small_run, tmp_path / "run")
    model = (folder / MODEL).read_bytes()
    shutil.rmtree((folder / MODEL).parent)
    (state,) = (folder / "results" / "checkpoints").glob("*/model.pt")
    with FileLock(state.with_name("lock")):
        result = snakemake(folder, MODEL)
    said = result.stdout + result.stderr
    assert result.returncode != 0
    assert "another job is training this very run; wait for it or end it" in said
    assert "Traceback" not in said
    assert not (folder / MODEL).exists()
    # The state of another run, in this run's place.
    right = state.read_bytes()
    torch.save(torch.load(state, weights_only=True) | {"identity": "other"}, state)
    result = snakemake(folder, MODEL)
    said = result.stdout + result.stderr
    assert result.returncode != 0
    assert f"{state.relative_to(folder)}: the state of another run (other)" in said
    assert "Traceback" not in said
    assert not (folder / MODEL).exists()
    state.write_bytes(right)
    result = snakemake(folder, MODEL)
    assert jobs(result) == {"training": 1}, result.stderr[-3000:]
    assert (folder / MODEL).read_bytes() == model


@pytest.fixture
def on_small_disk(small_run, tmp_path):
    """The small run without its log-Mel vectors, whose folder is a disk of one megabyte."""
    folder = copy(small_run, tmp_path / "run")
    place = folder / "results" / "logmel"
    shutil.rmtree(place)
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no command mount")
    if done.returncode:
        pytest.skip(f"a small file system cannot be mounted: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", place], check=True)


def test_a_full_disk_is_one_clear_line_and_no_half_table(on_small_disk):
    result = snakemake(on_small_disk, "results/logmel/shards/0.parquet")
    said = result.stdout + result.stderr
    assert result.returncode != 0
    assert "the disk is full; free some space" in said
    assert "Traceback" not in said
    logmel = on_small_disk / "results" / "logmel"
    assert [path for path in logmel.rglob("*") if path.is_file()] == []
