"""Measure the whole workflow through real snakemake: `python benchmarks/workflow.py [PART ...]`.

Parts: `scale` (ten times the pictures and tokens), `start` (what starting programs takes of the
embedded default, and a run with nothing to do), `slurm` (a real Slurm on loopback beside a local
run; its Debian packages are those of `make test SYSTEM=1`).
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))


def run(folder: Path, *arguments: str, path: str = os.environ["PATH"]) -> tuple[float, str]:
    """Seconds that a run of the folder's config takes, and what it prints."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    began = time.perf_counter()
    done = subprocess.run(
        [*command, "--configfile", "config.yaml", *arguments],
        cwd=folder,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{path}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stdout[-4000:])
    return time.perf_counter() - began, done.stdout


def configured(folder: Path, values: dict) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(values))
    return folder


def default(**changes: object) -> dict:
    """The config of the embedded default, with other top-level keys."""
    values = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    return values | {"results": "results"} | changes


def sized(count: int) -> dict:
    """The embedded default with `count` scenes, one seed, few epochs and 8 shards."""
    values = default(shards=8, seeds=[1])
    values["scenes"]["count"] = count
    values["synthesis"]["talkers"] = 20
    values["training"]["max_epochs"] = 2
    return values


def scale(folder: Path) -> None:
    """Ten times the pictures and tokens: jobs, planning, time."""
    totals, tokens = {}, {}
    for count in (100, 1000):
        at = configured(folder / str(count), sized(count))
        totals[count], log = run(at, "--cores", "2")
        tokens[count] = len(pd.read_parquet(at / "results" / "speech" / "spoken_words.parquet"))
        planning, _ = run(at, "--cores", "2", "--dry-run", "--forceall")
        nothing, _ = run(at, "--cores", "2")
        jobs = len(re.findall(r"^Finished jobid: ", log, re.MULTILINE))
        print(
            f"{count} pictures, {tokens[count]:,} tokens, 8 shards: {jobs} jobs, "
            f"{totals[count]:.0f} s; planning all of it {planning:.1f} s, "
            f"nothing to do {nothing:.1f} s"
        )
    grown = [values[1000] / values[100] for values in (totals, tokens)]
    print(f"time grows {grown[0]:.1f} x, tokens {grown[1]:.1f} x")


def start(folder: Path) -> None:
    """The share of starting programs in the embedded default, its jobs one after another."""
    at = configured(folder / "start", default())
    total, log = run(at, "--cores", "1")
    jobs = pd.Series(re.findall(r"^Finished jobid: \d+ \(Rule: (\w+)\)", log, re.MULTILINE))
    jobs = jobs[jobs != "all"].value_counts()
    own = total - sum(
        pd.read_csv(path, sep="\t")["s"].sum()
        for path in (at / "results" / "benchmarks").rglob("*.tsv")
    )
    starting = 0.0
    for rule, count in jobs.items():
        script = ROOT / "workflow" / "scripts" / f"{rule}.py"
        began = time.perf_counter()
        subprocess.run([sys.executable, script, "--help"], stdout=subprocess.DEVNULL, check=True)
        starting += count * (time.perf_counter() - began)
    print(
        f"embedded default, --cores 1: {total:.0f} s, {jobs.sum()} jobs; starting scripts "
        f"{starting:.0f} s, snakemake {own:.0f} s: {(starting + own) / total:.0%}"
    )
    print(f"with nothing to do: {run(at, '--cores', '1')[0]:.1f} s")


def slurm(folder: Path) -> None:
    """The embedded default, one seed, through profiles/slurm on a Slurm of this machine.

    Beside it a local run on two cores.
    """
    from slurm import Slurm

    alone = configured(folder / "alone", default(seeds=[1]))
    local, _ = run(alone, "--cores", "2")
    cluster = configured(folder / "cluster", default(seeds=[1]))
    profile = folder / "profile"
    profile.mkdir()
    text = (ROOT / "profiles" / "slurm" / "config.yaml").read_text()
    # No GPU, so that trainings run side by side there as they do here.
    for key, value in {"partition": '"short"', "gpus": "0"}.items():
        text = re.sub(rf"^  {key}: .*$", f"  {key}: {value}", text, flags=re.MULTILINE)
    (profile / "config.yaml").write_text(text)
    options = ["--workflow-profile", str(profile), "--slurm-status-command", "squeue"]
    # Slurm refuses jobs of more cores than there are, and the profile has jobs of four; on the
    # machine's two they take turns.
    with Slurm(folder / "base", cpus=4) as started:
        there, _ = run(cluster, *options, path=started.path)
        jobs = [job for job in started.jobs() if job["JobName"].startswith("seesay_")]
    ours = (cluster / "results" / "metrics.tsv").read_bytes()
    assert ours == (alone / "results" / "metrics.tsv").read_bytes()
    work = busy(jobs)
    print(
        f"local {local:.0f} s; Slurm {there:.0f} s with {len(jobs)} of its jobs: "
        f"{there / local:.2f} x; jobs ran in {work:.0f} s of it, {work / local:.2f} x"
    )


def busy(jobs: list[dict[str, str]]) -> float:
    """Seconds in which at least one of Slurm's jobs ran; the head process polls in the others."""
    spans = pd.DataFrame(jobs)[["StartTime", "EndTime"]].apply(pd.to_datetime)
    total, reached = pd.Timedelta(0), spans["StartTime"].min()
    for begin, end in spans.sort_values("StartTime").itertuples(index=False):
        total += max(pd.Timedelta(0), end - max(begin, reached))
        reached = max(reached, end)
    return total.total_seconds()


PARTS = {"scale": scale, "start": start, "slurm": slurm}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        for part in sys.argv[1:] or PARTS:
            PARTS[part](Path(name))
