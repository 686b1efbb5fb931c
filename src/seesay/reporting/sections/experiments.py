"""What the report says of each experiment: answer, tables, training; summary and figures."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from seesay.reporting import charts as report_charts
from seesay.reporting import numbers as report_tables
from seesay.reporting.results import MAIN_METRIC, METRICS, SYSTEMS, TASKS, Results, shown
from seesay.reporting.sections import epochs, more
from seesay.reporting.verdict import answer, judge

Context = dict[str, Any]

ANSWER_METRICS = (MAIN_METRIC, "median_rank")
MANY = 12  # groups of a property; with more it is left out of the summary
CHECKED = {"ok": "", "leak": ", a leak", "design": ", known"}


def describe(
    results: Results,
    history: pd.DataFrame,
    experiment: str,
    charts: dict[str, report_charts.Spec],
    asked: Sequence[str] = (),
) -> Context:
    """What the page says of one experiment; its charts are added to `charts` by element id.

    `asked` are the tasks that the config names.
    """
    number = results.experiments.index(experiment)
    tasks = []
    for task, name in TASKS.items():
        found = {
            metric: results.value(experiment, "model", task, metric) for metric in ANSWER_METRICS
        }
        model = found[MAIN_METRIC]
        if model is None:
            continue
        ids = []
        for metric in ANSWER_METRICS:
            ids.append(f"answer-{number}-{task}-{metric}".replace("_", "-"))
            charts[ids[-1]] = report_charts.answer(results, experiment, task, metric)
        tasks.append(
            {
                "id": task,
                "name": name,
                "verdict": judge(results, experiment, task),
                "gallery": report_tables.gallery(task, model),
                "queries": model.queries,
                "chance": {metric: cell.chance for metric, cell in found.items() if cell},
                "charts": ids,
            }
        )
    short, kind, long = answer(results, experiment)
    curves = []
    for name, title, chart in _curves(history, experiment):
        identity = f"training-{number}-{name}"
        charts[identity] = chart
        curves.append({"name": name, "title": title, "chart": identity})
    return {
        "name": experiment,
        "headline": short,
        "kind": kind,
        "sentence": long,
        "tasks": tasks,
        "unasked": "; ".join(unasked(results, experiment, asked)),
        "ranks": report_tables.as_in_paper(results, experiment, report_tables.RANKS),
        "recalls": report_tables.as_in_paper(results, experiment, report_tables.RECALLS),
        "curves": curves,
        "kept": _kept(history[history["experiment"] == experiment]),
    }


def unasked(results: Results, experiment: str, asked: Sequence[str]) -> list[str]:
    """The names of the tasks that the config asks and that have no numbers."""
    there = {task for name, _, _, task, _, _ in results.values if name == experiment}
    names = TASKS | {name: task.name for name, task in more.TASKS.items()}
    wanted = [part for task in asked for part in (more.ABX if task == "abx" else (task,))]
    return [names[task] for task in wanted if task not in there]


def _curves(history: pd.DataFrame, experiment: str) -> list[tuple[str, str, report_charts.Spec]]:
    """The training's charts of one experiment: name, title, chart."""
    part = history[history["experiment"] == experiment]
    model, shuffled = part[part["system"] == "model"], part[part["system"] == "shuffled"]
    curves = []
    if len(model):
        curves.append(("cosines", "Model", epochs.cosines(model)))
    if len(shuffled):
        chart = epochs.cosines(shuffled)
        curves.append(("shuffled", "Control: shuffled pairs", chart))
    if len(model):
        curves.append(("loss", "Model: loss", epochs.losses(model)))
        chart = epochs.health(model)
        curves.append(("health", "Model: dead units, tied embeddings", chart))
    return curves


def _kept(history: pd.DataFrame) -> list[Context]:
    """For each system and seed, the kept epoch and the last one, and how many parts there are.

    The epochs of the parts are counted on from one to the next.
    """
    return [
        {
            "system": SYSTEMS[str(system)],
            "seed": int(str(seed)),
            "kept": int(part.loc[part["kept"], "epoch"].max()) if part["kept"].any() else None,
            "last": int(part["epoch"].max()),
            "parts": int(part["part"].max()),
        }
        for (system, seed), part in history.groupby(["system", "seed"], sort=True)
    ]


