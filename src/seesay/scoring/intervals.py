"""Turns standard errors into intervals and p-values, and says what these generalise to.

Percentages have Wilson's interval with an effective number of queries, so that 0 and 100 % have
one, too. Intervals of ranks are on a logarithmic scale; those of differences are Student's.
docs/metrics.md has the simulation behind the floors and the rules.
"""

from collections.abc import Sequence

import numpy as np
from scipy import special

from seesay.shared.ranking import Floats

# Fewer units than this: of pictures, or of human words, no interval; others are not generalised to.
FLOORS = {"pictures": 20, "words": 10, "talkers": 5, "queries": 20}
LEVEL = 0.95
NONE = 1e-9  # of a value: an error below this share of it is none


def over(counts: dict[str, int]) -> str:
    """The factors that an interval generalises to: `pictures x seeds`."""
    return " x ".join(counts)


def units(counts: dict[str, int]) -> str:
    """The number of units of each factor: `100 x 3`."""
    return " x ".join(map(str, counts.values()))


def said(over: str, units: str) -> str:
    """The factors of an interval with their numbers, `over 100 pictures x 3 seeds`, or `refusal`.

    Takes the columns `over` and `units` of metrics.tsv and differences.tsv, as `refusal` does.
    """
    if not over or refusal(over, units):
        return refusal(over, units)
    pairs = zip(units.split(" x "), over.split(" x "), strict=True)
    return "over " + " x ".join(f"{int(count):,} {name}" for count, name in pairs)


def refusal(over: str, units: str) -> str:
    """Why an interval is missing, `no interval: 12 pictures, fewer than 20`; "" if it is not."""
    if not over:
        return ""
    name, count = over.partition(" x ")[0], int(units.partition(" x ")[0])
    floor = FLOORS[name]
    if count >= floor:
        return ""
    one = {"queries": "query"}.get(name, name.removesuffix("s"))
    return f"no interval: {count} {one if count == 1 else name}, fewer than {floor}"


def share(value: Floats, error: Floats, freedom: Floats, fewest: int) -> tuple[Floats, Floats]:
    """Ends of Wilson's intervals of percentages, from the effective number of queries.

    That is the number of independent queries with this error (Korn & Graubard 1998, Survey
    Methodology 24). At 0 and 100 %, where the error is 0, it is `fewest`, such as the number of
    pictures.
    """
    p, t = value / 100.0, _quantile(freedom)
    none = error <= NONE * value
    error = np.where(none, 1.0, error / 100.0)
    bound = (value <= 0.0) | (value >= 100.0)
    # A value from ties alone, like all of the prior's, has no error and is no estimate.
    number = np.where(none, np.where(bound, fewest, np.inf), p * (1.0 - p) / error**2)
    inverse = t**2 / number
    middle = (p + inverse / 2.0) / (1.0 + inverse)
    half = np.sqrt(inverse * p * (1.0 - p) + inverse**2 / 4.0) / (1.0 + inverse)
    low, high = 100.0 * np.maximum(middle - half, 0.0), 100.0 * np.minimum(middle + half, 1.0)
    # Rounding must not move an end past the value itself.
    return np.minimum(low, value), np.maximum(high, value)


def rank(value: Floats, error: Floats, freedom: Floats, size: float) -> tuple[Floats, Floats]:
    """Ends of the intervals of ranks among `size` items, by a factor, clipped to 1 and `size`."""
    factor = np.exp(_quantile(freedom) * error / value)
    return np.maximum(value / factor, 1.0), np.minimum(value * factor, max(size, 1.0))


def gap(
    value: Floats, error: Floats, freedom: Floats, percent: Sequence[bool], fewest: int, same: bool
) -> tuple[Floats, Floats, Floats]:
    """Ends of the intervals of differences, and their p-values (two-sided).

    Percentages with the same difference in all samples (both at 0 %, say) have the error of
    Wilson's interval at 0 % with `fewest` queries, unless both are the `same` thing.
    """
    t = _quantile(freedom)
    least = 100.0 * t / (fewest + t**2)
    error = np.where(np.asarray(percent) & (error <= NONE) & (not same), least, error)
    most = np.where(percent, 100.0, np.inf)
    low, high = np.maximum(value - t * error, -most), np.minimum(value + t * error, most)
    none = error <= NONE
    t_value = np.abs(value) / np.where(none, 1.0, error)
    p = np.where(none, np.where(value == 0.0, 1.0, 0.0), 2.0 * special.stdtr(freedom, -t_value))
    return low, high, np.where(np.isnan(error), np.nan, p)


def holm(p: Floats) -> Floats:
    """Holm's adjusted p-values of a family; NaN does not count as a member."""
    found = np.full(len(p), np.nan)
    there = np.flatnonzero(~np.isnan(p))
    order = there[np.argsort(p[there], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    found[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return found


def _quantile(freedom: Floats) -> Floats:
    """Student's quantile for a two-sided interval at LEVEL."""
    found: Floats = special.stdtrit(freedom, (1.0 + LEVEL) / 2.0)
    return found
