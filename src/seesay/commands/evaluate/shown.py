"""The output of `seesay evaluate`: plain text, by task and gallery."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from seesay.reporting.results import Difference, difference, interval, shown
from seesay.scoring import intervals
from seesay.scoring.names import Task, every

SHORT = ("r10", "median_rank")
WIDE = 30  # characters in a column
CLEAR = 0.05


def text(name: str, metrics: pd.DataFrame, differences: pd.DataFrame) -> str:
    """The vectors, the model of each experiment, the differences, and chance.

    `metrics` and `differences` are the tables as `measuring` writes them, empty cells NaN.
    """
    means = metrics[(metrics["seed"] == "mean") & (metrics["system"] == "model")]
    gaps = differences[differences["system"] == "model"]
    order = {task: place for place, task in enumerate(every())}
    keys = means.loc[means["experiment"] == name, ["task", "gallery"]].drop_duplicates()
    lines = list[str]()
    for task, gallery in sorted(
        keys.itertuples(index=False, name=None), key=lambda key: (order[key[0]], key[1] != "test")
    ):
        here = [part[(part["task"] == task) & (part["gallery"] == gallery)]
                for part in (means, gaps)]  # fmt: skip
        lines += [*_table(name, every()[task], gallery, *here), ""]
    lines += [
        "* the interval excludes zero; ** it still does after Holm's adjustment over all"
        " differences by this metric.",
        "Ranks: lower is better; all other metrics: higher is better.",
    ]
    return "\n".join(lines) + "\n"


def _table(
    name: str, task: Task, gallery: str, means: pd.DataFrame, gaps: pd.DataFrame
) -> Iterator[str]:
    """The lines of one task in one gallery."""
    metrics = SHORT if set(SHORT) <= set(task.metrics) else task.metrics
    mine = means[means["experiment"] == name]
    first = mine.iloc[0]
    over = f"intervals over {first['over']}"
    over = intervals.refusal(first["over"], first["units"]) or over
    asked = (
        f"gallery {gallery}, {first['gallery_size']:,} {task.items}; {first['queries']:,} queries"
    )
    if "right" in metrics:
        asked = f"{first['queries']:,} triplets"
    yield f"{task.title}: {asked}; {over}"
    yield _line("", [task.metric(metric) for metric in metrics])
    for experiment in means["experiment"].unique():
        rows = means[means["experiment"] == experiment].set_index("metric")
        cells = [_value(rows.loc[metric], metric) for metric in metrics]
        yield _line(experiment, cells) + _apart(first, rows.iloc[0])
        apart = gaps[gaps["other"] == experiment].set_index("metric")
        if len(apart):
            yield _line("  difference", [_gap(apart.loc[metric], metric) for metric in metrics])
    luck = mine.set_index("metric")["chance"]
    yield _line("chance", [shown(luck[metric], metric) for metric in metrics])


def _apart(one: "pd.Series[Any]", other: "pd.Series[Any]") -> str:
    """Why there is no difference between two rows, if so."""
    sizes = (("queries", "other queries"), ("gallery_size", "another gallery"))
    said = [f"{what}: {other[column]:,}" for column, what in sizes if one[column] != other[column]]
    return f"  ({'; '.join(said)})" if said else ""


def _line(name: str, cells: Sequence[str]) -> str:
    return f"  {name:21} {''.join(f'{cell:{WIDE}}' for cell in cells)}".rstrip()


def _value(row: "pd.Series[Any]", metric: str) -> str:
    low, high = (_there(row, end) for end in ("ci_low", "ci_high"))
    ends = "" if low is None else f" {interval(low, high, metric)}"
    return shown(row["value"], metric) + ends


def _gap(row: "pd.Series[Any]", metric: str) -> str:
    pair = Difference(row["difference"], _there(row, "ci_low"), _there(row, "ci_high"))
    if pair.low is None:
        return difference(pair, metric).partition(" [")[0]
    holm = _there(row, "p_holm")
    mark = " **" if holm is not None and holm < CLEAR else " *"
    return difference(pair, metric) + (mark if pair.above or pair.below else "")


def _there(row: "pd.Series[Any]", name: str) -> float | None:
    value = row[name]
    return None if pd.isna(value) else float(value)
