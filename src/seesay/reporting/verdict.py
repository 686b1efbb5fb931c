"""The report's answer: yes, not shown, or no, from the numbers of all systems (docs/answer.md).

A test that finds no difference does not prove that there is none: the answer is then "not shown",
with the smallest difference that this test would detect. "No" needs a whole interval below a bound.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from seesay.reporting.results import (
    Difference,
    Results,
    Value,
    difference,
    interval,
    listed,
    shown,
)
from seesay.scoring import intervals
from seesay.scoring.names import (
    BASELINE,
    CONTROLS,
    MAIN_METRIC,
    MAIN_TASK,
    METRICS,
    MUST,
    SYSTEMS,
    tasks,
)
from seesay.shared.errors import InputError

# Smaller effects do not count as learning: half of a small effect (Cohen 1988), d = 0.1, as an odds
# ratio (Chinn 2000, Statistics in Medicine 19: ln OR = d pi / sqrt 3).
ODDS = 1.2
POWER = 0.8
# The test detects a difference of this many standard errors with that power.
SHOWN = float(stats.norm.ppf(0.975) + stats.norm.ppf(POWER))
CHANCE = "chance"
ONE_SEED = "Only one seed was trained: this holds for this model, not for others trained like it."

Kind = Literal["above", "part", "none", "few"]


@dataclass(frozen=True)
class Gap:
    """The model's R@10 minus that of a control or chance, in points, with its interval.

    `level` is the R@10 of the control or chance. `seeds` is the part of the mean's variance that
    comes from the seeds, 0 with one seed.
    """

    name: str
    value: float
    low: float
    high: float
    level: float
    seeds: float

    @property
    def above(self) -> bool:
        """Whether the model is better, with the whole interval."""
        return self.low > 0

    @property
    def error(self) -> float:
        """The standard error from the lower side of the interval, rather too large than small."""
        return (self.value - self.low) / float(stats.norm.ppf(0.975))

    @property
    def bound(self) -> float:
        """The difference in points at which the odds are `ODDS` times those of the control."""
        share = self.level / 100
        return 100 * ODDS * share / (1 - share + ODDS * share) - self.level

    @property
    def none(self) -> bool:
        """Whether the model is no better: the interval includes 0 and lies below the bound."""
        return not self.above and self.high < self.bound


@dataclass(frozen=True)
class Verdict:
    """The verdict on one task, from R@10.

    The model beats chance or a control if the whole interval of the paired difference is above
    zero; `beaten` and `unbeaten` are their names. `kind` is `above` (all are beaten), `none` (the
    model is no better than `worst`, chance or shuffled pairs, by the bound), `few` (too few
    pictures for an interval) or `part` (not shown). `whole` is False without shuffled pairs.
    """

    task: str
    beaten: list[str]
    unbeaten: list[str]
    kind: Kind
    short: str
    numbers: str
    whole: bool
    worst: Gap | None


def judge(results: Results, experiment: str, task: str) -> Verdict:
    """Compare the model with chance and every control in one task, by R@10."""
    model = model_of(results, experiment, task)
    found = gaps(results, experiment, task)
    beaten, unbeaten = ([gap.name for gap in found if gap.above is kind] for kind in (True, False))
    whole = any(gap.name == SYSTEMS[MUST] for gap in found)
    nothing = [gap for gap in found if gap.name in (CHANCE, SYSTEMS[MUST]) and gap.none]
    kind: Kind
    if refused := intervals.refusal(model.over, model.units):
        kind, short, worst = "few", refused, None
    elif not unbeaten:
        kind, worst = "above", None
        short = "above chance and every control"
        short += "" if whole else " except shuffled pairs, which were not trained"
    elif nothing:
        kind, worst = "none", nothing[-1]
        short = f"no better than {listed([worst.name])}"
    else:
        kind, short = "part", f"not shown to be above {listed(unbeaten)}"
        worst = min((gap for gap in found if not gap.above), key=lambda gap: gap.value)
    pairs = [
        (metric, results.difference(experiment, BASELINE, task, metric))
        for metric in (MAIN_METRIC, "median_rank")
    ]
    numbers = [f"{METRICS[metric]} {difference(pair, metric)}" for metric, pair in pairs if pair]
    return Verdict(task, beaten, unbeaten, kind, short, "; ".join(numbers), whole, worst)


def gaps(results: Results, experiment: str, task: str) -> list[Gap]:
    """The model minus each control, and minus chance; empty without intervals."""
    model = model_of(results, experiment, task)
    if model.low is None or model.high is None:
        return []
    found = []
    for system in CONTROLS:
        pair = results.difference(experiment, system, task)
        other = results.value(experiment, system, task, MAIN_METRIC)
        if pair is None or other is None or pair.low is None or pair.high is None:
            continue
        seeds = _by_seed(results, experiment, task, system)
        ends = pair.value, pair.low, pair.high
        found.append(Gap(SYSTEMS[system], *ends, other.value, _spread(seeds)))
    luck, seeds = model.chance, _by_seed(results, experiment, task)
    ends = model.value - luck, model.low - luck, model.high - luck
    return [*found, Gap(CHANCE, *ends, luck, _spread(seeds))]


def alone(results: Results) -> bool:
    """Whether one seed was trained, so that numbers are of one model and not of its method."""
    return len(results.seeds) == 1


def _by_seed(results: Results, experiment: str, task: str, less: str = "") -> list[float]:
    """The model's R@10 with each seed, minus that of a control with the same seed."""
    found = []
    for seed in results.seeds:
        one = results.value(experiment, "model", task, MAIN_METRIC, seed)
        other = results.value(experiment, less, task, MAIN_METRIC, seed) if less else None
        if one is not None:
            found.append(one.value - (other.value if other else 0.0))
    return found


