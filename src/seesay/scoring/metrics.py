"""From ranks to the tables of numbers: metrics, chance, intervals, differences."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from seesay.planning.experiments import ordered
from seesay.schemas.scoring import GROUNDING, HUMAN_RANKS, RANKS
from seesay.scoring import abx_metrics
from seesay.scoring.metrics_tables import ENDS, PS, Measured, Numbers, write
from seesay.scoring.rank_metrics import METRICS, of_ranks
from seesay.scoring.resampling import Factors, by_picture, by_word_and_talker, weights
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables
from seesay.shared.columns import Table
from seesay.shared.errors import InputError
from seesay.shared.ranking import Floats, Integers

GROUNDED = ("pointing", "iou")
COLUMNS = ["experiment", "system", "seed", "task", "gallery", "gallery_size", "queries", "metric"]
Summary = Callable[[pd.DataFrame, Integers, Floats, bool], Floats]
Resample = Callable[[pd.DataFrame, MetricsSettings], Factors]  # of a run's queries
# A table of judged queries, its files, the names and functions of its metrics, its resampling.
Kind = tuple[Table, Sequence[Path], tuple[str, ...], Summary, Resample]


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

    metrics.tsv has one row per seed and a row "mean" (over seeds) for each experiment, system,
    task, gallery and metric: ranks from 1, r1 to r25 in percent, with a 95 % interval, what it
    generalises to (`over`, and the `units` of each), and chance for this very gallery.
    differences.tsv has the model minus each control, as a mean over seeds, from the same resamples
    for both (paired). experiments.tsv has the model of one experiment minus that of an earlier one,
    for each pair with the same test pictures. Both have p-values, and Holm's over all rows of a
    gallery and metric. Below the floors of `seesay.scoring.intervals` these cells are empty.
    Experiments stand in `order`, others by name after them. Tables `grounding` add tasks with
    pointing and iou, in percent; tables `human` add tasks with intervals over words and talkers;
    tables `abx` add tasks with intervals over words.

    Raises InputError when two systems were ranked on different queries.
    """
    numbers = Numbers()
    for task in measured(ranks, settings, grounding, human, abx):
        numbers.add(task)
    there = sorted({row["experiment"] for row in numbers.rows})
    order = ordered([*order, *there])
    numbers.compare(order)
    write(metrics, numbers.rows, [*COLUMNS, "value", *ENDS, "chance"], order)
    names_of_pairs = [name for name in COLUMNS if name not in ("seed", "gallery_size", "queries")]
    write(differences, numbers.paired, [*names_of_pairs, "difference", *ENDS, *PS], order)
    names_of_pairs[1] = "other"
    write(experiments, numbers.beside, [*names_of_pairs, "difference", *ENDS, *PS], order)


def measured(
    ranks: Sequence[Path],
    settings: MetricsSettings,
    grounding: Sequence[Path] = (),
    human: Sequence[Path] = (),
    abx: Sequence[Path] = (),
) -> Iterator[Measured]:
    """Every task of every experiment and gallery, from the tables that `measure` takes.

    Raises InputError when two systems were ranked on different queries.
    """
    kinds: list[Kind] = [(RANKS, ranks, METRICS, of_ranks, by_picture)]
    if grounding:
        kinds.append((GROUNDING, grounding, GROUNDED, _of_grounding, by_picture))
    if human:
        kinds.append((HUMAN_RANKS, human, METRICS, of_ranks, by_word_and_talker))
    for kind in kinds:
        yield from _judged(*kind, settings)
    yield from abx_metrics.measured(abx, settings)


def _judged(
    table: Table,
    paths: Sequence[Path],
    names: tuple[str, ...],
    summary: Summary,
    resample: Resample,
    settings: MetricsSettings,
) -> Iterator[Measured]:
    """The tasks of a table of judged queries, over all of its files."""
    frame = tables.read(table, list(paths))
    for (experiment, task, gallery), part in frame.groupby(["experiment", "task", "gallery"]):
        where = {"experiment": experiment, "task": task, "gallery": gallery}
        runs = runs_of(part, where)
        first = next(iter(runs.values()))
        factors = resample(first, settings)
        # The mean, since some queries leave more items out than others.
        size = {"gallery_size": round(first["gallery_size"].mean()), "queries": len(first)}
        main = factors.parts[0]
        luck = summary(main.rows(first), main.unit, weights(main, None), True)
        found = _sampled(runs, factors, summary)
        yield Measured(where, size, names, factors, found, luck[:, 0])


def _of_grounding(run: pd.DataFrame, image: Integers, weights: Floats, by_chance: bool) -> Floats:
    """The means in percent of GROUNDED, or those of chance, (2, samples)."""
    names = [f"{name}_chance" if by_chance else name for name in GROUNDED]
    images = weights.shape[1]
    queries = weights @ np.bincount(image, minlength=images)
    sums = [weights @ np.bincount(image, run[name], minlength=images) for name in names]
    return 100.0 * np.stack(sums) / queries


def runs_of(part: pd.DataFrame, where: dict[str, object]) -> dict[tuple[str, int], pd.DataFrame]:
    """The rows of each (system, seed).

    Raises InputError unless all have the same queries and galleries, in the same order.
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


def _sampled(
    runs: dict[tuple[str, int], pd.DataFrame], factors: Factors, summary: Summary
) -> dict[str, dict[int, Floats]]:
    """The samples of each system and seed, (factors, metrics, 1 + resamples)."""
    found: dict[str, dict[int, list[Floats]]] = {}
    for factor in factors.parts:
        held = weights(factor, factors.settings)
        for (system, seed), run in runs.items():
            samples = summary(factor.rows(run), factor.unit, held, False)
            found.setdefault(system, {}).setdefault(seed, []).append(samples)
    return {
        system: {seed: np.stack(samples) for seed, samples in own.items()}
        for system, own in found.items()
    }