def summary(context: Context) -> str:
    """The answer as Markdown, for logs and pull requests."""
    source, results = context["source"], context["results"]
    lines = [f"# {context['title']}", ""]
    if source["labels"]:
        lines += [f"**{', '.join(source['labels']).capitalize()}.**", ""]
    lines += [
        f"- pictures: {source['pictures']}",
        f"- speech: {source['speech']}",
        f"- image network: {source['network']}",
        f"- seeds: {', '.join(map(str, context['seeds']))}",
    ]
    for experiment in context["experiments"]:
        lines += _summary(experiment, results)
    if context["human"]["missing"]:
        lines += ["", context["human"]["missing"]]
    lines += ["", "## Checks across splits", ""]
    lines += [
        f"- {row['what']}: {row['found']:,} of {row['of']:,}{CHECKED[row['kind']]}"
        for row in context["checks"]
    ]
    lines += ["", "## Told beside speech and pictures", ""]
    lines += [
        f"- {row.source.name}"
        f"{'' if row.experiments == 'all' else f' ({row.experiments})'}: {row.source.sentence}"
        for row in context["supervision"]
    ]
    lines += ["", "All numbers: metrics.tsv, differences.tsv; the report: report.html.", ""]
    return "\n".join(lines)


def _summary(experiment: Context, results: Results) -> list[str]:
    """What the summary says of one experiment."""
    lines = ["", f"## {experiment['name']}: {experiment['headline']}", ""]
    said = [
        experiment["sentence"],
        *([experiment["human"]["sentence"]] if experiment["human"] else []),
    ]
    said += [experiment["cut"]] if experiment["cut"] else []
    said += [*experiment["declared"], f"Told beside speech and pictures: {experiment['told']}"]
    lines += [line for paragraph in said for line in (paragraph, "")]
    measured = [
        system
        for system in SYSTEMS
        if any(results.value(experiment["name"], system, task, MAIN_METRIC) for task in TASKS)
    ]
    for metric in ANSWER_METRICS:
        names = [*(SYSTEMS[system] for system in measured), "chance", "gallery"]
        lines.append(f"| {METRICS[metric]} | {' | '.join(names)} |")
        lines.append(f"|---|{'---:|' * len(names)}")
        for task in experiment["tasks"]:
            found = [
                results.value(experiment["name"], system, task["id"], metric) for system in measured
            ]
            cells = [shown(value.value, metric) if value else "–" for value in found]
            cells += [shown(task["chance"][metric], metric), task["gallery"]]
            lines.append(f"| {task['name']} | {' | '.join(cells)} |")
        lines.append("")
    for task in experiment["tasks"]:
        verdict = task["verdict"]
        lines.append(f"- {task['name']}: {verdict.short} (R@10). {_against(verdict.numbers)}")
    if experiment["unasked"]:
        lines.append(f"- Left out, for no test query finds anything: {experiment['unasked']}.")
    lines += ["", f"### Where it works: R@10, gallery {results.galleries[0]}", ""]
    return lines + [
        _groups(kind) for kind in experiment["where"]["kinds"] if kind["groups"] <= MANY
    ]


def _groups(kind: Context) -> str:
    """A property's groups in one line, of the model."""
    said = [
        f"{row['group']} {row['r10']:.1f} {row['interval']}".rstrip()
        + f" (chance {row['chance']:.1f})"
        for row in kind["rows"]
    ]
    return f"- {kind['title']} ({kind['task']}): {'; '.join(said)}"


def answer_figure(experiments: Sequence[Context], charts: dict[str, report_charts.Spec]) -> str:
    """The answer's charts of the described experiments as one SVG."""
    return report_charts.standalone(
        [
            [(task["name"] + _of(experiment, experiments), charts[name]) for name in task["charts"]]
            for experiment in experiments
            for task in experiment["tasks"]
        ]
    )


def training_figure(experiments: Sequence[Context], charts: dict[str, report_charts.Spec]) -> str:
    """The training's charts of the described experiments as one SVG, two in a row."""
    rows = []
    for experiment in experiments:
        name = _of(experiment, experiments)
        curves = [(c["title"] + name, charts[c["chart"]]) for c in experiment["curves"]]
        rows += [curves[:2], curves[2:]]
    return report_charts.standalone([row for row in rows if row])


def where_figure(experiments: Sequence[Context], charts: dict[str, report_charts.Spec]) -> str:
    """Where it works, of the described experiments, as one SVG, long charts last."""
    rows = []
    for experiment in experiments:
        name, where = _of(experiment, experiments), experiment["where"]
        kinds = sorted(where["kinds"], key=lambda kind: kind["groups"])
        drawn = [(kind["title"] + name, charts[kind["chart"]]) for kind in kinds]
        if where["curve"]:
            drawn.insert(-1, (f"Learning curve{name}", charts[where["curve"]]))
        rows += [drawn[i : i + 2] for i in range(0, len(drawn), 2)]
    return report_charts.standalone(rows) if rows else report_charts.nothing()


def _of(experiment: Context, experiments: Sequence[Context]) -> str:
    """An experiment's name for a title, where there are several."""
    return f" ({experiment['name']})" if len(experiments) > 1 else ""


def _against(numbers: str) -> str:
    return f"Against the random projection: {numbers}." if numbers else ""
