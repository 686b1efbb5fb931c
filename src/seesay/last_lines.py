"""A run's last lines on the terminal: where its report is, and what it found."""

from collections.abc import Iterable
from pathlib import Path


def last_lines(results: Path, experiments: Iterable[str], since: float) -> list[str]:
    """The report's path and its answer, a line an experiment; none if no report was written.

    `since` is the time at which the run began, in s: an older report is another run's. A summary
    that cannot be read costs its lines and no more, for the run has gone well.
    """
    report, summary = results / "report.html", results / "summary.md"
    try:
        if report.stat().st_mtime < since:
            return []
        text = summary.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    heads = tuple(f"## {name}: " for name in experiments)
    answers = [line[3:] for line in text.splitlines() if line.startswith(heads)]
    return [f"Report: {report}", *(f"  {answer}" for answer in answers)]
