"""The section on where the model works: charts and tables by kind of word and of fragment."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from seesay.reporting.charts import Spec
from seesay.reporting.drawing.curve import learning
from seesay.reporting.groups import dots, over_words, rows_of
from seesay.reporting.numbers import Rows, gallery
from seesay.reporting.results import Results
from seesay.reporting.runs import Run
from seesay.schemas.scoring import GROUPS, WORDS
from seesay.scoring.names import tasks

PLACE = 100
LINK = "Where it works"
NEEDS = {"groups": "breakdown/groups.parquet", "words": "breakdown/words.parquet"}
# The properties in the order of the page.
TITLES = {
    "part of speech": "Part of speech",
    "spoken": "Spoken as itself or as another word",
    "uses in captions": "Frequency: uses of the word in all captions",
    "letters of the spoken word": "Length: letters of the spoken word",
    "training pairs": "Training pairs: a picture and a token of the word",
    "talker in training": "Talkers heard in training, and unseen talkers",
    "word in training": "Words heard in training, and unseen words",
    "synthesiser": "Synthesiser of the talker (unseen: training has none of its voices)",
    "talker": "Talker, best first",
    "size of the fragment": "Size of the fragment: its share of the picture",
    "tokens said of the picture": "Tokens spoken for the picture",
}


def describe(run: Run) -> dict[str, Any]:
    """Values for the template; charts are added by element id."""
    groups, words = run.table(GROUPS, "groups"), run.table(WORDS, "words")
    return {
        "experiments": [
            {"name": name, "where": parted(groups, words, run.results, name, run.charts)}
            for name in run.experiments
        ]
    }


def parted(
    groups: pd.DataFrame,
    words: pd.DataFrame,
    results: Results,
    experiment: str,
    charts: dict[str, Spec],
) -> dict[str, Any]:
    """One experiment's part, in each task's gallery; charts are added by element id.

    `groups` and `words` are the tables of the stage breakdown.
    """
    number = results.experiments.index(experiment)
    groups, words = (
        part[
            (part["experiment"] == experiment)
            & (part["gallery"] == part["task"].map(results.gallery))
        ]
        for part in (groups, words)
    )
    kinds, sizes, table = [], {}, []
    for name, title in TITLES.items():
        own = groups[groups["property"] == name]
        found = {task: rows for task in asked(own) if (rows := rows_of(own[own["task"] == task]))}
        if not found:
            continue
        table += [
            {"property": name, "task": tasks()[task].title, **row}
            for task, rows in found.items()
            for row in rows
        ]
        task = drawn(found)
        rows, about = found[task], tasks()[task]
        identity = f"where-{number}-{name}".replace(" ", "-")
        charts[identity] = dots(rows, f"R@10 by {name}: {about.title}", ranked=name == "talker")
        kinds.append(
            {
                "name": name,
                "title": title,
                "task": about.title,
                "chart": identity,
                "above": [row["group"] for row in rows if row["clear"]],
                "groups": len(rows),
                "rows": rows,
            }
        )
        value = results.value(experiment, "model", task, "r10")
        sizes[about.title] = gallery(task, value) if value else ""
    parts = {"kinds": kinds, "sizes": sizes, "table": table}
    return {**parts, **by_word(groups, words, results, experiment, charts)}


def asked(rows: pd.DataFrame) -> list[str]:
    """The tasks in some rows, in the order of pages."""
    return [name for name in tasks() if name in set(rows["task"])]


def drawn(names: Iterable[str]) -> str:
    """The task of a chart: the first that is not acoustic, if there is one; "" without tasks."""
    return min(names, key=lambda name: tasks()[name].acoustic, default="")


def by_word(
    groups: pd.DataFrame,
    words: pd.DataFrame,
    results: Results,
    experiment: str,
    charts: dict[str, Spec],
) -> dict[str, Any]:
    """The words of the chart's task: learning curve, list of words, intervals over words."""
    task = drawn(asked(words))
    points, groups = words[words["task"] == task], groups[groups["task"] == task]
    model = results.value(experiment, "model", task, "median_rank")
    curve = None
    if model is not None and len(points):
        curve = f"where-{results.experiments.index(experiment)}-curve"
        pairs = groups[groups["property"] == "training pairs"]
        charts[curve] = learning(points, pairs, model.chance)
    return {
        "asked": tasks()[task].title if task else "",
        "size": gallery(task, model) if model else "",
        "curve": curve,
        "words": _words(points[points["system"] == "model"]),
        "over_words": over_words(groups),
    }


def _words(words: pd.DataFrame) -> Rows:
    """All words, lowest median rank first."""
    ordered = words.sort_values(["median_rank", "word"])
    names = ["word", "spoken_word", "pos", "pairs", "queries", "r10", "median_rank"]
    return [dict(zip(names, row, strict=True)) for row in ordered[names].to_numpy().tolist()]
