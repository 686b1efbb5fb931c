"""Snakemake's own records of a run: its jobs, and which of them ran, run or failed, and when.

Snakemake itself says which jobs a run has and which it would run: its API plans the run as for
`snakemake --summary`, which takes no lock and starts no job. The folder `.snakemake` says the rest:
a file for each output that was made (`metadata`, with start and end) or is being made
(`incomplete`), locks, and logs.
"""

import io
import json
import re
from ast import literal_eval
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Sequence, Set
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path

from seesay.planning.home import snakefile
from seesay.shared.errors import InputError

RECORDS = Path(".snakemake")
ERROR = re.compile(r"^Error in rule (\w+):\n(?:    .*\n)*?    output: (.*)\n", re.MULTILINE)
# Python's text of each path, as a Path of --configfile or as the name that the Snakefile gives.
CONFIGS = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
DRY = "This was a dry-run"


@dataclass(frozen=True)
class Job:
    """A job of the run.

    Attributes:
        rule: Its rule.
        outputs: The files and folders that it makes.
        log: Its log; "" for none.
        wanted: Whether Snakemake would run it now.
        there: Whether all its outputs are there.
    """

    rule: str
    outputs: tuple[str, ...]
    log: str
    wanted: bool
    there: bool


def jobs(configs: list[Path], targets: Sequence[str] = ()) -> list[Job]:
    """The jobs of a run that make something, each after those whose outputs it reads.

    `targets` are those of the run; none: the report.

    Raises InputError if Snakemake cannot plan the run.
    """
    # Imported here, because it takes a second.
    from snakemake.api import SnakemakeApi
    from snakemake.exceptions import print_exception
    from snakemake.settings.types import (
        ConfigSettings,
        DAGSettings,
        OutputSettings,
        Quietness,
        ResourceSettings,
    )

    found = snakefile()
    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL}, enable_file_logging=False)) as api:
        try:
            plan = api.workflow(
                resource_settings=ResourceSettings(),
                config_settings=ConfigSettings(configfiles=configs),
                snakefile=found,
            )
            with redirect_stdout(io.StringIO()):
                plan.dag(DAGSettings(targets=set(targets))).summary()
        except OSError:  # the system's refusal: no fault of the config
            raise
        except Exception as error:  # of any kind: the Snakefile is a program
            print_exception(error)
            raise InputError(f"{configs[0]}: the run cannot be planned; correct it") from error
        dag = plan._workflow.dag
        return [
            Job(
                job.rule.name,
                tuple(map(str, job.output)),
                next(iter(map(str, job.log)), ""),
                bool(dag.reason(job)),
                all(Path(path).exists() for path in job.output),
            )
            for layer in dag.toposorted()
            for job in sorted(layer, key=lambda job: job.rule.name)
            if job.output
        ]


def recorded(kind: str) -> dict[str, Path]:
    """The records of a kind, `metadata` or `incomplete`, by output."""
    found = {}
    for path in (RECORDS / kind).rglob("*"):
        if path.is_file():
            # A long name is cut into folders, marked by @.
            name = "".join(
                part.removeprefix("@") for part in path.relative_to(RECORDS / kind).parts
            )
            try:
                found[urlsafe_b64decode(name).decode()] = path
            except ValueError:
                continue
    return found


def begun() -> dict[str, float]:
    """The outputs that are being made, or were when a run was killed, and since when, in s."""
    found = {}
    for output, path in recorded("incomplete").items():
        with suppress(FileNotFoundError):  # made just now
            found[output] = path.stat().st_mtime
    return found


def times(record: Path) -> tuple[float, float] | None:
    """When the job that made an output started and ended, in s; None if unknown."""
    try:
        found = json.loads(record.read_bytes())
        return float(found["starttime"]), float(found["endtime"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def locked(outputs: Set[str]) -> bool:
    """Whether a run has locked some of these outputs: it runs, or was killed."""
    for path in (RECORDS / "locks").glob("*.output.lock"):
        with suppress(FileNotFoundError):  # released just now
            if not outputs.isdisjoint(path.read_text(encoding="utf-8").splitlines()):
                return True
    return False


@dataclass(frozen=True)
class Log:
    """The log of a run: its file, the configs that it read, and its text."""

    path: Path
    configs: tuple[Path, ...]
    text: str

    @property
    def failed(self) -> list[str]:
        """The outputs of the jobs that failed."""
        return [name for found in ERROR.finditer(self.text) for name in found[2].split(", ")]

    @property
    def overridden(self) -> bool:
        """Whether its command line had values beyond those of the configs."""
        return re.search(r"^  Command: .* (--config|-C)[ =]", self.text, re.MULTILINE) is not None


def logs() -> Iterator[Log]:
    """The logs of runs in this folder, the latest first; no dry runs."""
    for path in sorted((RECORDS / "log").glob("*.snakemake.log"), reverse=True):
        text = path.read_text(encoding="utf-8", errors="replace")
        line = re.search(r"^  Config file\(s\): (.*)$", text, re.MULTILINE)
        if line and DRY not in text:
            configs = (Path(literal_eval(name)) for name in CONFIGS.findall(line[1]))
            yield Log(path, tuple(configs), text)
