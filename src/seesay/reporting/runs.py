"""The run that a report is of: its files, settings and numbers, as every section gets them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from seesay.planning.experiments import shown
from seesay.reporting import credits
from seesay.reporting.charts import Spec
from seesay.reporting.results import Results
from seesay.settings.report import ReportSettings
from seesay.shared import tables
from seesay.shared.columns import Table

Context = dict[str, Any]
Files = Mapping[str, Path | Sequence[Path]]


@dataclass(frozen=True)
class Run:
    """What a report is written from.

    `files` are the inputs by name, a path or a list of paths each; `config` is the whole config
    as JSON has it, `stages` names what each stage reads, `benchmarks` is the folder of Snakemake's
    benchmark files, `codes` a hash of each stage's code stamp. Sections add their charts to
    `charts`, by element id.
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
        """The same run with these files alone: a section reads no other than it says."""
        return replace(self, files={name: self.files[name] for name in names})

    def path(self, name: str) -> Path:
        """An input that is one file."""
        return single(self.files, name)

    def paths(self, name: str) -> list[Path]:
        """An input that is a list of files, of one file a list of one."""
        found = self.files[name]
        return [found] if isinstance(found, Path) else list(found)

    def table(self, table: Table, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The rows of an input, all or some columns, read once for all sections."""
        wanted = None if columns is None else list(columns)
        key = name, tuple(wanted or ())
        paths = self.paths(name)
        if key not in self.read:
            self.read[key] = tables.read(table, paths, columns=wanted)
        return self.read[key]

    @property
    def experiments(self) -> list[str]:
        """The experiments that were ranked, in their order."""
        return self.results.experiments

    @property
    def mixed(self) -> bool:
        """Whether the words of one caption may come from several talkers."""
        return credits.mixed(self.config)

    @property
    def controls(self) -> Sequence[str]:
        """The controls that were trained beside the models."""
        found: Sequence[str] = self.config.get("controls", tuple(credits.TRAINED))
        return found

    def whose(self, stage: str) -> str:
        """The experiments whose tables of a stage the report shows, in brackets; "" for all."""
        return credits.of_some(shown(self.config, stage), self.config)

    @cached_property
    def source(self) -> Context:
        """What the run was of, in words."""
        return credits.sources(self.config)


def single(files: Files, name: str) -> Path:
    """An input that is one file. Raises TypeError where it is a list."""
    found = files[name]
    if not isinstance(found, Path):
        raise TypeError(f"{name} is a list of files")
    return found
