"""Charts of the page as separate figures: the answer, the training, where it works."""

from collections.abc import Mapping, Sequence

from seesay.reporting.charts import Spec, nothing, standalone
from seesay.reporting.runs import Context

Charts = Mapping[str, Spec]


def answer_figure(experiments: Sequence[Context], charts: Charts) -> str:
    """The answer's charts of the described experiments as one SVG."""
    rows = [
        [(task["name"] + _of(experiment, experiments), charts[name]) for name in task["charts"]]
        for experiment in experiments
        for task in experiment["tasks"]
    ]
    return standalone(rows) if rows else nothing()


def training_figure(experiments: Sequence[Context], charts: Charts) -> str:
    """The training's charts of the described experiments as one SVG, two in a row."""
    rows = []
    for experiment in experiments:
        name = _of(experiment, experiments)
        curves = [(c["title"] + name, charts[c["chart"]]) for c in experiment["curves"]]
        rows += [curves[:2], curves[2:]]
    return standalone([row for row in rows if row])


def where_figure(experiments: Sequence[Context], charts: Charts) -> str:
    """Where it works, of the described experiments, as one SVG, long charts last."""
    rows = []
    for experiment in experiments:
        name, where = _of(experiment, experiments), experiment["where"]
        kinds = sorted(where["kinds"], key=lambda kind: kind["groups"])
        drawn = [(kind["title"] + name, charts[kind["chart"]]) for kind in kinds]
        if where["curve"]:
            drawn.insert(-1, (f"Learning curve{name}", charts[where["curve"]]))
        rows += [drawn[i : i + 2] for i in range(0, len(drawn), 2)]
    return standalone(rows) if rows else nothing()


def _of(experiment: Context, experiments: Sequence[Context]) -> str:
    """The experiment's name for a title, if there are several experiments."""
    return f" ({experiment['name']})" if len(experiments) > 1 else ""
