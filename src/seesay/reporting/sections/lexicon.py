"""The section on pseudo-words: their purity beside chance, and some to hear."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from seesay.reporting.runs import Run
from seesay.reporting.supervision import declared
from seesay.schemas.exhibits import LEXICON
from seesay.shared import tables
from seesay.shared.errors import InputError

Record = dict[str, Any]

PLACE = 80
LINK = "Lexicon"
NEEDS = {"lexicons": None, "pseudo_words": None}
# Measures of a lexicon: factor and format of the measure and of its chance.
MEASURES = {"purity": (100, "{:.1f} %"), "types": (1, "{:.0f}"), "nmi": (1, "{:.2f}")}
WATCHED = {"r10": ("R@10", "{:.1f} %"), "loss": ("loss", "{:.4f}")}


def describe(run: Run) -> Record | None:
    """Values for the template; None if no experiment learns pseudo-words."""
    if not run.paths("lexicons"):
        return None
    words = run.paths("pseudo_words")
    lexicons = [
        lexicon(page, tables.read(LEXICON, path), run.settings.rows)
        for page, path in zip(run.paths("lexicons"), words, strict=True)
    ]
    learned = {each["experiment"] for each in lexicons}
    return {
        "lexicons": lexicons,
        "declared": {name: declared(run.config, name) for name in learned},
    }


def lexicon(path: Path, words: pd.DataFrame, most: int) -> Record:
    """Values shown of an experiment's lexicon.

    `path` is the JSON text of the stage lexicon and `words` its table; the page shows the `most`
    largest pseudo-words. Raises InputError if the text is not from that stage.
    """
    entries = words.set_index("pseudo_word", drop=False)
    ordered = words.sort_values(["tokens", "pseudo_word"], ascending=[False, True])
    try:
        page = json.loads(path.read_text(encoding="utf-8"))
        watched, shape = WATCHED[page["criterion"]]
        parts = [
            {**part, "round": part["part"] - 1, "value": shape.format(part["value"])}
            for part in page["parts"]
        ]
        cases = [{**_entry(entries.loc[case["pseudo_word"]]), **case} for case in page["cases"]]
        return {
            **{name: page[name] for name in ("experiment", "seed", "tokens", "all_types")},
            "systems": [_measures(row) for row in page["systems"]],
            "watched": watched,
            "parts": parts,
            "kept": next((part["round"] for part in parts if part["kept"]), 0),
            "cases": cases,
            "words": [_entry(row) for _, row in ordered.head(most).iterrows()],
            "all_words": len(words),
            "empty": int((words["tokens"] == 0).sum()),
        }
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(f"{path}: not what the stage lexicon writes; make it again") from error


def _measures(row: Record) -> Record:
    cells = [
        {"text": _written(name, row[name]), "chance": _written(name, row[f"chance_{name}"])}
        for name in MEASURES
    ]
    return {"system": row["system"], "words": row["words"], "cells": cells}


def _entry(row: pd.Series) -> Record:
    pure = "–" if pd.isna(row["purity"]) else _written("purity", row["purity"])
    return {**{str(name): row[name] for name in row.index}, "purity": pure}


def _written(name: str, value: float) -> str:
    factor, shape = MEASURES[name]
    return shape.format(factor * value)
