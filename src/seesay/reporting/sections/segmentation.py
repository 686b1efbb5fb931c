"""The section on found tokens: how well their boundaries are those of words, beside controls."""

from typing import Any

import pandas as pd

from seesay.reporting.results import Difference, difference, interval, shown
from seesay.reporting.runs import Run
from seesay.schemas.scoring import SEGMENTATION
from seesay.settings.choice import about
from seesay.settings.segmentation import SEGMENTATIONS

Record = dict[str, Any]

PLACE = 65
LINK = "Segmentation"
NEEDS = {"segmentation_scores": None}
# Columns of the tables: those with a tolerance in time, and those by phones.
BY_TIME = {
    "boundary_precision": "Boundary precision",
    "boundary_recall": "recall",
    "boundary_f1": "F1",
    "over_segmentation": "Over-segmentation",
    "r_value": "R-value",
    "token_precision": "Token precision",
    "token_recall": "recall",
    "token_f1": "F1",
}
BY_PHONES = {
    "tde_boundary_f1": "Boundary F1",
    "tde_token_f1": "Token F1",
    "tde_type_precision": "Type precision",
    "tde_type_recall": "recall",
    "tde_type_f1": "F1",
    "tde_coverage": "Coverage",
    "tde_ned": "NED",
    "tde_grouping_f1": "Grouping F1",
}
HEADLINES = {"boundary_f1": "boundary F1", "token_f1": "token F1"}
RANDOM = "random boundaries"


def describe(run: Run) -> Record | None:
    """Values for the template; None if boundaries are given."""
    if not run.paths("segmentation_scores"):
        return None
    table = run.table(SEGMENTATION, "segmentation_scores")
    chosen = table.loc[table["chosen"], "method"].iloc[0]
    others = sorted(set(table["method"]) - {chosen}, key=lambda name: (name == "random", name))
    by_method = {name: _rows(table, name) for name in (chosen, *others)}
    first = table.iloc[0]
    kinds = [BY_TIME] + ([BY_PHONES] if first["with_phones"] else [])
    own = by_method[chosen]["boundary_f1"]
    return {
        "method": chosen,
        "title": titled(chosen),
        "tables": [
            {
                "columns": list(columns.values()),
                "rows": [
                    {
                        "method": titled(name),
                        "ours": name == chosen,
                        "segments": int(rows["boundary_f1"]["segments"]),
                        "cells": [_cell(rows[metric]) for metric in columns],
                    }
                    for name, rows in by_method.items()
                ],
            }
            for columns in kinds
        ],
        "gaps": [
            {"method": titled(name), "said": [_gap(by_method[name][each]) for each in HEADLINES]}
            for name in others
        ],
        "said": headline(table),
        "over": f"over {int(own['units']):,} {own['over']}" if own["over"] else "",
        "clustered": bool(own["segments"]) and not _missing(by_method[chosen], "tde_ned"),
        **{name: int(first[name]) for name in ("words", "recordings", "with_phones")},
    }


def headline(table: pd.DataFrame) -> str:
    """The chosen method's boundary and token F1, and those of the best control, in a sentence."""
    chosen = table.loc[table["chosen"], "method"].iloc[0]
    parts = []
    for metric, title in HEADLINES.items():
        rows = table[table["metric"] == metric]
        value = rows.loc[rows["chosen"], "value"].iloc[0]
        beside = rows[~rows["chosen"]].sort_values(["value", "method"], ascending=[False, True])
        best = beside.iloc[0]
        parts.append(f"{title} {value:.1f} % ({titled(best['method'])}: {best['value']:.1f} %)")
    return f"found words ({chosen}): {', '.join(parts)}"


def titled(method: str) -> str:
    """A method's name with what it does."""
    if method == "random":
        return RANDOM
    return f"{method}: {about(SEGMENTATIONS, method).title}"


def _rows(table: pd.DataFrame, method: str) -> Record:
    rows = table[table["method"] == method].to_dict("records")
    return {row["metric"]: row for row in rows}


def _missing(rows: Record, metric: str) -> bool:
    return metric not in rows or pd.isna(rows[metric]["value"])


def _cell(row: Record) -> Record:
    if pd.isna(row["value"]):
        return {"text": "–", "interval": ""}
    ends = _ends(row, "ci_low", "ci_high")
    return {
        "text": shown(row["value"], "r10"),
        "interval": interval(*ends, "r10") if None not in ends else "",
    }


def _gap(row: Record) -> str:
    ends = _ends(row, "difference_low", "difference_high")
    return difference(Difference(row["difference"], *ends), "r10")


def _ends(row: Record, low: str, high: str) -> tuple[float | None, float | None]:
    if pd.isna(row[low]):
        return None, None
    return float(row[low]), float(row[high])
