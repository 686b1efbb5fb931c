"""Charts of the page as separate figures: the answer, the training, where it works."""

from collections.abc import Mapping, Sequence

from seesay.reporting.charts import Spec, standalone
from seesay.reporting.runs import Context

Charts = Mapping[str, Spec]


def answer_figure(experiments: Sequence[Context], charts: Charts) -> str:
    """The answer's charts of the described experiments as one SVG."""
    parts = {}
    for experiment in experiments:
        tasks = experiment["tasks"]
        rows = [[(task["name"], charts[name]) for name in task["charts"]] for task in tasks]
        parts[experiment["name"]] = rows
    return standalone(parts)


def training_figure(experiments: Sequence[Context], charts: Charts) -> str:
    """The training's charts of the described experiments as one SVG, two in a row."""
    parts = {}
    for experiment in experiments:
        curves = [(curve["title"], charts[curve["chart"]]) for curve in experiment["curves"]]
        parts[experiment["name"]] = _pairs(curves)
    return standalone(parts)


def where_figure(experiments: Sequence[Context], charts: Charts) -> str:
    """Where it works, of the described experiments, as one SVG, long charts last."""
    parts = {}
    for experiment in experiments:
        where = experiment["where"]
        kinds = sorted(where["kinds"], key=lambda kind: kind["groups"])
        drawn = [(kind["title"], charts[kind["chart"]]) for kind in kinds]
        if where["curve"]:
            drawn.insert(-1, ("Learning curve", charts[where["curve"]]))
        parts[experiment["name"]] = _pairs(drawn)
    return standalone(parts)


def _pairs(titled: list[tuple[str, Spec]]) -> list[list[tuple[str, Spec]]]:
    return [titled[i : i + 2] for i in range(0, len(titled), 2)]
