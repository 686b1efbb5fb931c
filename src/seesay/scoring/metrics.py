"""From ranks to the tables of numbers: median and mean rank, R@k, chance, intervals.

Ties are scored by expectation under random tie-breaking, so a net that gives everything the
same embedding scores exactly chance. R@k is the hit rate: the share of queries whose first
relevant item is at rank k or better.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.planning.experiments import ordered
from seesay.schemas.scoring import GROUNDING, HUMAN_RANKS, RANKS, RECALLS
from seesay.scoring import abx_metrics
from seesay.scoring.metrics_tables import ENDS, PS, Measured, Numbers, write
from seesay.scoring.resampling import Factors, by_picture, by_word_and_talker, weights
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables
from seesay.shared.columns import Table
from seesay.shared.errors import InputError
from seesay.shared.ranking import Floats, Integers, Ranks

METRICS = ("median_rank", "mean_rank", "r1", "r5", "r10", "r25")
GROUNDED = ("pointing", "iou")
COLUMNS = ["experiment", "system", "seed", "task", "gallery", "gallery_size", "queries", "metric"]
Summary = Callable[[pd.DataFrame, Integers, Floats, bool], Floats]
Resample = Callable[[pd.DataFrame, MetricsSettings], Factors]  # of a run's queries
# A table of judged queries, its files, the names of its metrics, what makes them and intervals.
Kind = tuple[Table, Sequence[Path], tuple[str, ...], Summary, Resample]
SLACK = 1e-9  # a share of queries within this of one half is one half
CELLS = 4_000_000  # of the largest array held while walking up the ranks


def measure(
    ranks: Sequence[Path],
    metrics: Path,
    differences: Path,
    experiments: Path,
    settings: MetricsSettings,
    grounding: Sequence[Path] = (),
    order: Sequence[str] = (),
    human: Sequence[Path] = (),
    abx: Sequence[Path] = (),
) -> None:
    """Write `metrics.tsv`, `differences.tsv` and `experiments.tsv` from all systems' ranks.

    metrics.tsv has a row a seed and a row "mean" (over seeds) for each experiment, system, task,
    gallery and metric: ranks from 1, r1 to r25 in percent, with a 95 % interval, what it
    generalises to (`over`, and the `units` of each), and chance for this very gallery.
    differences.tsv has the model minus each control, mean over seeds, from the same resamples for
    both (paired), and experiments.tsv the model of one experiment minus that of another before it,
    for each pair with the same test pictures; both with p-values, and Holm's of all rows of a
    gallery and metric. Below the floors of `seesay.scoring.intervals` these cells are empty.
    Experiments stand in `order`, others by name behind them. The tables `grounding`, where there
    are any, add their tasks with pointing and iou, in percent, the tables `human` theirs, whose
    intervals generalise to words and talkers, and the tables `abx` theirs, whose intervals do to
    words.

    Raises InputError when two systems were ranked on different queries.
    """
    numbers = Numbers()
    kinds: list[Kind] = [(RANKS, ranks, METRICS, _of_ranks, by_picture)]
    if grounding:
        kinds.append((GROUNDING, grounding, GROUNDED, _of_grounding, by_picture))
    if human:
        kinds.append((HUMAN_RANKS, human, METRICS, _of_ranks, by_word_and_talker))
    for kind in kinds:
        for task in _judged(*kind, settings):
            numbers.add(task)
    for task in abx_metrics.measured(abx, settings):
        numbers.add(task)
    there = sorted({row["experiment"] for row in numbers.rows})
    order = ordered([*order, *there])
    numbers.compare(order)
    write(metrics, numbers.rows, [*COLUMNS, "value", *ENDS, "chance"], order)
    names_of_pairs = [name for name in COLUMNS if name not in ("seed", "gallery_size", "queries")]
    write(differences, numbers.paired, [*names_of_pairs, "difference", *ENDS, *PS], order)
    names_of_pairs[1] = "other"
    write(experiments, numbers.beside, [*names_of_pairs, "difference", *ENDS, *PS], order)


def _judged(
    table: Table,
    paths: Sequence[Path],
    names: tuple[str, ...],
    summary: Summary,
    resample: Resample,
    settings: MetricsSettings,
) -> Iterator[Measured]:
    """The tasks of all files of a table of judged queries."""
    frame = tables.read(table, list(paths))
    for (experiment, task, gallery), part in frame.groupby(["experiment", "task", "gallery"]):
        where = {"experiment": experiment, "task": task, "gallery": gallery}
        runs = runs_of(part, where)
        first = next(iter(runs.values()))
        factors = resample(first, settings)
        # Where some queries leave more items out than others: the mean.
        size = {"gallery_size": round(first["gallery_size"].mean()), "queries": len(first)}
        luck = summary(first, factors.parts[0].unit, weights(factors.parts[0], None), True)
        found = _sampled(runs, factors, summary)
        yield Measured(where, size, names, factors, found, luck[:, 0])


def by_chance(run: pd.DataFrame) -> dict[str, float]:
    """The metrics of random ranking for the queries of a run's ranks, by name."""
    pictures, image = np.unique(run["image_id"].to_numpy(dtype=str), return_inverse=True)
    luck = _of_ranks(run, image, np.ones((1, len(pictures))), True)[:, 0]
    return dict(zip(METRICS, luck.tolist(), strict=True))


