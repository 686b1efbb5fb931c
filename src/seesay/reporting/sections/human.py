"""The section on human voices: words said by people, beside the captions' own voices."""

from typing import Any

import pandas as pd

from seesay.reporting import numbers
from seesay.reporting.charts import Spec
from seesay.reporting.groups import dots, rows_of
from seesay.reporting.people import own_voices, sources_of
from seesay.reporting.results import Results, cell, kind, shown
from seesay.reporting.runs import Run
from seesay.schemas.audio import HUMAN_WORDS
from seesay.schemas.scoring import GROUPS, SYNTHETIC
from seesay.scoring import intervals
from seesay.scoring.names import HUMAN
from seesay.shared.rejects import by_reason
from seesay.shared.tables import REJECTS

PLACE = 20
LINK = "Human voices"
NEEDS = {"human_words": None, "human_groups": None, "rejects": None}

Record = dict[str, Any]

# Systems that stand beside the model; `text` is an upper bound.
BESIDE = ("shuffled", "untrained", "text")
PROPERTIES = {"training pairs": "training pairs", "talker": "talker"}
DRAWN = "human_recognition"  # the task of the charts
FEWEST = 2  # groups of a property that are worth a chart


def describe(run: Run) -> Record | None:
    """Values for the template; None if no human words were asked.

    `human` has the counts of each source, the rejects, and the name of the model's own voices.
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

    Charts are added by element id. `groups` has rows of GROUPS from the stage human_breakdown.
    """
    sources = sources_of(results)
    if not sources:
        return None
    parts: list[Record] = [
        {"source": source, "rows": rows}
        for source in sources
        if (rows := _rows(results, experiment, source))
    ]
    systems = numbers.aligned(BESIDE, [row for part in parts for row in part["rows"]])
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
    """One row for each task and metric: model, own voices, other systems, and chance."""
    rows = []
    for name, task in HUMAN.items():
        for metric in task.metrics:
            found = results.systems(experiment, name, metric, source)
            model = found.get("model")
            if model is None:
                continue
            own = results.values.get(
                (experiment, "model", "mean", name, f"{source}{SYNTHETIC}", metric)
            )
            rows.append(
                {
                    "task": task.title,
                    "metric": task.metric(metric),
                    "model": cell(model, metric),
                    "kind": kind(model),
                    "chance": shown(model.chance, metric),
                    "own": cell(own, metric) if own else None,
                    "cells": {
                        system: cell(value, metric)
                        for system, value in found.items()
                        if system in BESIDE
                    },
                    "size": f"{model.gallery_size:,} {task.items}",
                    "queries": f"{model.queries:,}",
                    "over": intervals.said(model.over, model.units),
                }
            )
    return rows


def _groups(groups: pd.DataFrame, source: str, name: str, task: str) -> list[Record]:
    """The groups of a property; their `baseline` is the same words in the model's own voices."""
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
        charts[place] = dots(rows, about, name == "talker", "own voices")
        kinds.append({"source": source, "title": title, "chart": place, "groups": len(rows)})
    return kinds
