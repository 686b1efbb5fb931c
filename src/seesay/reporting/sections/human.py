"""Human voices: what the model makes of words that people say, beside its own voices."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from seesay.reporting.charts import Spec
from seesay.reporting.credits import unheard
from seesay.reporting.results import METRICS, SYSTEMS, Results, Value, interval, shown
from seesay.reporting.sections.more import HUMAN
from seesay.reporting.sections.where import dots, rows_of
from seesay.schemas.audio import HUMAN_WORDS
from seesay.schemas.scoring import GROUPS, SYNTHETIC
from seesay.scoring import intervals
from seesay.shared import tables
from seesay.shared.rejects import by_reason
from seesay.shared.tables import REJECTS

Record = dict[str, Any]

# What stands beside the model, the text being a bound from above.
BESIDE = ("shuffled", "untrained", "text")
PROPERTIES = {"training pairs": "training pairs", "talker": "talker"}
DRAWN = "human_recognition"  # the task of the charts
FEWEST = 2  # groups without which there is nothing to part


def sources_of(results: Results) -> list[str]:
    """The corpora of human words that were ranked, by name."""
    found = {key[4] for key in results.values if key[3] in HUMAN}
    return sorted(source for source in found if not source.endswith(SYNTHETIC))


def about(
    human_words: Sequence[Path], rejects: Sequence[Path], config: dict[str, Any], examples: int
) -> Record:
    """What was asked of whom, by source, what was refused, and whose voices the others are.

    Without human words `counts` is empty, and `missing` says what the numbers are about.
    """
    own = "synthetic voices" if config.get("synthesis") else "the captions’ own talkers"
    if not human_words:
        return {"counts": [], "own": own, "missing": unheard(config), "rejects": []}
    words = tables.read(HUMAN_WORDS, list(human_words))
    refused = tables.read(REJECTS, list(rejects))
    refused = refused[refused["stage"] == "human"].drop_duplicates(ignore_index=True)
    return {
        "counts": [_counts(str(name), rows) for name, rows in words.groupby("source")],
        "own": own,
        "missing": "",
        "rejects": by_reason(refused, examples),
    }


def _counts(source: str, words: pd.DataFrame) -> Record:
    """Of a source: its words, types and talkers, pictures known, and what training may hear."""
    test = words[words["use"] == "test"]
    talkers = test.loc[test["talker"] != "", "talker"]
    return {
        "source": source,
        "words": len(test),
        "types": test["spoken_word"].nunique(),
        "talkers": talkers.nunique(),
        "unknown": int((test["talker"] == "").sum()),
        "shown": int((test["image_id"] != "").sum()),
        "train": len(words) - len(test),
    }


def describe(
    results: Results, human_groups: Sequence[Path], experiment: str, charts: dict[str, Spec]
) -> Record | None:
    """What the page says of one experiment, None where no human words were asked.

    Charts are added by element id. `human_groups` is the table of the stage human_breakdown.
    """
    sources = sources_of(results)
    if not sources:
        return None
    groups = tables.read(GROUPS, list(human_groups))
    parts: list[Record] = [
        {"source": source, "rows": rows}
        for source in sources
        if (rows := _rows(results, experiment, source))
    ]
    systems = [
        name for name in BESIDE if any(name in row["cells"] for p in parts for row in p["rows"])
    ]
    groups = groups[groups["experiment"] == experiment]
    number = results.experiments.index(experiment)
    return {
        "parts": parts,
        "systems": systems,
        "sentence": sentence(results, experiment),
        "kinds": [
            kind
            for nth, source in enumerate(sources)
            for kind in _kinds(groups, source, f"human-{number}-{nth}", charts)
        ],
        "table": [
            {"source": source, "property": title, "task": HUMAN[task].name, **row}
            for source in sources
            for name, title in PROPERTIES.items()
            for task in HUMAN
            for row in _groups(groups, source, name, task)
        ],
    }


def _rows(results: Results, experiment: str, source: str) -> list[Record]:
    """A row a task and metric: the model, its own voices, what stands beside, and chance."""
    rows = []
    for name, task in HUMAN.items():
        for metric in task.metrics:
            found = {
                system: results.values.get((experiment, system, "mean", name, source, metric))
                for system in SYSTEMS
            }
            model = found["model"]
            if model is None:
                continue
            own = results.values.get(
                (experiment, "model", "mean", name, f"{source}{SYNTHETIC}", metric)
            )
            rows.append(
                {
                    "task": task.name,
                    "metric": METRICS[metric],
                    "model": _cell(model, metric),
                    "kind": _kind(model),
                    "chance": shown(model.chance, metric),
                    "own": _cell(own, metric) if own else None,
                    "cells": {
                        system: _cell(cell, metric)
                        for system, cell in found.items()
                        if cell is not None and system in BESIDE
                    },
                    "size": f"{model.gallery_size:,} {task.items}",
                    "queries": f"{model.queries:,}",
                    "over": intervals.said(model.over, model.units),
                }
            )
    return rows


def sentence(results: Results, experiment: str) -> str:
    """What people's words find, in one sentence: R@10 over the sources, beside chance."""
    sources = sources_of(results)
    said = []
    for name, what in (
        ("human_recognition", "the word is among the 10 nearest of {size} known words in"),
        ("picture_by_human_word", "a picture that shows it is among the 10 nearest of {size} in"),
    ):
        keys = [(experiment, "model", "mean", name, source, "r10") for source in sources]
        found = [results.values[key] for key in keys if key in results.values]
        owns = [(*key[:4], f"{key[4]}{SYNTHETIC}", "r10") for key in keys]
        own = [results.values[key].value for key in owns if key in results.values]
        if not found:
            continue
        above = sum(value.above for value in found)
        beside = f"; its own voices {_range(own)}" if own else ""
        said.append(
            f"{what.format(size=f'{found[0].gallery_size:,}')} {_range([v.value for v in found])}"
            f" (chance {_range([v.chance for v in found])}{beside}), above chance with"
            f" {above} of {len(found)} source{'s' * (len(found) > 1)}"
        )
    return f"Of people’s words: {'; '.join(said)}." if said else ""


