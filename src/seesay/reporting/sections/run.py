"""Time and memory of each rule, and the date of the report."""

import csv
import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from seesay.planning.folds import homes
from seesay.reporting.runs import Run

PLACE = 150
LINK = "Time and memory"
NEEDS: dict[str, str | None] = {}


def describe(run: Run) -> dict[str, Any]:
    """Values for the template."""
    return {
        "rules": benchmarks(
            home / run.benchmarks.name for home in homes(run.benchmarks.parent, run.folds)
        ),
        "duration": duration,
        "date": datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
    }


def benchmarks(folders: Iterable[Path]) -> list[dict[str, Any]]:
    """Time and memory of each rule, from Snakemake's benchmark files below each fold's folder.

    One dict for each rule: `jobs`, `total` and `longest` in s, `memory` (largest resident set) in
    MB or None. The file of the rule report is left out, because it is from an earlier run.
    """
    rules: dict[str, dict[str, Any]] = {}
    for folder, path in ((f, path) for f in folders for path in sorted(f.rglob("*.tsv"))):
        name = path.relative_to(folder).parts[0].removesuffix(".tsv")
        if name == "report":
            continue
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                seconds, memory = _number(row.get("s")), _number(row.get("max_rss"))
                rule = rules.setdefault(
                    name, {"rule": name, "jobs": 0, "total": 0.0, "longest": 0.0, "memory": None}
                )
                rule["jobs"] += 1
                rule["total"] += seconds or 0.0
                rule["longest"] = max(rule["longest"], seconds or 0.0)
                rule["memory"] = _largest([rule["memory"], memory])
    return sorted(rules.values(), key=lambda rule: -rule["total"])


def duration(seconds: float) -> str:
    """A readable duration: `0.4 s`, `42 s`, `3 min 05 s`, `2 h 10 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def _largest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _number(text: str | None) -> float | None:
    """A benchmark's number; Snakemake writes `-` or `NA` for one that it could not measure."""
    try:
        return float(text or "")
    except ValueError:
        return None
