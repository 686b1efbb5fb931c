"""The profiles for clusters on a real Slurm: what is asked for, and a head process that dies."""

import os
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import yaml

from support import ROOT, forks
from support.slurm import Slurm, missing
from support.workflow import small_config

pytestmark = [pytest.mark.cluster, pytest.mark.slow]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    if missing():
        pytest.skip(f"no {', '.join(missing())}; `make test SYSTEM=1` installs Slurm")
    with Slurm(tmp_path_factory.mktemp("slurm") / "base") as slurm:
        yield slurm


def edited(name, folder, **values):
    """A profile in a folder of its own, with values of the site edited as a user would."""
    text = (ROOT / "profiles" / name / "config.yaml").read_text()
    for key, value in values.items():
        text, count = re.subn(rf'^  {key}: "[^"\n]*"$', f'  {key}: "{value}"', text, flags=re.M)
        assert count == 1, key
    (folder / "profile").mkdir()
    (folder / "profile" / "config.yaml").write_text(text)
    return str(folder / "profile")


def start(folder, *arguments, path, plain=False):
    """Snakemake on the config of a folder, as a process whose log is <folder>/log.

    Unless it is to be plain, it and what its jobs run are forks (`forks`).
    """
    environment = os.environ | {"PATH": f"{os.path.dirname(sys.executable)}:{path}"}
    command = [Path(sys.executable).with_name("snakemake")]
    command = [*([] if plain else [forks.python()]), *command]
    command += ["--snakefile", ROOT / "Snakefile", "--configfile", "config.yaml"]
    with (folder / "log").open("a") as log:
        return subprocess.Popen(
            [*command, *arguments], cwd=folder, env=environment, stdout=log, stderr=log
        )


def end(folder, process, seconds=900):
    """Wait for a process of start() to succeed."""
    try:
        assert process.wait(seconds) == 0, (folder / "log").read_text()[-6000:]
    finally:
        process.kill()


def a_folder(parent, name):
    (parent / name).mkdir()
    (parent / name / "config.yaml").write_text(yaml.safe_dump(small_config()))
    return parent / name


def rule(job):
    """The rule or group of one of Slurm's jobs."""
    return re.match(r"rule_(?:group_)?([a-z0-9]+)", job["Comment"])[1]


def test_a_run_through_the_profile_survives_its_head(cluster, small_run, tmp_path):
    folder = a_folder(tmp_path, "cluster")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    values = {"partition": "short", "gpu_partition": "accelerated", "gpu_flavour": "toy"}
    profile = edited("slurm", tmp_path, scratch=scratch, **values)
    # This Slurm keeps no accounts of jobs.
    options = ["--workflow-profile", profile, "--slurm-status-command", "squeue"]
    options += ["--slurm-init-seconds-before-status-checks", "1"]

    head = start(folder, *options, path=cluster.path)
    try:
        while not any(rule(job) == "fc7" for job in cluster.jobs()):
            assert head.poll() is None, (folder / "log").read_text()[-6000:]
            time.sleep(0.3)
        head.kill()
        head.wait()
        time.sleep(1)  # a fork ends just after its client
        # The jobs do not know that their head is gone. docs/cluster.md: cancel, unlock, go on.
        before = cluster.jobs()
        orphans = [job for job in before if job["JobState"] in ("RUNNING", "PENDING")]
        assert orphans
        assert all(job["JobName"].startswith("seesay_") for job in orphans)
        cluster.ask("scancel", *(job["JobId"] for job in orphans))
        while cluster.ask("squeue", "-h"):
            time.sleep(0.3)
        end(folder, start(folder, *options, "--unlock", path=cluster.path))
        head = start(folder, *options, path=cluster.path)
        end(folder, head)
    finally:
        head.kill()

    assert (scratch / "results" / "report.html").stat().st_size > 10_000
    assert not (folder / "results").exists()
    ours = (scratch / "results" / "metrics.tsv").read_bytes()
    # As a local run of the same config has them.
    assert ours == (small_run / "results" / "metrics.tsv").read_bytes()

    jobs = [job for job in cluster.jobs() if job["JobName"].startswith("seesay_")]
    assert {job["JobState"] for job in jobs} == {"COMPLETED", "CANCELLED"}
    done = Counter(rule(job) for job in jobs if job["JobState"] == "COMPLETED")
    # What had ended before the kill ran once; no job for what the head process does itself.
    expected = {
        **dict.fromkeys(("scenes", "pictures", "words", "synthesis", "speech", "matching"), 1),
        **dict.fromkeys(("regions", "fc7"), 2),
        # In pairs: two shards, text and frequency, listen and map, metrics and breakdown.
        **dict.fromkeys(("logmel", "controls", "shown", "metrics"), 1),
        **{"training": 1, "ranks": 1},
    }
    # An orphan's work may be complete just as it is cancelled.
    late = Counter(rule(job) for job in orphans)
    least = {name: count - late[name] for name, count in expected.items()}
    assert all(least[name] <= done[name] <= expected[name] for name in expected), (done, late)
    assert done.keys() <= expected.keys()
    for job in jobs:
        on_gpu = rule(job) in ("fc7", "training")
        assert job["Partition"] == ("accelerated" if on_gpu else "short")
        assert job.get("TresPerJob", "").endswith("gpu:toy:1") == on_gpu
    asked = {rule(job): (job["MinMemoryNode"], job["CPUs/Task"]) for job in jobs}
    expected = {
        "scenes": ("1000M", "1"),
        "pictures": ("1500M", "2"),
        "synthesis": ("2000M", "4"),
        "fc7": ("2000M", "4"),
        "logmel": ("3000M", "2"),
        "training": ("2500M", "1"),
        # Evaluation and grounding side by side, after the embedding.
        "ranks": ("3000M", "2"),
    }
    assert {name: asked[name] for name in expected} == expected


def test_a_run_through_a_submit_command(cluster, tmp_path):
    folder = a_folder(tmp_path, "generic")
    profile = edited("generic", tmp_path, queue="short", gpu_queue="accelerated")
    shards = [f"results/fc7/shards/{shard}.parquet" for shard in (0, 1)]
    options = ["--workflow-profile", profile, "--seconds-between-status-checks", "1"]
    first = "results/pictures/images.parquet"
    end(folder, start(folder, *options, "--", first, path=cluster.path, plain=True))
    end(folder, start(folder, *options, "--", *shards, path=cluster.path))
    jobs = [job for job in cluster.jobs() if job["JobName"] == "seesay"]
    assert {job["JobState"] for job in jobs} == {"COMPLETED"}
    queues = Counter((job["Partition"], job["MinMemoryNode"]) for job in jobs)
    # scenes; pictures and the regions of two shards; fc7
    assert queues == {("short", "1000M"): 1, ("short", "1500M"): 3, ("accelerated", "2000M"): 2}
