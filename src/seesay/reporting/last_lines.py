"""A run's last lines on the terminal: where its report is, what it found, what was left out."""

from collections.abc import Iterable
from pathlib import Path

from seesay.shared.printable import printable

MOST = 10  # kinds of reason that are shown


def last_lines(
    results: Path, experiments: Iterable[str], rejects: Iterable[str], since: float
) -> list[str]:
    """The report's path, its answer, a line an experiment, and the rejects by reason.

    No lines without a report of this run: `since` is when it began, in s, and an older report is
    another run's. A file that cannot be read costs its lines and no more, for the run
    has gone well.
    """
    report = results / "report.html"
    try:
        if report.stat().st_mtime < since:
            return []
        text = (results / "summary.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    heads = tuple(f"## {name}: " for name in experiments)
    answers = [f"  {line[3:]}" for line in text.splitlines() if line.startswith(heads)]
    lines = [*left_out(map(Path, rejects)), f"Report: {report}", *answers]
    return [printable(line) for line in lines]


def left_out(rejects: Iterable[Path]) -> list[str]:
    """What the stages refused, a line a stage and kind of reason, with one example."""
    try:
        # Here, for a run that reads no table needs no pandas.
        from seesay.shared import tables
        from seesay.shared.rejects import by_reason

        found = tables.read(tables.REJECTS, [path for path in rejects if path.exists()])
        rows = by_reason(found.drop_duplicates(ignore_index=True), 1)
    except Exception:  # whatever it is, the run has gone well, and the report says it too
        return []
    if not rows:
        return []
    shown = [
        f"  {row['stage']}: {row['count']:,} x {row['kind']} (as {row['examples'][0][0]})"
        for row in sorted(rows, key=lambda row: -row["count"])[:MOST]
    ]
    more = [f"  {len(rows) - MOST} reasons more are in the report"] if len(rows) > MOST else []
    total = sum(row["count"] for row in rows)
    return [f"Left out: {total:,}, by stage and reason", *shown, *more]