def _of_ranks(run: pd.DataFrame, image: Integers, weights: Floats, by_chance: bool) -> Floats:
    """The metrics of a run's ranks, or those of chance, as `summarise` gives them."""
    ranks = counts_of(run)
    return summarise(chance(ranks, run["gallery_size"]) if by_chance else ranks, image, weights)


def _of_grounding(run: pd.DataFrame, image: Integers, weights: Floats, by_chance: bool) -> Floats:
    """The means in percent of GROUNDED, or those of chance, (2, samples)."""
    names = [f"{name}_chance" if by_chance else name for name in GROUNDED]
    images = weights.shape[1]
    queries = weights @ np.bincount(image, minlength=images)
    sums = [weights @ np.bincount(image, run[name], minlength=images) for name in names]
    return 100.0 * np.stack(sums) / queries


def summarise(ranks: Ranks, image: Integers, weights: Floats) -> Floats:
    """The metrics, in the order of METRICS, of one or more samples of the images.

    `image` is each query's image, 0 to i - 1; `weights` has shape (samples, i): how often each
    sample holds each image, with all its queries. Returns shape (6, samples): ranks from 1,
    R@k in percent.

    The median is that of the mixture of the queries' rank distributions F: the middle between
    inf{F >= 1/2} and inf{F > 1/2}, which without ties is the ordinary median.
    """
    images = weights.shape[1]
    queries = weights @ np.bincount(image, minlength=images)
    mean = weights @ np.bincount(image, ranks.expected(), minlength=images) / queries
    low, high = np.zeros(len(weights)), np.zeros(len(weights))
    recalls: list[Floats] = []
    for reached in _reached(ranks, image, images, len(weights)):
        share = weights @ reached / queries[:, None]
        if not recalls:
            recalls = [100.0 * share[:, k - 1] for k in RECALLS]
        # Ranks that half of the queries have not reached.
        low += (share < 0.5 - SLACK).sum(axis=1)
        high += (share <= 0.5 + SLACK).sum(axis=1)
        if (share[:, -1] > 0.5 + SLACK).all():
            break
    return np.stack([1.0 + (low + high) / 2.0, mean, *recalls])


def chance(ranks: Ranks, gallery_size: pd.Series | NDArray[np.integer]) -> Ranks:
    """The ranks of the same queries if everything in their galleries were tied."""
    irrelevant = np.asarray(gallery_size, dtype=np.int64) - ranks.relevant
    return Ranks(np.zeros_like(irrelevant), irrelevant, ranks.relevant, ranks.relevant)


