"""What the report says of where it works: charts and tables by kind of word and of fragment."""

from typing import Any

import pandas as pd

from seesay.reporting.charts import Spec
from seesay.reporting.drawing.curve import learning
from seesay.reporting.groups import dots, over_words, rows_of
from seesay.reporting.numbers import ITEMS, Rows
from seesay.reporting.results import TASKS, Results
from seesay.reporting.runs import Run
from seesay.schemas.scoring import GROUPS, WORDS

LINK = "Where it works"
NEEDS = {"groups": "breakdown/groups.parquet", "words": "breakdown/words.parquet"}
# The task that each property is drawn for; the table has the others too.
PROPERTIES = {
    "part of speech": "image_token_by_word",
    "spoken": "image_token_by_word",
    "uses in captions": "image_token_by_word",
    "letters of the spoken word": "image_token_by_word",
    "training pairs": "image_token_by_word",
    "size of the fragment": "word_token_by_image",
    "tokens said of the picture": "word_token_by_image",
    "talker in training": "image_token_by_word",
    "word in training": "image_token_by_word",
    "synthesiser": "image_token_by_word",
    "talker": "image_token_by_word",
}
TITLES = {
    "part of speech": "Part of speech",
    "spoken": "Said as itself, or as another word",
    "uses in captions": "Frequency: uses of the word in all captions",
    "letters of the spoken word": "Length: letters of the spoken word",
    "training pairs": "Pairs of a training picture and a token of the word",
    "talker in training": "Talkers that training heard, and others",
    "word in training": "Words that training heard, and others",
    "synthesiser": "Synthesiser of the talker (unseen: training heard no voice of it)",
    "talker": "Talker, best first",
    "size of the fragment": "Size of the fragment, share of the picture",
    "tokens said of the picture": "Tokens said of the picture",
}
CURVE_TASK = "image_token_by_word"


def describe(run: Run) -> dict[str, Any]:
    """What the template shows; charts are added by element id."""
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
    """What the page says of one experiment, in the main gallery; charts are added by element id.

    `groups` and `words` are the tables of the stage breakdown.
    """
    number, gallery = results.experiments.index(experiment), results.galleries[0]
    groups, words = (
        part[(part["experiment"] == experiment) & (part["gallery"] == gallery)]
        for part in (groups, words)
    )
    kinds = []
    for name, task in PROPERTIES.items():
        rows = rows_of(groups[(groups["property"] == name) & (groups["task"] == task)])
        if not rows:
            continue
        identity = f"where-{number}-{name}".replace(" ", "-")
        charts[identity] = dots(rows, f"R@10 by {name}: {TASKS[task]}", ranked=name == "talker")
        kinds.append(
            {
                "name": name,
                "title": TITLES[name],
                "task": TASKS[task],
                "chart": identity,
                "above": [row["group"] for row in rows if row["clear"]],
                "groups": len(rows),
                "rows": rows,
            }
        )
    model = results.value(experiment, "model", CURVE_TASK, "median_rank")
    pairs = groups[(groups["property"] == "training pairs") & (groups["task"] == CURVE_TASK)]
    points = words[words["task"] == CURVE_TASK]
    curve = None
    if model is not None and len(points):
        curve = f"where-{number}-curve"
        charts[curve] = learning(points, pairs, model.chance)
    sizes = {
        TASKS[task]: f"{value.gallery_size:,} {ITEMS.get(task, 'tokens')}"
        for task in sorted(set(PROPERTIES.values()))
        if (value := results.value(experiment, "model", task, "r10")) is not None
    }
    table = [
        {"property": name, "task": TASKS[task], **row}
        for name in PROPERTIES
        for task in TASKS
        for row in rows_of(groups[(groups["property"] == name) & (groups["task"] == task)])
    ]
    best = _words(points[points["system"] == "model"])
    over = over_words(groups[groups["task"] == CURVE_TASK])
    found = {"kinds": kinds, "curve": curve, "sizes": sizes, "table": table, "words": best}
    return {**found, "over_words": over}


def _words(words: pd.DataFrame) -> Rows:
    """Every word, lowest median rank first."""
    ordered = words.sort_values(["median_rank", "word"])
    names = ["word", "spoken_word", "pos", "pairs", "queries", "r10", "median_rank"]
    return [dict(zip(names, row, strict=True)) for row in ordered[names].to_numpy().tolist()]