def _range(values: list[float]) -> str:
    """Some R@10 from the least to the most: `17.6 to 50.0 %`."""
    low, high = (shown(value, "r10") for value in (min(values), max(values)))
    return high if low == high else f"{low.removesuffix(' %')} to {high}"


def _kind(value: Value) -> str:
    """Where the whole interval of a recall lies: `above` chance, `below` it, or `even`."""
    return "above" if value.above else "below" if value.below else "even"


def _cell(value: Value, metric: str) -> Record:
    return {
        "text": shown(value.value, metric),
        "interval": interval(value.low, value.high, metric),
    }


def _groups(groups: pd.DataFrame, source: str, name: str, task: str) -> list[Record]:
    """The groups of a property, with the same words by the model's own voices as `baseline`."""
    part = groups[(groups["property"] == name) & (groups["task"] == task)]
    own = part[(part["gallery"] == f"{source}{SYNTHETIC}") & (part["system"] == "model")]
    return rows_of(part[part["gallery"] == source], own)


def _kinds(
    groups: pd.DataFrame, source: str, identity: str, charts: dict[str, Spec]
) -> list[Record]:
    """The charts of one source: recognition by each property that parts its words."""
    kinds = []
    for name, title in PROPERTIES.items():
        rows = _groups(groups, source, name, DRAWN)
        if len(rows) < FEWEST:
            continue
        place = f"{identity}-{name}".replace(" ", "-")
        about = f"{HUMAN[DRAWN].name} of {source} by {title}"
        charts[place] = dots(rows, about, name == "talker", "its own voices")
        kinds.append({"source": source, "title": title, "chart": place, "groups": len(rows)})
    return kinds
