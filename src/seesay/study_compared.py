"""A study's experiments against each other: which pairs, what differs, and what stands."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from seesay.intervals import LEVEL, holm
from seesay.report_answer import Difference
from seesay.report_beside import COLUMNS as COMPARED
from seesay.report_beside import Column, Pairs, base_of, gap, kind, points

# In place of a difference, where two were searched among other numbers of items.
NONE = "–"
# Behind what is told apart after Holm's adjustment, too.
STAR = "★"
# Experiments that differ in no more settings are set beside each other.
FEW = 2
# Of a comparison: an experiment, what is taken off, and of what number.
Key = tuple[str, str, Column]


def apart(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The settings in which two experiments differ."""
    return [key for key in one if one[key] != other[key]]


@dataclass(frozen=True)
class Row:
    """One experiment minus another: what differs, and the differences that there are, by key."""

    model: str
    less: str
    differs: str
    pairs: dict[Key, Difference]

    def cells(self, stands: Container[Key]) -> list[str]:
        """The cells of the table; `stands` are the keys of what stands after Holm."""
        found = []
        for column in COMPARED:
            key = self.model, self.less, column
            found.append(marked(self.pairs.get(key), column, key in stands))
        return [f"{self.model} − {self.less}", self.differs, *found]


def standing(family: Mapping[Key, Difference]) -> set[Key]:
    """Those of a family of comparisons that are bold after Holm's adjustment, too."""
    p = np.array([np.nan if pair.p is None else pair.p for pair in family.values()])
    adjusted = zip(family, holm(p), strict=True)
    return {key for key, one in adjusted if one < 1.0 - LEVEL}


def compared(chosen: dict[str, dict[str, Any]], pairs: Pairs) -> list[Row]:
    """Pairs of experiments that differ in few settings, or from the base.

    Two that are as near to the base, options of it, are held against it alone. A row is an
    experiment minus another; what it has in place of the other's settings is named.
    """
    base = base_of(list(chosen))
    far = {name: len(apart(values, chosen[base])) for name, values in chosen.items()}
    rows = []
    for one, other in combinations(chosen, 2):
        changed = apart(chosen[one], chosen[other])
        options = max(far[one], far[other]) <= FEW
        if base not in (one, other) and (options or len(changed) > FEW):
            continue
        # The base, or the one that has more of the base's settings, is what is taken off.
        nearer = sum(chosen[one][key] == chosen[base][key] for key in changed)
        further = sum(chosen[other][key] == chosen[base][key] for key in changed)
        model, less = (other, one) if one == base or nearer > further else (one, other)
        found = {(model, less, column): gap(pairs, model, less, column) for column in COMPARED}
        there = {key: pair for key, pair in found.items() if pair is not None}
        if not there:
            continue
        said = ", ".join(
            f"{key} {text(chosen[model][key])} for {text(chosen[less][key])}" for key in changed
        )
        rows.append(Row(model, less, said if len(changed) <= FEW else "many", there))
    return rows


def verdicts(
    experiments: list[str], pairs: Pairs, columns: Sequence[Column], stands: Container[Key]
) -> list[str]:
    """For each column, the experiments that are better than the base, and those that are worse.

    Whose key is in `stands` has a star.
    """
    base, lines = base_of(experiments), []
    for column in columns:
        kinds: dict[str, list[str]] = {"above": [], "below": [], "even": []}
        for name in experiments[1:]:
            pair = gap(pairs, name, base, column)
            if pair is not None:
                star = f" {STAR}" * ((name, base, column) in stands)
                kinds[kind(pair)].append(f"{name}{star}")
        if any(kinds.values()):
            better, worse = (", ".join(kinds[k]) or "none" for k in ("above", "below"))
            lines.append(
                f"- {column.name}: better than {base}: {better}; worse: {worse}; not told apart:"
                f" {len(kinds['even'])}."
            )
    return [*lines, ""] if lines else []


def marked(pair: Difference | None, column: Column, stands: bool) -> str:
    """A difference with its interval, bold where that leaves zero out, starred where it stands."""
    if pair is None:
        return NONE
    said = points(pair, column)
    return f"**{said}**{f' {STAR}' * stands}" if pair.above or pair.below else said


def text(value: Any) -> str:
    """A setting's value, as one writes it in the config."""
    if isinstance(value, list):
        return "[" + ", ".join(map(text, value)) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)