def _spread(seeds: Sequence[float]) -> float:
    """The variance of a mean over seeds; 0 with one."""
    return float(np.var(seeds, ddof=1) / len(seeds)) if len(seeds) > 1 else 0.0


def answer(results: Results, experiment: str) -> tuple[str, str, str]:
    """The answer in a few words, its kind, and the answer in sentences with its numbers."""
    short, why = short_answer(results, experiment)
    if results.value(experiment, "model", MAIN_TASK, MAIN_METRIC) is None:
        return short, "few", why
    verdict = judge(results, experiment, MAIN_TASK)
    kind = "part" if verdict.kind == "above" and not verdict.whole else verdict.kind
    said = [sentence(results, experiment, verdict), why, ONE_SEED if alone(results) else ""]
    return short, kind, " ".join(filter(None, said))


def short_answer(results: Results, experiment: str) -> tuple[str, str]:
    """The answer in a few words, and the reason if it is not yes, in sentences; else ""."""
    if results.value(experiment, "model", MAIN_TASK, MAIN_METRIC) is None:
        title = tasks()[MAIN_TASK].title
        asked = (results.value(e, "model", MAIN_TASK, MAIN_METRIC) for e in results.experiments)
        cause = f"There are no vectors of words for {title}" if any(asked) else ""
        why = f"{cause or f'The config leaves out {title}'}, the task that decides this."
        return "Not measured: this run cannot say whether it learned words.", why
    verdict = judge(results, experiment, MAIN_TASK)
    return headline(results, experiment, verdict), because(results, experiment, verdict)


def headline(results: Results, experiment: str, verdict: Verdict) -> str:
    """The answer in a few words."""
    if verdict.kind == "few":
        model = model_of(results, experiment, verdict.task)
        count, floor = _pictures(model), intervals.FLOORS["pictures"]
        return f"Not shown: {count} test pictures are too few; the minimum is {floor}."
    it = "this model" if alone(results) else "it"
    if verdict.kind == "none" and verdict.worst is not None:
        return f"No: {it} is no better than {listed([verdict.worst.name])}."
    if verdict.kind == "part":
        return f"Not shown: {it} is not clearly above {listed(verdict.unbeaten)}."
    if not verdict.whole:
        return "Not shown: the deciding control, shuffled pairs, was not trained."
    return f"Yes, {it} learned words."


