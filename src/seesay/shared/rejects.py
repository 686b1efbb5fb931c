"""Rejects of the stages: the tables, and counts by reason for people to read.

Reasons are grouped by kind: numbers, quoted text, and the text between a colon and a semicolon
differ from one reject to the next. The rejected thing, such as a file, is in the id.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from seesay.shared import tables
from seesay.shared.printable import printable
from seesay.shared.tables import REJECTS

SHOWN = 8  # most printed reasons of a stage

Row = tuple[str, str, str]  # stage, id, reason


def write_rejects(path: Path, rows: Iterable[Row]) -> None:
    """Write a stage's table of rejects, and print the number for each reason."""
    found = tables.rejects(rows)
    tables.write(REJECTS, path, found)
    for line in lines(found):
        print(line, flush=True)


def lines(rejects: pd.DataFrame, most: int = SHOWN) -> list[str]:
    """How often each reason occurs, a line a reason, the most frequent of a stage first.

    >>> lines(tables.rejects([("words", "ox", "seen once"), ("words", "yak", "seen once")]))
    ['words: 2 left out: seen once (ox, ...)']
    """
    said = []
    rows = by_reason(rejects, 1)
    for stage in dict.fromkeys(row["stage"] for row in rows):
        own = [row for row in rows if row["stage"] == stage]
        for row in own[:most]:
            first, more = row["examples"][0][0], ", ..." if row["count"] > 1 else ""
            reason = row["kind"] if row["count"] > 1 else row["examples"][0][1]
            said.append(f"{stage}: {row['count']:,} left out: {reason} ({first}{more})")
        rest = own[most:]
        if rest:
            count = sum(row["count"] for row in rest)
            said.append(f"{stage}: {count:,} left out for {len(rest)} more reasons")
    return [printable(line) for line in said]


def by_reason(rejects: pd.DataFrame, examples: int) -> list[dict[str, Any]]:
    """Rejects by stage and kind of reason, most frequent first, with the first examples.

    A row has stage, kind, count and `examples`, of (id, reason).
    """
    if rejects.empty:
        return []
    kinds = rejects["reason"].map(kind_of)
    rows: list[dict[str, Any]] = []
    for (stage, kind), part in rejects.groupby([rejects["stage"], kinds], sort=True):
        first = part.sort_values("id").head(examples)
        rows.append(
            {
                "stage": str(stage),
                "kind": str(kind),
                "count": len(part),
                "examples": list(zip(first["id"], first["reason"], strict=True)),
            }
        )
    return sorted(rows, key=lambda row: (row["stage"], -row["count"], row["kind"]))


def kind_of(reason: str) -> str:
    """A reason without what differs from one reject to the next.

    >>> kind_of("offset 3.1 <= onset 3.4; correct the row")
    'offset … <= onset …; correct the row'
    >>> kind_of("a caption for no picture: 'a; b.jpg'; add the picture")
    'a caption for no picture; add the picture'
    """
    text = re.sub(r"'[^']*'|\"[^\"]*\"|[^\s;]*\d[^\s;]*", "…", reason)
    return re.sub(r": .*?(?=;|$)", "", text)
