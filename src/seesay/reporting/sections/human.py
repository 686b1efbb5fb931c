"""The section on human voices: words said by people, beside the captions' own voices."""

from typing import Any

import pandas as pd

from seesay.reporting.charts import Spec
from seesay.reporting.groups import dots, rows_of
from seesay.reporting.people import own_voices, sources_of
from seesay.reporting.results import Results, Value, interval, shown
from seesay.reporting.runs import Run
from seesay.schemas.audio import HUMAN_WORDS
from seesay.schemas.scoring import GROUPS, SYNTHETIC
from seesay.scoring import intervals
from seesay.scoring.names import HUMAN, SYSTEMS
from seesay.shared.rejects import by_reason
from seesay.shared.tables import REJECTS

PLACE = 20
LINK = "Human voices"
NEEDS = {"human_words": None, "human_groups": None, "rejects": None}

Record = dict[str, Any]

# What stands beside the model, the text being a bound from above.
BESIDE = ("shuffled", "untrained", "text")
PROPERTIES = {"training pairs": "training pairs", "talker": "talker"}
DRAWN = "human_recognition"  # the task of the charts
FEWEST = 2  # groups without which there is nothing to part


def describe(run: Run) -> Record | None:
    """Values for the template; None if no human words were asked.

    `human` is what was asked of whom, by source, what was refused, and whose voices the others
    are.
    """
    if not run.paths("human_words"):
        return None
    words, groups = run.table(HUMAN_WORDS, "human_words"), run.table(GROUPS, "human_groups")
    refused = run.table(REJECTS, "rejects")
    refused = refused[refused["stage"] == "human"].drop_duplicates(ignore_index=True)
    found = {name: people(run.results, groups, name, run.charts) for name in run.experiments}
    return {
        "human": {
            "counts": [_counts(str(name), rows) for name, rows in words.groupby("source")],
            "own": own_voices(run.config),
            "rejects": by_reason(refused, run.settings.examples),
        },
        "human_tasks": list(HUMAN.values()),
        "experiments": [{"name": name, "human": found[name]} for name in found if found[name]],
    }


def _counts(source: str, words: pd.DataFrame) -> Record:
    """Counts of a source: words, types, talkers, known pictures, and words for training."""
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


def people(
    results: Results, groups: pd.DataFrame, experiment: str, charts: dict[str, Spec]
) -> Record | None:
    """What the page says of one experiment, None if no human words were ranked.

    Charts are added by element id. `groups` has rows of GROUPS, of the stage human_breakdown.
    """
    sources = sources_of(results)
    if not sources:
        return None
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
        "kinds": [
            kind
            for nth, source in enumerate(sources)
            for kind in _kinds(groups, source, f"human-{number}-{nth}", charts)
        ],
        "table": [
            {"source": source, "property": title, "task": HUMAN[task].title, **row}
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
                    "task": task.title,
                    "metric": task.metric(metric),
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


def _kind(value: Value) -> str:
    """`above` or `below` if the whole interval of a recall is on that side of chance, or `even`."""
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
    """Charts of one source: recognition by each property of its words."""
    kinds = []
    for name, title in PROPERTIES.items():
        rows = _groups(groups, source, name, DRAWN)
        if len(rows) < FEWEST:
            continue
        place = f"{identity}-{name}".replace(" ", "-")
        about = f"{HUMAN[DRAWN].title} of {source} by {title}"
        charts[place] = dots(rows, about, name == "talker", "its own voices")
        kinds.append({"source": source, "title": title, "chart": place, "groups": len(rows)})
    return kinds
