"""Search between any two arrays of embeddings: ranks, and their metrics with chance and intervals.

The ranks and the inference are those of the stages evaluation and metrics (docs/metrics.md).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from seesay.scoring import intervals
from seesay.scoring.memberships import Labels
from seesay.scoring.rank_metrics import METRICS, chance, counts_of, summarise
from seesay.scoring.resampling import Estimate, Factors, Samples, crossed, estimate, same, weights
from seesay.settings.metrics import MetricsSettings
from seesay.shared import arguments
from seesay.shared.errors import InputError
from seesay.shared.ranking import Floats, Integers, Ranks, count

NAMES = (*METRICS, "mrr")
PERCENT = [not name.endswith("_rank") for name in NAMES]  # MRR counts as one until it is shown
SCALE = np.array([0.01 if name == "mrr" else 1.0 for name in NAMES])
COUNTS = ["better", "tied", "tied_relevant", "relevant"]


def search(
    queries: Any, gallery: Any, relevant: Any, exclude: Any = None, threads: int = 1
) -> pd.DataFrame:
    """Rank a gallery for each query by cosine, and find the first relevant item.

    Args:
        queries: Embeddings, (q, d), finite numbers; computed in float64.
        gallery: Embeddings to search, (n, d).
        relevant: Which items are relevant to which query: bool (q, n); or (q,) integers, the one
            relevant item of each; or a sequence of q arrays of positions, 0 to n - 1.
        exclude: Items left out of a query's gallery, such as the query itself; the same kinds.
        threads: Threads of the matrix products; they change no number.

    Returns:
        A row a query that has a relevant item: `query` (its row), `gallery_size`, `relevant`,
        `better`, `tied` and `tied_relevant` (items more similar than the best relevant one or as
        similar, as in the table `ranks`), and `rank`, from 1: the expected rank of the first
        relevant item under random tie-breaking.

    Raises:
        InputError: For wrong shapes or types, numbers that are not finite, positions outside of
            the gallery, or when no query has anything relevant.
    """
    asked = arguments.floats("queries", queries, ("queries", "d"))
    found = arguments.floats("gallery", gallery, ("items", asked.shape[1]))
    wanted = _positions("relevant", relevant, len(asked), len(found))
    hidden = None if exclude is None else _positions("exclude", exclude, len(asked), len(found))
    kept, ranks = count(
        asked,
        found,
        np.arange(len(asked)),
        wanted,
        hidden=hidden,
        threads=threads,
        description="",
    )
    if not len(kept):
        raise InputError("relevant: no query has a relevant item in its gallery; nothing to rank")
    left_out = np.array([0] * len(asked) if hidden is None else [len(rows) for rows in hidden])
    columns = {name: getattr(ranks, name) for name in ("relevant", *COUNTS[:3])}
    size = len(found) - left_out[kept]
    return pd.DataFrame({"query": kept, "gallery_size": size, **columns, "rank": ranks.expected()})


def measure(
    ranks: pd.DataFrame | Sequence[pd.DataFrame],
    by: Mapping[str, Any] | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Metrics of ranks, each with its chance level and a 95 % interval.

    Args:
        ranks: What `search` returns; a sequence of them is one a seed, of the same queries.
        by: What the intervals generalise to: one or two of `pictures`, `words`, `talkers` and
            `queries`, each with a label for every row of `ranks`, (rows,), or, the first of them,
            with a list of labels for a query of several. Rows of one label are resampled together.
            By default every query is a unit of its own.
        options: Keys of the section `metrics` of a config: resamples, seed.

    Returns:
        A row a metric: median_rank, mean_rank (from 1), r1, r5, r10, r25 (R@k in percent) and mrr
        (mean reciprocal rank, 0 to 1), with the columns value, ci_low, ci_high, chance and over:
        what the interval generalises to, or why there is none (docs/metrics.md).

    Raises:
        InputError: For ranks of different queries, labels of another length or kind, or unknown
            options.
    """
    runs, factors = _prepared("ranks", ranks, by, options)
    found = estimate(factors, _samples(runs, factors))
    low, high = found.around(PERCENT, float(runs[0]["gallery_size"].mean()))
    first = factors.parts[0]
    luck = _metrics(first.rows(runs[0]), first.unit, weights(first, None), True)[:, 0]
    ends = {"value": found.value, "ci_low": low, "ci_high": high, "chance": luck}
    return _table(ends, found)


