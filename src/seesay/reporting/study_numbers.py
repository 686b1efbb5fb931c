"""The numbers of a study: all systems of every experiment in one table, as Markdown."""

from seesay.reporting.beside import Column, measured
from seesay.reporting.results import Results, Value, interval, shown
from seesay.schemas.scoring import SYNTHETIC
from seesay.scoring.intervals import said
from seesay.scoring.names import HUMAN, SYSTEMS, every

COLUMNS = tuple(
    Column(heading, name, metric)
    for name, task in every().items()
    for heading, metric in task.study.items()
)

# Used instead if no task of the run has such a column.
PLAIN = tuple(
    Column(f"{task.title}, {task.metric(metric)}", name, metric)
    for name, task in every().items()
    for metric in task.metrics
)


def numbers(results: Results) -> tuple[list[str], list[list[str]]]:
    """Heading and rows of the table of all systems, with chance.

    A control with the same row as in an earlier experiment only names that experiment.
    """
    there = measured(results, COLUMNS) or measured(results, PLAIN)
    rows: list[list[str]] = []
    for experiment in results.experiments:
        for system, label in SYSTEMS.items():
            cells = [results.value(experiment, system, c.task, c.metric) for c in there]
            if not any(cells):
                continue
            bold = "**" if system == "model" else ""
            texts = [
                ""
                if cell is None
                else f"{bold}{plain(cell.value, c.metric)}{bold}"
                f" {interval(cell.low, cell.high, c.metric)}"
                for cell, c in zip(cells, there, strict=True)
            ]
            rows.append([experiment, label, *texts])
        lucks = [results.value(experiment, "model", c.task, c.metric) for c in there]
        texts = [
            plain(cell.chance, c.metric) if cell else ""
            for cell, c in zip(lucks, there, strict=True)
        ]
        rows.append([experiment, "chance", *texts])
    return ["experiment", "system", *(c.name for c in there)], once(rows)


def human(results: Results) -> tuple[list[str], list[list[str]]] | None:
    """Heading and rows of human words: one row for each experiment, source and task.

    None if the run has no human words.
    """
    sources = sorted({key[4] for key in results.values if key[3] in HUMAN})
    rows = [
        row
        for experiment in results.experiments
        for source in sources
        for task in HUMAN
        if not source.endswith(SYNTHETIC) and (row := _people(results, experiment, source, task))
    ]
    heading = ["experiment", "source", "task", "queries", "R@1", "R@10", "R@10 of own voices"]
    heading += [SYSTEMS["shuffled"], SYSTEMS["text"], "chance", "intervals over"]
    return (heading, rows) if rows else None


def _people(results: Results, experiment: str, source: str, task: str) -> list[str]:
    """A row of `human`; empty if the model has no number."""

    def cell(system: str, metric: str = "r10", own: str = "") -> Value | None:
        key = experiment, system, "mean", task, f"{source}{own}", metric
        return results.values.get(key)

    model = cell("model")
    if model is None:
        return []
    found = [cell("model", "r1"), model, cell("model", own=SYNTHETIC), cell("shuffled")]
    texts = [
        f"{plain(one.value, 'r10')} {interval(one.low, one.high, 'r10')}" if one else ""
        for one in [*found, cell("text")]
    ]
    texts[1] = f"**{plain(model.value, 'r10')}** {interval(model.low, model.high, 'r10')}"
    where = [experiment, source, HUMAN[task].title, f"{model.queries:,}"]
    return [*where, *texts, plain(model.chance, "r10"), said(model.over, model.units)]


def once(rows: list[list[str]]) -> list[list[str]]:
    """Rows of (experiment, system, cells) without repeated controls.

    Controls with the same cells as in an earlier experiment share one row, which names them and
    that experiment.
    """
    first: dict[tuple[str, ...], str] = {}
    again: dict[tuple[str, str], list[str]] = {}
    kept = []
    for row in rows:
        owner = first.setdefault(tuple(row[1:]), row[0])
        if row[1] == "model" or owner == row[0]:
            kept.append(row)
        else:
            again.setdefault((row[0], owner), []).append(row[1])
    for (experiment, owner), systems in again.items():
        kept.append([experiment, ", ".join(systems), f"as {owner}", *[""] * (len(rows[0]) - 3)])
    order = list(dict.fromkeys(row[0] for row in rows))
    return sorted(kept, key=lambda row: order.index(row[0]))


def lucky(results: Results) -> str:
    """The tasks in which the whole interval of shuffled pairs is better than chance."""
    found = []
    for experiment in results.experiments:
        for c in COLUMNS:
            cell = results.value(experiment, "shuffled", c.task, c.metric)
            if cell is None or every()[c.task].acoustic:
                continue
            recall = c.metric.startswith("r")
            if cell.above if recall else cell.below:
                value, luck = plain(cell.value, c.metric), plain(cell.chance, c.metric)
                found.append(f"{experiment}, {c.task} {c.metric}: {value} (chance {luck})")
    return (
        "Shuffled pairs: numbers in tasks between pictures and words whose whole interval is better"
        f" than chance: {'; '.join(found) or 'none'}."
    )


def plain(value: float, metric: str) -> str:
    """The value of a metric without a unit: `12`, `40.1`."""
    return shown(value, metric).removesuffix(" %")


def table(heading: list[str], rows: list[list[str]]) -> list[str]:
    """Lines of a Markdown table, and an empty one after it."""
    lines = [heading, ["---"] * len(heading), *rows]
    return [f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines] + [""]
