"""ABX by cells in the tables of numbers: the mean of word pairs, resampled over words.

The mean is over ordered pairs of words, so an interval generalises to other words. A draw of words
holds a pair as often as the product of the counts of its two words (the bootstrap of the nodes of a
network, Snijders & Borgatti 1999). Talkers and pictures stay those of the test set.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from seesay.schemas.scoring import ABX
from seesay.scoring.abx import NEIGHBOURS
from seesay.scoring.intervals import FLOORS
from seesay.scoring.memberships import Factor
from seesay.scoring.metrics_tables import Measured
from seesay.scoring.resampling import Factors, draws
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.ranking import Floats, Integers

METRIC = "right"  # of the triplets, in percent
COLUMNS = ["task", "word", "other", "score", "triplets", "neighbour"]


@dataclass(frozen=True)
class Scores:
    """The word pairs of one run and task, (pairs,) each, as positions in `words`."""

    words: list[str]
    word: Integers
    other: Integers
    score: Floats
    triplets: int


def measured(paths: Sequence[Path], settings: MetricsSettings) -> Iterator[Measured]:
    """Each experiment's tasks, from tables of ABX: one path for each experiment, system, seed and
    fold.

    Raises InputError if two systems were scored on different pairs.
    """
    runs: dict[tuple[str, str], dict[tuple[str, int], Scores]] = {}
    frame = pooled(tables.read(ABX, list(paths)))
    for (experiment, system, seed), part in frame.groupby(["experiment", "system", "seed"]):
        for task, scores in scored(part):
            runs.setdefault((str(experiment), task), {})[str(system), int(str(seed))] = scores
    for (experiment, task), those in sorted(runs.items()):
        (whose, first), *_ = those.items()
        for key, run in those.items():
            if not _alike(first, run):
                raise InputError(
                    f"{task} of {experiment}: {whose[0]} (seed {whose[1]}) and {key[0]} (seed"
                    f" {key[1]}) were asked other pairs of words; delete both tables abx.parquet"
                    " and make them again"
                )
        units = len(first.words)
        enough = units >= FLOORS["words"]
        factor = Factor(units, first.word)
        factors = Factors({"words": units}, first.words, (factor,), settings if enough else None)
        found: dict[str, dict[int, Floats]] = {}
        for (system, seed), run in those.items():
            found.setdefault(system, {})[seed] = resampled(run, factors)[None, None]
        where = {"experiment": experiment, "task": task, "gallery": "test"}
        size = {"gallery_size": 2, "queries": first.triplets}
        yield Measured(where, size, (METRIC,), factors, found, np.array([50.0]))


def pooled(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of ABX; a pair of words scored in several folds has the mean score."""
    if not frame.duplicated(list(ABX.key)).any():
        return frame
    found = frame.groupby(list(ABX.key), as_index=False)
    return found.agg({"score": "mean", "triplets": "sum", "neighbour": "first"})


def scored(frame: pd.DataFrame) -> Iterator[tuple[str, Scores]]:
    """The tasks of one run's ABX; tasks by form also with only neighbours as B."""
    for task, part in frame.groupby("task"):
        yield str(task), _scores(part)
        near = part[part["neighbour"]]
        if task in NEIGHBOURS and len(near):
            yield NEIGHBOURS[str(task)], _scores(near)


def resampled(run: Scores, factors: Factors) -> Floats:
    """The mean of the pairs in percent for each draw of words, (1 + resamples,).

    A draw without any pair repeats the value of the draw before it.
    """
    (factor,) = factors.parts
    total, there = (np.zeros((factor.units, factor.units)) for _ in range(2))
    total[run.word, run.other] = run.score
    there[run.word, run.other] = 1.0
    parts = []
    for held in draws(factor.units, factors.settings):
        sums, sizes = (((held @ table) * held).sum(axis=1) for table in (total, there))
        parts.append(np.divide(sums, sizes, out=np.full(len(held), np.nan), where=sizes > 0))
    found = np.concatenate(parts)
    last = np.maximum.accumulate(np.where(np.isnan(found), 0, np.arange(len(found))))
    filled: Floats = 100.0 * found[last]
    return filled


def _scores(part: pd.DataFrame) -> Scores:
    both = part[["word", "other"]].to_numpy(dtype=str)
    words, number = np.unique(both, return_inverse=True)
    word, other = number.reshape(both.shape).T
    return Scores(
        words.tolist(), word, other, part["score"].to_numpy(), int(part["triplets"].sum())
    )


def _alike(one: Scores, other: Scores) -> bool:
    pairs = ((one.word, other.word), (one.other, other.other))
    return one.words == other.words and all(np.array_equal(a, b) for a, b in pairs)