def compare(
    one: pd.DataFrame | Sequence[pd.DataFrame],
    other: pd.DataFrame | Sequence[pd.DataFrame],
    by: Mapping[str, Any] | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Metrics of `one` minus those of `other`, from the same resamples of the same queries.

    Arguments and errors are those of `measure`. Columns: difference, ci_low, ci_high (95 %), p
    (two-sided) and over.
    """
    runs, factors = _prepared("one", one, by, options)
    others, _ = _prepared("other", other, by, options)
    _refuse_other_queries("other", [runs[0], *others])
    first, second = _samples(runs, factors), _samples(others, factors)
    found = estimate(factors, first, second)
    low, high, p = found.apart(PERCENT, same(first, second))
    table = _table({"difference": found.value, "ci_low": low, "ci_high": high}, found)
    table.insert(3, "p", p)
    return table


def reciprocal(ranks: Ranks) -> Floats:
    """Each query's expected reciprocal of the rank of its first relevant item, (queries,).

    With t irrelevant and r relevant items tied below `better` others, the first relevant one is
    at place j of the tied ones, from 0, with the chance r / (t + r - j) times the product over
    i < j of (t - i) / (t + r - i).
    """
    kinds, number = np.unique(
        np.stack([ranks.better, ranks.tied, ranks.tied_relevant]), axis=1, return_inverse=True
    )
    found = np.empty(kinds.shape[1])
    for kind, (better, tied, relevant) in enumerate(kinds.T):
        place = np.arange(tied + 1)
        missed = (tied - place[:-1]) / (tied + relevant - place[:-1])
        left = np.concatenate([[1.0], np.cumprod(missed)])
        found[kind] = (left * relevant / (tied + relevant - place) / (better + 1 + place)).sum()
    return found[number.ravel()]


def _positions(name: str, given: Any, queries: int, items: int) -> list[Integers]:
    """The positions in the gallery that an argument gives for each query, sorted and distinct."""
    array = np.asarray(given) if hasattr(given, "__array__") else None
    if array is not None and array.dtype == bool:
        return [np.flatnonzero(row) for row in arguments.shaped(name, array, (queries, items))]
    if array is not None and array.dtype != object:
        array = arguments.shaped(name, array, (queries,))
        rows: list[Any] = list(array[:, None])
    else:
        try:
            rows = [np.atleast_1d(np.asarray(row)) for row in given]
        except (TypeError, ValueError) as error:
            raise InputError(
                f"{name}: {type(given).__name__}, expected bool ({queries}, {items}), integers"
                f" ({queries},) or {queries} arrays of positions"
            ) from error
    if len(rows) != queries:
        raise InputError(f"{name}: {len(rows)} entries, expected one for each of {queries} queries")
    found = []
    for query, row in enumerate(rows):
        if row.ndim != 1 or (len(row) and row.dtype.kind not in "iu"):
            raise InputError(
                f"{name}: entry {query} is {row.dtype} of shape {row.shape}, expected integers (n,)"
            )
        outside = row[(row < 0) | (row >= items)]
        if len(outside):
            raise InputError(
                f"{name}: entry {query} has the position {outside[0]}, expected 0 to {items - 1}"
            )
        found.append(np.unique(row).astype(np.int64))
    return found


def _prepared(
    name: str,
    ranks: pd.DataFrame | Sequence[pd.DataFrame],
    by: Mapping[str, Any] | None,
    options: Mapping[str, Any],
) -> tuple[list[pd.DataFrame], Factors]:
    """The runs, one a seed, and what is resampled of their queries."""
    wanted = arguments.settings("options", MetricsSettings, options)
    given = [ranks] if isinstance(ranks, pd.DataFrame) else list(ranks)
    runs = [arguments.frame(name, run, ["query", "gallery_size", *COUNTS]) for run in given]
    if not runs or not len(runs[0]):
        raise InputError(f"{name}: no rows, expected those that search returns")
    _refuse_other_queries(name, runs)
    by = {"queries": runs[0]["query"]} if by is None else by
    if not 1 <= len(by) <= 2 or not set(by) <= set(intervals.FLOORS):
        raise InputError(
            f"by: {', '.join(map(str, by)) or 'nothing'}, expected one or two of"
            f" {', '.join(intervals.FLOORS)}"
        )
    labels = {name: _labels(f"by[{name!r}]", of, len(runs[0])) for name, of in by.items()}
    if any(not isinstance(column, np.ndarray) for column in [*labels.values()][1:]):
        raise InputError("by: only the first may have lists of labels; put it first")
    return runs, crossed(labels, wanted)


def _labels(name: str, given: Any, rows: int) -> Labels:
    """A label for each row, or the distinct labels of each if some row has a list of them."""
    parted = isinstance(given, list | tuple | pd.Series)
    if not parted or not any(isinstance(one, list | tuple) for one in given):
        return arguments.shaped(name, given, (rows,)).astype(str)
    found = [one if isinstance(one, list | tuple) else [one] for one in given]
    if len(found) != rows or not all(found):
        raise InputError(f"{name}: {len(found)} entries, expected {rows}, none of them empty")
    return [sorted({str(label) for label in one}) for one in found]


def _refuse_other_queries(name: str, runs: Sequence[pd.DataFrame]) -> None:
    """Raise InputError unless all runs are of the same queries and galleries."""
    columns = ["query", "gallery_size", "relevant"]
    for place, run in enumerate(runs):
        if not np.array_equal(run[columns].to_numpy(), runs[0][columns].to_numpy()):
            raise InputError(
                f"{name}: run {place} has other queries, galleries or relevant items than the"
                " first, expected the same"
            )


def _samples(runs: Sequence[pd.DataFrame], factors: Factors) -> Samples:
    """By seed, the metrics of the queries and of their resamples, as of `Samples`."""
    found: dict[int, list[Floats]] = {seed: [] for seed in range(len(runs))}
    for factor in factors.parts:
        held = weights(factor, factors.settings)
        for seed, run in enumerate(runs):
            found[seed].append(_metrics(factor.rows(run), factor.unit, held, False))
    return {seed: np.stack(samples) for seed, samples in found.items()}


def _metrics(run: pd.DataFrame, unit: Integers, held: Floats, by_chance: bool) -> Floats:
    """The metrics NAMES, MRR in percent, (metrics, samples); or those of random ranking."""
    ranks = counts_of(run)
    ranks = chance(ranks, run["gallery_size"]) if by_chance else ranks
    units = held.shape[1]
    sums = held @ np.bincount(unit, reciprocal(ranks), minlength=units)
    mrr = 100.0 * sums / (held @ np.bincount(unit, minlength=units))
    return np.concatenate([summarise(ranks, unit, held), mrr[None]])


def _table(columns: Mapping[str, Floats], found: Estimate) -> pd.DataFrame:
    """One row a metric."""
    values = {name: column * SCALE for name, column in columns.items()}
    over = intervals.said(intervals.over(found.counts), intervals.units(found.counts))
    return pd.DataFrame({**values, "over": over}, index=pd.Index(NAMES, name="metric"))
