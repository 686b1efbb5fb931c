"""`seesay status`: what a run has done, what it does, and what is left."""

import argparse
import shlex
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from seesay.commands.begin import records
from seesay.commands.begin.records import Job, Log
from seesay.planning.config import Config, load
from seesay.planning.origins import merged
from seesay.planning.parts import targets
from seesay.shared.errors import InputError

HEAD = ("stage", "jobs", "done", "running", "left", "time", "last ended", "rejected")


@dataclass(frozen=True)
class Stage:
    """The jobs of a rule, counted.

    Attributes:
        name: The rule.
        jobs: All its jobs.
        running: Those whose outputs are being made.
        left: The others that are still to run.
        seconds: How long those that are done took together; 0 if unknown.
        ended: When the last of them ended, in s; 0 if unknown.
        rejected: Things that they left out; None if they have no table of rejects.
    """

    name: str
    jobs: int
    running: int
    left: int
    seconds: float
    ended: float
    rejected: int | None

    @property
    def row(self) -> tuple[str, ...]:
        """The row of the table."""
        done = self.jobs - self.running - self.left
        ended = time.strftime("%b %d %H:%M", time.localtime(self.ended)) if self.ended else ""
        took = duration(self.seconds) if self.ended else ""
        counts = [str(number) if number else "" for number in (done, self.running, self.left)]
        rejected = "" if self.rejected is None else f"{self.rejected:,}"
        return self.name, str(self.jobs), *counts, took, ended, rejected


def status(arguments: argparse.Namespace) -> None:
    """Print a table of the run's stages, what failed or runs, and the command to type next.

    Raises InputError, in one line, if no run is known, or if it cannot be planned.
    """
    configs, log = _run(arguments.run)
    config = _config(configs)
    results, wanted = config.results, targets(config)
    jobs = records.jobs(configs, wanted)
    locked = records.locked({name for job in jobs for name in job.outputs})
    begun = records.begun() if locked else {}
    running = [job for job in jobs if set(job.outputs) & set(begun)]
    left = [job for job in jobs if job not in running and (job.wanted or not job.there)]
    stages = _stages(jobs, running, left)
    _table([stage.row for stage in stages])
    done = len(jobs) - len(running) - len(left)
    print(f"{results}: {done} of {len(jobs)} jobs done, {len(running)} running, {len(left)} left")
    for job in running:
        since = min(begun[name] for name in job.outputs if name in begun)
        print(f"running: {job.rule} for {duration(time.time() - since)} ({job.log})")
    failed = set(log.failed) if log and not locked else set()
    for job in left:
        if failed & set(job.outputs):
            print(f"failed: {job.rule}; {job.log} says why")
    if log and log.overridden:
        print("note: the last run had --config, which is not known here; write it into the config")
    print(_next(configs, results, log, locked, left, wanted))


def _run(given: str | None) -> tuple[list[Path], Log | None]:
    """The configs of the run that is meant, and its latest log."""
    path = None if given is None else Path(given)
    if path is not None and not path.exists():
        raise InputError(f"{path}: no such file; give a config, or a results folder")
    for log in records.logs():
        there = list(log.configs) if all(each.is_file() for each in log.configs) else []
        if there and (path is None or _is_of(path, there)):
            return _short(there), log
    if path is None:
        raise InputError("no run has been started in this folder; give a config")
    if path.is_dir():
        raise InputError(f"{path}: no run in this folder has these results; give its config")
    return [path], None


def _config(configs: list[Path]) -> Config:
    """The config of a run, which may lack pictures or speech."""
    return load(merged(configs, [])[0], configs, whole=False)


def _is_of(path: Path, configs: list[Path]) -> bool:
    """Whether a config or a results folder is that of a run with these configs."""
    if path.is_file():
        return [path.resolve()] == [each.resolve() for each in configs]
    try:
        return Path(_config(configs).results).resolve() == path.resolve()
    except InputError:
        return False


def _short(paths: list[Path]) -> list[Path]:
    """Paths as one would type them here."""
    here = Path.cwd()
    return [path.relative_to(here) if path.is_relative_to(here) else path for path in paths]


def _stages(jobs: list[Job], running: list[Job], left: list[Job]) -> list[Stage]:
    """The stages, in the order of the workflow."""
    made = records.recorded("metadata")
    stages = []
    for rule in dict.fromkeys(job.rule for job in jobs):
        own = [job for job in jobs if job.rule == rule]
        done = [job for job in own if job not in running and job not in left]
        spans = [span for job in done if (span := _span(job, made))]
        stage = Stage(
            rule,
            len(own),
            sum(job.rule == rule for job in running),
            sum(job.rule == rule for job in left),
            sum(end - start for start, end in spans),
            max((end for _, end in spans), default=0),
            _rejected([Path(name) for job in done for name in job.outputs]),
        )
        stages.append(stage)
    return stages


def _span(job: Job, made: Mapping[str, Path]) -> tuple[float, float] | None:
    """When a job started and ended, in s, by the record of any of its outputs."""
    known = (records.times(made[name]) for name in job.outputs if name in made)
    return next(filter(None, known), None)


def _rejected(outputs: Iterable[Path]) -> int | None:
    """How many things the tables of rejects among these outputs list; None without such a table."""
    # Imported here, because it takes a while.
    import pyarrow
    import pyarrow.parquet

    counts = []
    for path in outputs:
        if "rejects" in (path.stem, path.parent.name):
            try:
                counts.append(pyarrow.parquet.read_metadata(path).num_rows)
            except (OSError, pyarrow.ArrowInvalid):  # a damaged table is for the report to say
                continue
    return sum(counts) if counts else None


def _next(
    configs: list[Path],
    results: str,
    log: Log | None,
    locked: bool,
    left: list[Job],
    wanted: Sequence[str],
) -> str:
    """The last line: what to type next. A run of the targets `wanted` has no report."""
    config, *more = map(str, configs)
    given = ["--configfile", *more] if more else []
    command = f"seesay run {shlex.join([config, *wanted, *given])}"
    if locked:
        follow = f"; to follow it, type: tail -f {log.path}" if log else ""
        return f"next: wait{follow} (if it was killed, first type: {command} --unlock)"
    if not left:
        return f"next: look into {results}" if wanted else f"next: open {results}/report.html"
    unseen = dict.fromkeys(job.rule for job in left if not job.wanted)
    if unseen and not any(job.wanted for job in left):
        # With an older report in its place, Snakemake does not miss what it was made from.
        command += f" --forcerun {' '.join(unseen)}"
    return f"next, type: {command}"


def _table(rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows below the head, names to the left and numbers to the right."""
    widths = [max(map(len, column)) for column in zip(HEAD, *rows, strict=True)]
    for row in (HEAD, *rows):
        cells = [
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


def duration(seconds: float) -> str:
    """A time as h:mm:ss."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
