"""From ranks to the tables of numbers: median and mean rank, R@k, chance, intervals.

Ties are scored by expectation under random tie-breaking, so a net that gives everything the
same embedding scores exactly chance. R@k is the hit rate: the share of queries whose first
relevant item is at rank k or better.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay import tables, writing
from seesay.errors import InputError
from seesay.evaluation import RANKS
from seesay.experiments import ordered
from seesay.grounding import GROUNDING
from seesay.human_tables import HUMAN_RANKS
from seesay.randomness import generator
from seesay.ranking import Floats, Integers, Ranks
from seesay.resampling import crossed
from seesay.settings.metrics import MetricsSettings
from seesay.tables import Table

METRICS = ("median_rank", "mean_rank", "r1", "r5", "r10", "r25")
GROUNDED = ("pointing", "iou")
RECALLS = (1, 5, 10, 25)
COLUMNS = ["experiment", "system", "seed", "task", "gallery", "gallery_size", "queries", "metric"]
Summary = Callable[[pd.DataFrame, Integers, Floats, bool], Floats]
# What is resampled of a run's queries: names of units, each query's one, and their weights.
Resample = Callable[[pd.DataFrame, MetricsSettings], tuple[list[str], Integers, Floats]]
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
) -> None:
    """Write `metrics.tsv`, `differences.tsv` and `experiments.tsv` from all systems' ranks.

    metrics.tsv has a row a seed and a row "mean" (over seeds) for each experiment, system, task,
    gallery and metric: ranks from 1, r1 to r25 in percent, with a 95 % percentile interval from
    resampling the test images and chance for this very gallery. differences.tsv has the model
    minus each control, mean over seeds, from the same resamples for both (paired), and
    experiments.tsv the model of one experiment minus that of another before it, for each pair with
    the same test pictures. Experiments stand in `order`, others by name behind them. The tables
    `grounding`, where there are any, add their tasks with pointing and iou, in percent, and the
    tables `human` theirs, whose intervals resample words and talkers.

    Raises InputError when two systems were ranked on different queries.
    """
    rows: list[dict[str, object]] = []
    paired: list[dict[str, object]] = []
    beside: list[dict[str, object]] = []
    kinds: list[Kind] = [(RANKS, ranks, METRICS, _of_ranks, by_picture)]
    if grounding:
        kinds.append((GROUNDING, grounding, GROUNDED, _of_grounding, by_picture))
    if human:
        kinds.append((HUMAN_RANKS, human, METRICS, _of_ranks, by_word_and_talker))
    for table, paths, names, summary, resample in kinds:
        frame = tables.read(table, list(paths))
        order = ordered([*order, *sorted(frame["experiment"].unique())])
        models: dict[tuple[str, str], dict[str, Floats]] = {}
        asked: dict[tuple[str, str, str], list[object]] = {}
        for (experiment, task, gallery), part in frame.groupby(["experiment", "task", "gallery"]):
            where = {"experiment": experiment, "task": task, "gallery": gallery}
            runs = runs_of(part, where)
            first = next(iter(runs.values()))
            units, unit, weights = resample(first, settings)
            # Where some queries leave more items out than others: the mean.
            size = {"gallery_size": round(first["gallery_size"].mean()), "queries": len(first)}
            luck = summary(first, unit, weights[:1], True)[:, 0]
            values: dict[str, list[Floats]] = {}
            for (system, seed), run in runs.items():
                value = summary(run, unit, weights, False)
                values.setdefault(system, []).append(value)
                rows += _rows({**where, "system": system, "seed": seed, **size}, names, value, luck)
            means = {system: np.mean(value, axis=0) for system, value in values.items()}
            for system, mean in means.items():
                labels = {**where, "system": system, "seed": "mean", **size}
                rows += _rows(labels, names, mean, luck)
                if "model" in means and system != "model":
                    paired += _rows({**where, "system": system}, names, means["model"] - mean)
            if "model" in means:
                key = str(task), str(gallery)
                models.setdefault(key, {})[str(experiment)] = means["model"]
                asked[*key, str(experiment)] = [size["gallery_size"], *units]
        for (task, gallery), found in models.items():
            for other, one in combinations([name for name in order if name in found], 2):
                # Queries may differ; what is resampled are their units. In a gallery of another
                # size a rank means something else.
                if asked[task, gallery, one] == asked[task, gallery, other]:
                    where = {"experiment": one, "other": other, "task": task, "gallery": gallery}
                    beside += _rows(where, names, found[one] - found[other])
    _write(metrics, rows, [*COLUMNS, "value", "ci_low", "ci_high", "chance"], order)
    names_of_pairs = [name for name in COLUMNS if name not in ("seed", "gallery_size", "queries")]
    _write(differences, paired, [*names_of_pairs, "difference", "ci_low", "ci_high"], order)
    names_of_pairs[1] = "other"
    _write(experiments, beside, [*names_of_pairs, "difference", "ci_low", "ci_high"], order)


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


def by_picture(run: pd.DataFrame, settings: MetricsSettings) -> tuple[list[str], Integers, Floats]:
    """The pictures of a run's queries, each query's one, and their weights."""
    pictures, image = np.unique(run["image_id"].to_numpy(dtype=str), return_inverse=True)
    return pictures.tolist(), image, image_weights(len(pictures), settings)


def by_word_and_talker(
    run: pd.DataFrame, settings: MetricsSettings
) -> tuple[list[str], Integers, Floats]:
    """The pairs of a word and a talker of a run of HUMAN_RANKS, each query's one, their weights.

    Whose talker is unknown is a talker of its own. Queries that are pictures are resampled as such.
    """
    if (run["word"] == "").all():
        return by_picture(run, settings)
    talker = run["talker"].where(run["talker"] != "", run["query"])
    return crossed(run["word"].to_numpy(str), talker.to_numpy(str), settings)


def image_weights(images: int, settings: MetricsSettings) -> Floats:
    """How often each sample holds each image, shape (1 + resamples, images).

    Row 0 is the images as they are; the others draw as many images with replacement. They depend
    on the seed and the number of images alone, so that systems can be compared in pairs.
    """
    draws = generator("metrics", settings.seed, images).multinomial(
        images, np.full(images, 1.0 / images), size=settings.resamples
    )
    return np.vstack([np.ones(images), draws])


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


def _rows(
    labels: dict[str, object],
    names: Sequence[str],
    value: Floats,
    luck: Floats | None = None,
) -> Iterator[dict[str, object]]:
    """One row a metric; column 0 of `value` is the value, the others are the resamples'."""
    low, high = np.percentile(value[:, 1:], [2.5, 97.5], axis=1)
    for i, metric in enumerate(names):
        row = {**labels, "metric": metric, "ci_low": low[i], "ci_high": high[i]}
        if luck is None:
            yield {**row, "difference": value[i, 0]}
        else:
            yield {**row, "value": value[i, 0], "chance": luck[i]}


def _write(
    path: Path, rows: list[dict[str, object]], columns: list[str], experiments: Sequence[str]
) -> None:
    """Write rows by experiment and other names, seeds by number and "mean" after them."""
    frame = pd.DataFrame(rows, columns=columns)
    order = ["experiment", columns[1], "task", "gallery"]
    if "seed" in columns:
        frame["nth"] = [np.inf if seed == "mean" else seed for seed in frame["seed"]]
        order.insert(2, "nth")
    for name in ("experiment", "other"):
        if name in columns:
            frame[name] = pd.Categorical(frame[name], list(experiments))
    frame = frame.sort_values(order, kind="stable")[columns]
    text = frame.to_csv(sep="\t", index=False, float_format="%.4f", lineterminator="\n")
    writing.write_text(path, text)
