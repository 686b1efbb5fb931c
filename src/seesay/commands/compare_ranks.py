"""The ranks of two runs: those of all folds, and whether both have the same test sets."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd

from seesay.planning.folds import prefix
from seesay.shared import tables
from seesay.shared.columns import Table
from seesay.shared.errors import InputError

# The word tokens in a gallery, of each run; None if they are not known.
Tokens = tuple[frozenset[str] | None, frozenset[str] | None]
UNKNOWN: Tokens = (None, None)  # human words are identified by the queries


def ranks_of(table: Table, homes: list[Path], pattern: str) -> pd.DataFrame:
    """The ranks of the folds in these folders; queries after fold 0 begin with the fold's folder.

    A token may be a query in several folds, each time for another picture. Raises InputError if a
    fold lacks ranks that fold 0 has.
    """
    names = sorted(path.relative_to(homes[0]) for path in homes[0].glob(pattern))
    frames = []
    for fold, home in enumerate(homes):
        files = [home / name for name in names]
        lost = [path for path in files if not path.is_file()]
        if lost:
            raise InputError(f"{lost[0]}: missing; run the workflow to the end of every fold")
        frame = tables.read(_of_its_time(table, files[:1]), files)
        frames.append(frame.assign(query=prefix(fold) + frame["query"]))
    return pd.concat(frames, ignore_index=True)


def _of_its_time(table: Table, files: list[Path]) -> Table:
    """The table without the optional columns that an older seesay has not written."""
    for file in files:
        with tables.opened(file) as opened:
            names = opened.schema_arrow.names
        kept = tuple(c for c in table.columns if not c.optional or c.name in names)
        return replace(table, columns=kept)
    return table


def sets_apart(both: list[pd.DataFrame], tokens: Tokens) -> str:
    """How two runs' test sets of one task differ, in words; "" if they do not.

    Queries may be other fragments of the same pictures, which are the resampled units; they must be
    the same if the tokens are unknown.
    """
    once = [
        next(rows for _, rows in part.groupby(["system", "seed"])).set_index("query")
        for part in both
    ]
    # Human words are the same, whatever pictures they were said about.
    images = [set() if "word" in rows else _images(rows) for rows in once]
    queries = [set(rows.index) for rows in once]
    sizes = [round(rows["gallery_size"].mean()) for rows in once]
    found = []
    if images[0] != images[1]:
        found.append(_said("test pictures", *images))
    one, other = tokens
    if one is not None and other is not None:
        if one != other:
            found.append(_said("word tokens", one, other))
    elif queries[0] != queries[1]:
        found.append(_said("queries", *queries))
    if sizes[0] != sizes[1]:
        found.append(f"gallery sizes (A {sizes[0]:,}, B {sizes[1]:,})")
    if not found and queries[0] == queries[1]:
        names = ["image_id", "gallery_size", "relevant"]
        if not once[0][names].equals(once[1].loc[once[0].index, names]):
            found.append("right answers to the same queries")
    return " and ".join(found)


def _images(rows: pd.DataFrame) -> set[str]:
    """All test pictures of some queries."""
    others = rows.get("other_images", pd.Series(dtype=object))
    return set(rows["image_id"]).union(*others.dropna().map(json.loads))


def _said(what: str, one: set[str] | frozenset[str], other: set[str] | frozenset[str]) -> str:
    """Numbers of each and of both: `test pictures (A 20, B 15, 15 in both)`."""
    return f"{what} (A {len(one):,}, B {len(other):,}, {len(one & other):,} in both)"
