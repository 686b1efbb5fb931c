"""The report's tables: Tables 1 and 2 of the paper, and every number."""

from collections.abc import Iterable, Mapping
from typing import Any

from seesay.reporting.results import Results, cell, difference, interval, shown
from seesay.schemas.scoring import RANKED
from seesay.scoring import names
from seesay.scoring.names import METRICS, SYSTEMS

Rows = list[dict[str, Any]]

RANKS, RECALLS = RANKED, tuple(name for name in METRICS if name not in RANKED)
# Tables 1 and 2 of the paper, by task, then metric: random projection, model.
PAPER: dict[str, dict[str, tuple[float, float]]] = {
    "word_similarity": {"median_rank": (4.00, 5.00), "mean_rank": (22.96, 11.53)},
    "word_token_by_image": {
        "median_rank": (93.00, 40.00),
        "mean_rank": (293.39, 72.52),
        "r1": (1.42, 2.45),
        "r5": (6.21, 10.25),
        "r10": (11.47, 20.15),
        "r25": (24.16, 39.60),
    },
    "word_type_by_image": {
        "median_rank": (19.00, 15.00),
        "mean_rank": (293.40, 30.11),
        "r1": (4.48, 6.80),
        "r5": (19.84, 27.30),
        "r10": (34.68, 43.45),
        "r25": (58.05, 72.20),
    },
    "image_token_by_word": {
        "median_rank": (117.00, 81.00),
        "mean_rank": (178.44, 141.29),
        "r1": (2.04, 1.86),
        "r5": (7.42, 9.41),
        "r10": (13.61, 15.99),
        "r25": (22.76, 42.91),
    },
}
# Sizes of the whole corpus, from the caption of Table 1.
PAPER_SIZES = {"tokens": "21,000", "fragments": "20,000"}


def as_in_paper(results: Results, experiment: str, metrics: tuple[str, ...]) -> Rows:
    """Table 1 (RANKS) or 2 (RECALLS) of the paper: two rows for each task.

    `run` has the cells of this run and `paper` the cells of the paper, first for chance, then for
    random and model. A cell has `text`, `interval` and `best` (the better of random and model).
    """
    rows = []
    for task, paper in PAPER.items():
        if not set(metrics) <= set(paper):
            continue
        found = [
            [results.value(experiment, system, task, metric) for metric in metrics]
            for system in ("random_projection", "model")
        ]
        model = found[1][0]
        if model is None:
            continue
        lucks = [f"{value.chance:,.2f}" if value else "–" for value in found[1]]
        run = [{"text": text, "interval": "", "best": False} for text in lucks]
        theirs: Rows = [{"text": "–", "best": False} for _ in metrics]
        for column in (0, 1):
            for i, metric in enumerate(metrics):
                own, other = found[column][i], found[1 - column][i]
                theirs.append(_cell(paper[metric][column], paper[metric][1 - column], metric))
                if own is None or other is None:
                    run.append({"text": "–", "interval": "", "best": False})
                    continue
                text = interval(own.low, own.high, metric)[1:-1].replace(", ", "–")
                run.append({**_cell(own.value, other.value, metric), "interval": text})
        rows.append(
            {
                "task": names.every()[task].title,
                "gallery": gallery(task, model),
                "paper_gallery": PAPER_SIZES[names.every()[task].items],
                "run": run,
                "paper": theirs,
            }
        )
    return rows


def about(results: Results, source: Mapping[str, Any]) -> dict[str, str]:
    """The notes of copied tables: `data` for all tables, `numbers` for tables of numbers."""
    experiment = results.experiments[0]
    seeds = f"seed{'s' * (len(results.seeds) > 1)} {', '.join(results.seeds)}"
    owner = f" ({experiment})" if len(results.experiments) > 1 else ""
    said = searched(results, experiment)
    place = f"Gallery {results.galleries[0]}{f': {said}{owner}' * bool(said)}."
    return {
        "data": f"Pictures: {source['pictures']}; speech: {source['speech']};"
        f" image network: {source['network']}.",
        "numbers": f"Means over {seeds}. {place} Chance is what random ranking gives in the same"
        f" gallery. Intervals of 95 %: {results.over}.",
    }


def searched(results: Results, experiment: str) -> str:
    """The items of the first gallery, with numbers: `2,819 tokens and 2,000 fragments`."""
    sizes: dict[str, int] = {}
    for name, task in names.every().items():
        value = results.value(experiment, "model", name, "r10")
        if value and not task.label and results.gallery(name) == results.galleries[0]:
            # The gallery of a query token leaves out the query itself.
            sizes[task.items] = max(value.gallery_size, sizes.get(task.items, 0))
    said = [f"{size:,} {items}" for items, size in sizes.items()]
    return " and ".join(part for part in (", ".join(said[:-1]), *said[-1:]) if part)


def gallery(task: str, value: Any) -> str:
    """The size of a task's gallery with its kind of items: `2,819 tokens`."""
    return f"{value.gallery_size:,} {names.every()[task].items}"


def ranked() -> dict[str, names.Task]:
    """The tasks for which all metrics of ranks make sense, the paper's tasks first."""
    return {
        name: task
        for name, task in (names.paper() | names.more()).items()
        if not task.label and set(task.metrics) <= set(METRICS)
    }


def everything(results: Results) -> Rows:
    """One row for each experiment, gallery, task and system (mean over seeds), and chance."""
    rows: Rows = []
    for experiment in results.experiments:
        for place in results.galleries:
            for name, task in ranked().items():
                where = {"experiment": experiment, "gallery": place, "task": task.title}
                where["id"] = name
                found = {m: results.systems(experiment, name, m, place) for m in METRICS}
                for system, first in next(iter(found.values())).items():
                    size = {"size": gallery(name, first), "queries": f"{first.queries:,}"}
                    cells = [cell(own[system], m) for m, own in found.items() if system in own]
                    rows.append({**where, **size, "system": SYSTEMS[system], "cells": cells})
                cells = [
                    {"text": shown(own["model"].chance, m), "interval": ""}
                    for m, own in found.items()
                    if "model" in own
                ]
                if cells:
                    rows.append({**rows[-1], "system": "chance", "cells": cells})
    return rows


def differences(results: Results) -> Rows:
    """The model minus each control: one row for each experiment, gallery, task and control."""
    rows: Rows = []
    for experiment in results.experiments:
        for place in results.galleries:
            for name, task in ranked().items():
                for system, label in list(SYSTEMS.items())[1:]:
                    pairs = {
                        metric: results.differences.get((experiment, system, name, place, metric))
                        for metric in METRICS
                    }
                    cells = [difference(pair, m) for m, pair in pairs.items() if pair is not None]
                    if cells:
                        where = {"experiment": experiment, "gallery": place, "task": task.title}
                        rows.append({**where, "control": label, "cells": cells})
    return rows


def _cell(value: float, other: float, metric: str) -> dict[str, Any]:
    better = value < other if metric in RANKS else value > other
    return {"text": f"{value:,.2f}", "best": better}


def aligned(systems: Iterable[str], rows: Rows) -> list[str]:
    """The systems with a value in any row, in order; `cells` of each row get exactly these.

    A system without a value in a row is None there.
    """
    measured = [system for system in systems if any(system in row["cells"] for row in rows)]
    for row in rows:
        row["cells"] = {system: row["cells"].get(system) for system in measured}
    return measured
