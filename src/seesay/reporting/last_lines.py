"""The last lines of a run on the terminal: the report's path, the answers and the rejects."""

from collections.abc import Iterable
from pathlib import Path

from seesay.shared.printable import printable

MOST = 10  # reasons that are shown


def last_lines(
    results: Path, experiments: Iterable[str], rejects: Iterable[str], since: float
) -> list[str]:
    """The report's path, one answer for each experiment, and the rejects by reason.

    There are no lines without a report of this run: `since` is its start in s, and an older report
    belongs to another run. An unreadable file only loses its lines, because the run succeeded.
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
    """The rejects: one line for each stage and reason, with an example."""
    try:
        # Imported here: a run that reads no table needs no pandas.
        from seesay.shared import tables
        from seesay.shared.rejects import by_reason

        found = tables.read(tables.REJECTS, [path for path in rejects if path.exists()])
        rows = by_reason(found.drop_duplicates(ignore_index=True), 1)
    except Exception:  # the run succeeded, and the report has the rejects too
        return []
    if not rows:
        return []
    shown = [
        f"  {row['stage']}: {row['count']:,} x {row['kind']} (for example {row['examples'][0][0]})"
        for row in sorted(rows, key=lambda row: -row["count"])[:MOST]
    ]
    more = [f"  more reasons, in the report: {len(rows) - MOST}"] if len(rows) > MOST else []
    total = sum(row["count"] for row in rows)
    items = f"{total:,} item{'s' * (total > 1)}"
    return [f"Left out: {items}, by stage and reason", *shown, *more]
