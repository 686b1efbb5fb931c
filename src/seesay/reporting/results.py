"""The numbers of all systems, as the report, the study and others read and show them."""

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from seesay.planning.experiments import ordered
from seesay.scoring import intervals
from seesay.scoring.names import HUMAN, MAIN_METRIC
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
    """A metric of one system: what was ranked, the value, its 95 % interval, and chance.

    `over` is what the interval generalises to, `units` how many there are of each; the ends are
    None where these are too few (`intervals.refusal` says it).
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
    """The model's metric minus a control's, with its paired 95 % interval, as `Value` has one.

    `p` is its p-value, `holm` that of Holm among all of the table by this gallery and metric.
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
        """That of a row of differences.tsv or experiments.tsv."""
        low, high, p, holm = (number(row[name]) for name in ("ci_low", "ci_high", "p", "p_holm"))
        return cls(float(row["difference"]), low, high, row["over"], row["units"], p, holm)


@dataclass(frozen=True)
class Results:
    """Everything in metrics.tsv and differences.tsv, by name.

    Keys are (experiment, system, seed, task, gallery, metric) and the same without seed; the
    seed is a number's text, or "mean" over the seeds.
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
        """Read the tables; `experiments` and `galleries` are the config's, the former in its order.

        Raises InputError when a column, or the model, is missing.
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
        # The test pictures' gallery is the one behind the paper's tables. ABX and grounding know no
        # other, also where a run searches the whole corpus alone.
        there = {key[4] for key in values if key[3] not in HUMAN}
        places = sorted(there, key=lambda g: (g not in galleries, g != "test", g))
        found = {key[0] for key in values}
        names = [*(name for name in experiments if name in found), *sorted(found)]
        return cls(values, paired, ordered(names), places, seeds)

    def gallery(self, task: str) -> str:
        """The gallery that pages show of a task: the first of `galleries` that it searches.

        "" of a task that searches none of them.
        """
        return self.searched.get(task, "")

    @cached_property
    def searched(self) -> dict[str, str]:
        """The gallery that pages show of each task."""
        pairs = {(key[3], key[4]) for key in self.values}
        return {task: g for g in reversed(self.galleries) for task, place in pairs if place == g}

    @property
    def over(self) -> str:
        """What the intervals of tasks by pictures generalise to, or else those of ABX.

        `over 100 pictures x 3 seeds`, or `(12 pictures: below 20 there is no interval)`.
        """
        return self._over("pictures") or self._over("words")

    @property
    def over_abx(self) -> str:
        """The same of ABX beside tasks by pictures; "" where either is not there."""
        return self._over("words") if self._over("pictures") else ""

    def _over(self, rests: str) -> str:
        """What the model's first interval generalises to whose first factor is `rests`."""
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


def shown(value: float, metric: str) -> str:
    """A metric's value: ranks with at most one decimal, R@k in percent with one."""
    if metric.startswith("r"):
        return f"{value:.1f} %"
    return f"{value:,.1f}".removesuffix(".0")


def interval(low: float | None, high: float | None, metric: str, signed: bool = False) -> str:
    """An interval in brackets, without a unit; `[–]` where there is none."""
    if low is None or high is None:
        return "[–]"
    ends = [shown(end, metric).removesuffix(" %") for end in (low, high)]
    return f"[{', '.join(_sign(end) if signed else end for end in ends)}]"


def difference(pair: Difference, metric: str) -> str:
    """A signed difference with its interval: percentage points, or ranks."""
    value = _sign(shown(pair.value, metric).removesuffix(" %"))
    unit = " points" if metric.startswith("r") else ""
    return f"{value}{unit} {interval(pair.low, pair.high, metric, signed=True)}"


def listed(names: list[str]) -> str:
    """Names as one would say them: `a`, `a and b`, `a, b and c`."""
    said = [name if name in ("chance", "shuffled pairs") else f"the {name}" for name in names]
    said = [f"{name} net" if name == "the untrained" else name for name in said]
    return " and ".join(part for part in (", ".join(said[:-1]), *said[-1:]) if part)


def _sign(number: str) -> str:
    if number.startswith("-"):
        return number.replace("-", "\N{MINUS SIGN}")
    return number if float(number.replace(",", "")) == 0 else f"+{number}"


def number(text: str) -> float | None:
    """A cell's number; None where it is empty."""
    return float(text) if text else None


def read_rows(path: Path, columns: str) -> list[dict[str, str]]:
    """The rows of a table, as text; the caller converts."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        missing = set(columns.split()) - set(rows.fieldnames or [])
        if missing:
            raise InputError(f"{path}: no column {min(missing)!r}; make it again (rule metrics)")
        return list(rows)
