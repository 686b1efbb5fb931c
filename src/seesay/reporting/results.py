"""The numbers of all systems, as the report and the study read and show them."""

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from seesay.planning.experiments import ordered
from seesay.scoring import intervals
from seesay.scoring.names import HUMAN, MAIN_METRIC, SYSTEMS
from seesay.shared.errors import InputError

METRIC_COLUMNS = (
    "experiment system seed task gallery gallery_size queries metric value ci_low ci_high over"
    " units chance"
)
DIFFERENCE_COLUMNS = (
    "experiment system task gallery metric difference ci_low ci_high over units p p_holm"
)


@dataclass(frozen=True)
class Value:
    """A metric of one system: sizes of gallery and queries, value, 95 % interval, and chance.

    `over` is what the interval generalises to, and `units` the number of each; the ends are None
    if these are too few (`intervals.refusal`).
    """

    gallery_size: int
    queries: int
    value: float
    low: float | None
    high: float | None
    chance: float
    over: str = ""
    units: str = ""

    @property
    def above(self) -> bool:
        """Whether the whole interval is above chance."""
        return self.low is not None and self.low > self.chance

    @property
    def below(self) -> bool:
        """Whether the whole interval is below chance."""
        return self.high is not None and self.high < self.chance


@dataclass(frozen=True)
class Difference:
    """The model's metric minus a control's, with its paired 95 % interval, as in `Value`.

    `p` is the p-value; `holm` is the p-value after Holm's adjustment for all differences of the
    table with the same gallery and metric.
    """

    value: float
    low: float | None
    high: float | None
    over: str = ""
    units: str = ""
    p: float | None = None
    holm: float | None = None

    @property
    def above(self) -> bool:
        """Whether the whole interval is above zero."""
        return self.low is not None and self.low > 0

    @property
    def below(self) -> bool:
        """Whether the whole interval is below zero."""
        return self.high is not None and self.high < 0

    @classmethod
    def of(cls, row: dict[str, str]) -> "Difference":
        """The difference of a row of differences.tsv or experiments.tsv."""
        low, high, p, holm = (number(row[name]) for name in ("ci_low", "ci_high", "p", "p_holm"))
        return cls(float(row["difference"]), low, high, row["over"], row["units"], p, holm)


@dataclass(frozen=True)
class Results:
    """The numbers of metrics.tsv and differences.tsv.

    Keys are (experiment, system, seed, task, gallery, metric), for differences without the seed.
    The seed is a number as text, or "mean" over the seeds.
    """

    values: dict[tuple[str, str, str, str, str, str], Value]
    differences: dict[tuple[str, str, str, str, str], Difference]
    experiments: list[str]
    galleries: list[str]
    seeds: list[str]

    @classmethod
    def read(
        cls,
        metrics: Path,
        differences: Path | None,
        experiments: Iterable[str] = (),
        galleries: Collection[str] = (),
    ) -> "Results":
        """Read the tables; `experiments` (in their order) and `galleries` are those of the config.

        Raises InputError if a column or the model is missing.
        """
        numbers = read_rows(metrics, METRIC_COLUMNS)
        pairs = read_rows(differences, DIFFERENCE_COLUMNS) if differences else []
        values = {
            (r["experiment"], r["system"], r["seed"], r["task"], r["gallery"], r["metric"]): Value(
                int(r["gallery_size"]),
                int(r["queries"]),
                float(r["value"]),
                number(r["ci_low"]),
                number(r["ci_high"]),
                float(r["chance"]),
                r["over"],
                r["units"],
            )
            for r in numbers
        }
        paired = {
            (r["experiment"], r["system"], r["task"], r["gallery"], r["metric"]): Difference.of(r)
            for r in pairs
        }
        if not any(key[1:3] == ("model", "mean") for key in values):
            raise InputError(f"{metrics}: no row of the system model with seed mean; make it again")
        seeds = sorted({key[2] for key in values} - {"mean"}, key=lambda s: (len(s), s))
        # The paper's tables use the gallery of the test pictures. ABX and grounding have no other
        # gallery, even if a run searches the whole corpus only.
        there = {key[4] for key in values if key[3] not in HUMAN}
        places = sorted(there, key=lambda g: (g not in galleries, g != "test", g))
        found = {key[0] for key in values}
        names = [*(name for name in experiments if name in found), *sorted(found)]
        return cls(values, paired, ordered(names), places, seeds)

    def gallery(self, task: str) -> str:
        """The gallery that pages show for a task: its first in `galleries`, or ""."""
        return self.searched.get(task, "")

    @cached_property
    def searched(self) -> dict[str, str]:
        """The gallery that pages show for each task."""
        pairs = {(key[3], key[4]) for key in self.values}
        return {task: g for g in reversed(self.galleries) for task, place in pairs if place == g}

    @property
    def over(self) -> str:
        """The units that intervals generalise to, in tasks with pictures or else in ABX.

        For example `over 100 pictures x 3 seeds` or `(no interval: 12 pictures, fewer than 20)`.
        """
        return self._over("pictures") or self._over("words")

    @property
    def over_abx(self) -> str:
        """The same for ABX in a run that also has tasks with pictures; else ""."""
        return self._over("words") if self._over("pictures") else ""

    def _over(self, rests: str) -> str:
        """The units of the model's first interval whose first factor is `rests`."""
        for (_, system, seed, task, gallery, _), found in self.values.items():
            first = found.over.partition(" x ")[0]
            if (system, seed, first) == ("model", "mean", rests) and gallery == self.gallery(task):
                said = intervals.said(found.over, found.units)
                return f"({said})" if intervals.refusal(found.over, found.units) else said
        return ""

    def value(
        self, experiment: str, system: str, task: str, metric: str, seed: str = "mean"
    ) -> Value | None:
        """A metric in the task's gallery."""
        return self.values.get((experiment, system, seed, task, self.gallery(task), metric))

    def difference(
        self, experiment: str, system: str, task: str, metric: str = MAIN_METRIC
    ) -> Difference | None:
        """The model minus a control in the task's gallery."""
        return self.differences.get((experiment, system, task, self.gallery(task), metric))

    def systems(
        self, experiment: str, task: str, metric: str, gallery: str | None = None
    ) -> dict[str, Value]:
        """All systems that have a metric, in the order of pages; by default in `gallery(task)`."""
        place = self.gallery(task) if gallery is None else gallery
        keys = {system: (experiment, system, "mean", task, place, metric) for system in SYSTEMS}
        return {system: self.values[key] for system, key in keys.items() if key in self.values}


