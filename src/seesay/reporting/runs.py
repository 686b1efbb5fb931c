"""A run as the sections of its report see it: files, settings and numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from seesay.planning import folds
from seesay.planning.experiments import shown
from seesay.reporting import credits
from seesay.reporting.charts import Spec
from seesay.reporting.results import Results
from seesay.reporting.stopping import histories
from seesay.settings.report import ReportSettings
from seesay.shared import tables
from seesay.shared.columns import Table

Context = dict[str, Any]
Files = Mapping[str, Path | Sequence[Path]]


@dataclass(frozen=True)
class Run:
    """The contents of a report.

    `files` are the inputs by name, each a path or a list of paths. `config` is the whole config as
    parsed JSON, `stages` names the inputs of each stage, `benchmarks` is the folder of Snakemake's
    benchmark files, and `codes` holds a hash of each stage's code stamp. Sections add their charts
    to `charts`, by element id.
    """

    files: Files
    results: Results
    settings: ReportSettings
    config: Context
    stages: Mapping[str, Sequence[str]]
    benchmarks: Path
    codes: Mapping[str, str]
    charts: dict[str, Spec] = field(default_factory=dict)
    read: dict[Any, pd.DataFrame] = field(default_factory=dict)

    def of(self, names: Sequence[str]) -> "Run":
        """The same run with these files only, so that a section reads nothing else."""
        return replace(self, files={name: self.files[name] for name in names})

    def path(self, name: str) -> Path:
        """An input that is one file."""
        return single(self.files, name)

    def paths(self, name: str) -> list[Path]:
        """An input that is a list of files; a single file gives a list of one."""
        found = self.files[name]
        return [found] if isinstance(found, Path) else list(found)

    def table(self, table: Table, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """All or some columns of an input, read once for all sections."""
        wanted = None if columns is None else list(columns)
        key = name, tuple(wanted or ())
        paths = self.paths(name)
        if key not in self.read:
            self.read[key] = tables.read(table, paths, columns=wanted)
        return self.read[key]

    @property
    def history(self) -> pd.DataFrame:
        """The histories of all trainings, with a column `fold`, read once for all sections."""
        if "history" not in self.read:
            self.read["history"] = histories(self.paths("histories"), self.folds)
        return self.read["history"]

    @property
    def folds(self) -> int:
        """The number of folds that were run, 1 without folds."""
        return folds.count(self.config)

    @property
    def experiments(self) -> list[str]:
        """The experiments with numbers, in the order of the page."""
        return self.results.experiments

    @property
    def mixed(self) -> bool:
        """Whether the words of a caption may come from several talkers."""
        return credits.mixed(self.config)

    @property
    def controls(self) -> Sequence[str]:
        """The controls that were trained."""
        found: Sequence[str] = self.config.get("controls", tuple(credits.TRAINED))
        return found

    def whose(self, stage: str) -> str:
        """The experiments whose tables of a stage the report shows, in brackets; "" if all."""
        return credits.of_some(shown(self.config, stage), self.config)

    @cached_property
    def source(self) -> Context:
        """The pictures, speech and networks of the run in words (`credits.sources`)."""
        return credits.sources(self.config)


def single(files: Files, name: str) -> Path:
    """An input that is one file. Raises TypeError if it is a list."""
    found = files[name]
    if not isinstance(found, Path):
        raise TypeError(f"{name} is a list of files")
    return found