def _reached(ranks: Ranks, image: Integers, images: int, samples: int) -> Iterator[Floats]:
    """Walk up the ranks 1, 2, ... in blocks of b, yielding arrays of shape (images, b).

    Element (i, x) is the expected number of image i's queries whose first relevant item is at
    rank x or better. With t irrelevant and r relevant items tied below `better` others, the
    chance that none of the first j tied places holds a relevant item is hypergeometric:
    product over i < j of (t - i) / (t + r - i).
    """
    sure = ranks.tied == 0
    sure_rank, sure_image = ranks.better[sure] + 1, image[sure]
    # Queries of an image that are alike are computed once.
    columns = [image, ranks.better, ranks.tied, ranks.tied_relevant]
    alike, number = np.unique(np.stack(columns)[:, ~sure], axis=1, return_counts=True)
    owner, better, tied, tied_relevant = alike[:, :, None]
    present, starts = np.unique(owner, return_index=True)
    missed = np.ones((alike.shape[1], 1))
    counted = np.zeros((images, 1))
    block = int(np.clip(CELLS // (samples + images + len(missed)), max(RECALLS), 4096))
    for first in range(1, int((ranks.better + ranks.tied).max(initial=0)) + 2, block):
        here = (sure_rank >= first) & (sure_rank < first + block)
        cell = sure_image[here] * block + sure_rank[here] - first
        mass = np.bincount(cell, minlength=images * block).reshape(images, block)
        reached = counted + mass.cumsum(axis=1)
        counted = reached[:, -1:].copy()
        if len(missed):
            place = np.arange(first - 1, first - 1 + block) - better
            inside = np.clip(place, 0, tied)
            step = (tied - inside) / (tied + tied_relevant - inside)
            misses = missed * np.cumprod(np.where(place == inside, step, 1.0), axis=1)
            missed = misses[:, -1:].copy()
            hits = number[:, None] * (1.0 - misses)
            reached[present] += np.add.reduceat(hits, starts, axis=0)
        yield reached


def runs_of(part: pd.DataFrame, where: dict[str, object]) -> dict[tuple[str, int], pd.DataFrame]:
    """The rows of each (system, seed).

    Raises InputError when they are not of the same queries and galleries, in the same order.
    """
    groups = [run for _, run in part.groupby(["system", "seed"])]
    runs = {(run["system"].iloc[0], run["seed"].iloc[0]): run for run in groups}
    names = ["query", "image_id", "gallery_size"]
    names += ["relevant"] if "relevant" in part else []
    (base, first), *others = [(key, run[names].to_numpy()) for key, run in runs.items()]
    for key, run in others:
        if not np.array_equal(first, run):
            raise InputError(
                f"ranks of {', '.join(map(str, where.values()))}: {base[0]} (seed {base[1]}) and "
                f"{key[0]} (seed {key[1]}) were ranked on different queries or galleries; "
                "delete both and make them again"
            )
    return runs


def counts_of(run: pd.DataFrame) -> Ranks:
    """The counts around the best relevant item, of rows of the table `ranks`."""
    names = ["better", "tied", "tied_relevant", "relevant"]
    return Ranks(*(run[name].to_numpy(dtype=np.int64) for name in names))


def _sampled(
    runs: dict[tuple[str, int], pd.DataFrame], factors: Factors, summary: Summary
) -> dict[str, dict[int, Floats]]:
    """The samples of each system and seed, (factors, metrics, 1 + resamples)."""
    found: dict[str, dict[int, list[Floats]]] = {}
    for factor in factors.parts:
        held = weights(factor, factors.settings)
        for (system, seed), run in runs.items():
            samples = summary(run, factor.unit, held, False)
            found.setdefault(system, {}).setdefault(seed, []).append(samples)
    return {
        system: {seed: np.stack(samples) for seed, samples in own.items()}
        for system, own in found.items()
    }
