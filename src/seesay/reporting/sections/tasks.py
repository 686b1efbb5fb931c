"""Task by task: charts of every system beside chance, verdicts, and how to read them."""

from collections.abc import Sequence
from typing import Any

from seesay.reporting import beside, charts, numbers
from seesay.reporting.results import Results
from seesay.reporting.runs import Context, Run
from seesay.reporting.verdict import judge
from seesay.scoring import names
from seesay.scoring.names import MAIN_METRIC

PLACE = 40
LINK = "Tasks"
NEEDS = {"experiments": "experiments.tsv"}
SHOWN = (MAIN_METRIC, "median_rank")


def describe(run: Run) -> Context:
    """Values for the template; charts are added by element id."""
    asked = run.config.get("evaluation", {}).get("tasks", ())
    return {
        "experiments": [
            {
                "name": name,
                "tasks": tasks(run.results, name, run.charts),
                "unasked": "; ".join(unasked(run.results, name, asked)),
            }
            for name in run.experiments
        ],
        "beside": beside.describe(run.path("experiments"), run.results),
        "compared": [column.name for column in beside.measured(run.results)],
    }


def tasks(results: Results, experiment: str, drawn: dict[str, charts.Spec]) -> list[Context]:
    """The measured tasks of the paper: verdict, sizes, chance; charts are added to `drawn`."""
    number = results.experiments.index(experiment)
    rows = []
    for name, task in names.paper().items():
        found = {metric: results.value(experiment, "model", name, metric) for metric in SHOWN}
        model = found[MAIN_METRIC]
        if model is None:
            continue
        ids = {m: f"answer-{number}-{name}-{m}".replace("_", "-") for m in SHOWN}
        for metric, place in ids.items():
            drawn[place] = charts.answer(results, experiment, name, metric)
        row: dict[str, Any] = {
            "id": name,
            "name": task.title,
            "question": task.question,
            "verdict": judge(results, experiment, name),
            "gallery": numbers.gallery(name, model),
            "queries": model.queries,
            "chance": {metric: cell.chance for metric, cell in found.items() if cell},
            "charts": list(ids.values()),
        }
        rows.append(row)
    return rows


def unasked(results: Results, experiment: str, asked: Sequence[str]) -> list[str]:
    """The names of the config's tasks that have no numbers."""
    there = {task for name, _, _, task, _, _ in results.values if name == experiment}
    wanted = {part: task for name in asked for part, task in names.of(name).items()}
    return [task.title for name, task in wanted.items() if name not in there]