def shown(value: float, metric: str) -> str:
    """A metric's value: ranks with at most one decimal, R@k in percent with one."""
    if metric.startswith("r"):
        return f"{value:.1f} %"
    return f"{value:,.1f}".removesuffix(".0")


def interval(low: float | None, high: float | None, metric: str, signed: bool = False) -> str:
    """An interval in brackets, without a unit; `[–]` if there is none."""
    if low is None or high is None:
        return "[–]"
    ends = [shown(end, metric).removesuffix(" %") for end in (low, high)]
    return f"[{', '.join(_sign(end) if signed else end for end in ends)}]"


def cell(value: Value, metric: str) -> dict[str, str]:
    """A cell of a table: the value as `text`, and its `interval`."""
    return {
        "text": shown(value.value, metric),
        "interval": interval(value.low, value.high, metric),
    }


def kind(value: Value | Difference) -> str:
    """`above` or `below` if the whole interval is above or below chance (or zero), else `even`."""
    return "above" if value.above else "below" if value.below else "even"


def difference(pair: Difference, metric: str) -> str:
    """A signed difference with its interval, in percentage points or ranks."""
    value = _sign(shown(pair.value, metric).removesuffix(" %"))
    unit = " points" if metric.startswith("r") else ""
    return f"{value}{unit} {interval(pair.low, pair.high, metric, signed=True)}"


def listed(names: list[str]) -> str:
    """Names in a sentence: `a`, `a and b`, `a, b and c`."""
    said = [name if name in ("chance", "shuffled pairs") else f"the {name}" for name in names]
    said = [f"{name} net" if name == "the untrained" else name for name in said]
    return " and ".join(part for part in (", ".join(said[:-1]), *said[-1:]) if part)


def _sign(number: str) -> str:
    if number.startswith("-"):
        return number.replace("-", "\N{MINUS SIGN}")
    return number if float(number.replace(",", "")) == 0 else f"+{number}"


def number(text: str) -> float | None:
    """A cell's number; None if the cell is empty."""
    return float(text) if text else None


def read_rows(path: Path, columns: str) -> list[dict[str, str]]:
    """The rows of a table as text. Raises InputError if a column is missing."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        missing = set(columns.split()) - set(rows.fieldnames or [])
        if missing:
            raise InputError(f"{path}: no column {min(missing)!r}; make it again (rule metrics)")
        return list(rows)