def sentence(results: Results, experiment: str, verdict: Verdict) -> str:
    """The result of Word Token Search by Image, in a sentence with its numbers."""
    model = model_of(results, experiment, verdict.task)
    text = (
        "Given a fragment of a test picture, a word spoken for that picture is among the 10 "
        f"nearest of {model.gallery_size:,} word tokens in {shown(model.value, MAIN_METRIC)}"
        f" {interval(model.low, model.high, MAIN_METRIC)} of {model.queries:,} queries"
    )
    control = results.value(experiment, BASELINE, verdict.task, MAIN_METRIC)
    pair = results.difference(experiment, BASELINE, verdict.task)
    if control is not None and pair is not None:
        ending = ", so the model is worse" if pair.below else ""
        if not pair.above and pair.high is not None and not pair.below:
            ending = ", which may be zero"
        text += (
            f". With a random projection of the same features it is in"
            f" {shown(control.value, MAIN_METRIC)}, a difference of"
            f" {difference(pair, MAIN_METRIC)}{ending}"
        )
    return f"{text}. Chance is {shown(model.chance, MAIN_METRIC)}."


def because(results: Results, experiment: str, verdict: Verdict) -> str:
    """The reason if the answer is not yes, in sentences: the bound, or what the test detects."""
    model, gap = model_of(results, experiment, verdict.task), verdict.worst
    if verdict.kind == "few":
        return (
            "An interval over so few pictures is meaningless, so the answer is neither yes nor no."
        )
    if gap is None:
        return ""
    seen = difference(Difference(gap.value, gap.low, gap.high), MAIN_METRIC)
    seen = f"Its difference from {listed([gap.name])} is {seen}"
    if verdict.kind == "none":
        return (
            f"{seen}. The whole interval is below the bound of {gap.bound:+.1f} points (odds of a"
            f" hit {ODDS:g} times those of {listed([gap.name])}), and a difference below the bound"
            " does not count as learning."
        )
    base = intervals.said(model.over, model.units).replace("over ", " with ", 1)
    return (
        f"{seen}. A test{base} detects differences of {SHOWN * gap.error:.1f} points or more with"
        f" a power of {100 * POWER:g} %; {wanted(gap, _pictures(model))}."
    )


def wanted(gap: Gap, pictures: int) -> str:
    """The number of pictures that detect the measured difference, with `POWER` and these seeds.

    More pictures reduce the variance between pictures, but not the variance between seeds.
    """
    if gap.value <= 0:
        return "the measured difference is not above zero, so more pictures would not help"
    by_pictures = max(gap.error**2 - gap.seeds, 0.0) * pictures
    left = (gap.value / SHOWN) ** 2 - gap.seeds
    if left <= 0:
        return (
            "no number of pictures detects the measured difference, because the seeds differ too"
            " much; add seeds"
        )
    count = max(by_pictures / left, pictures)
    digits = 10 ** max(math.floor(math.log10(count)) - 1, 0)
    count = math.ceil(count / digits) * digits
    return f"it would take about {count:,} test pictures to detect the measured difference"


def _pictures(model: Value) -> int:
    """The number of test pictures in an interval's resampling; 0 if unknown."""
    return int(model.units.partition(" x ")[0]) if model.units else 0


def model_of(results: Results, experiment: str, task: str) -> Value:
    """The model's R@10. Raises InputError if there is none."""
    value = results.value(experiment, "model", task, MAIN_METRIC)
    if value is None:
        raise InputError(
            f"metrics: no {MAIN_METRIC} of {experiment}, model, {task}; make them again"
        )
    return value
