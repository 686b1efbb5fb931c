"""The scores of a run's segmentation, beside those of other methods and of random boundaries.

Scored are the recordings of test pictures alone: a method may learn from those of the training
pictures. Intervals and differences are of counts that are sums over recordings, resampled by talker
or, with few talkers, by recording. Type, NED and grouping are no such sums and have none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from seesay.captions.spoken import of_test_pictures
from seesay.schemas.audio import PHONES, RECORDINGS, SEGMENTS, SPOKEN_WORDS
from seesay.schemas.scoring import SEGMENTATION
from seesay.schemas.vision import IMAGES
from seesay.scoring import intervals
from seesay.scoring.intervals import FLOORS
from seesay.scoring.memberships import Factor
from seesay.scoring.resampling import Estimate, Factors, draws, estimate, same
from seesay.scoring.segmentation import boundaries, discovery
from seesay.scoring.segmentation.controls import random_places
from seesay.scoring.segmentation.phones import Phones, by_recording, snapped
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables, writing
from seesay.shared.errors import InputError
from seesay.shared.ranking import Floats

RANDOM, DRAWS = "random", 10  # the control of random boundaries, and how often it is drawn
# The two kinds of measures, by what their names begin with.
KINDS = {"": boundaries, "tde_": discovery}
UNBOUNDED = ("over_segmentation", "r_value")  # no shares: their intervals are Student's
COLUMNS = [column.name for column in SEGMENTATION.columns]
Row = dict[str, Any]


@dataclass(frozen=True)
class Tested:
    """The recordings that are scored: rows of RECORDINGS, their true words, and phones by id.

    `moved` are the words that have phones, with the edges of these.
    """

    recordings: pd.DataFrame
    words: pd.DataFrame
    phones: Mapping[str, Phones]
    moved: pd.DataFrame


@dataclass(frozen=True)
class Scored:
    """A method: counts by recording, by kind of measure, and measures that are no sums of these."""

    counts: dict[str, pd.DataFrame]
    values: dict[str, float]
    segments: int


def score(
    segments: Path,
    recordings: Path,
    spoken_words: Path,
    images: Sequence[Path],
    phones: Sequence[Path],
    controls: Sequence[Path],
    scores: Path,
    listed: Path,
    settings: MetricsSettings,
    method: str,
) -> None:
    """Write SEGMENTATION and the same as TSV: the scores of `method` and of what is beside it.

    `segments` are those of the run, `controls` tables of SEGMENTS, each named after its method;
    `images` are the pictures of each fold, and a picture is a test picture if it is in any.
    `phones` may be empty: scores by phones are then left out. Raises InputError if no recording
    says a caption of a test picture.
    """
    frames = [tables.read(IMAGES, path) for path in images]
    columns = [column.name for column in PHONES.columns]
    said = tables.read(PHONES, list(phones)) if phones else pd.DataFrame(columns=columns)
    test = tested(
        tables.read(RECORDINGS, recordings),
        pd.concat(frames),
        tables.read(SPOKEN_WORDS, spoken_words),
        said,
    )
    if test.recordings.empty:
        raise InputError(
            f"{recordings}: no recording says a caption of a test picture, so no segment can be"
            " scored; give more pictures of the test split (pictures.split) recordings"
        )
    found = {method: tables.read(SEGMENTS, segments)}
    found |= {path.stem: tables.read(SEGMENTS, path) for path in controls}
    frame = table(found, test, settings)
    tables.write(SEGMENTATION, scores, frame)
    text = frame.to_csv(sep="\t", index=False, float_format="%.4f", lineterminator="\n")
    writing.write_text(listed, text)


def tested(
    recordings: pd.DataFrame, images: pd.DataFrame, words: pd.DataFrame, phones: pd.DataFrame
) -> Tested:
    """The recordings that say captions of test pictures, with their words and phones."""
    kept = of_test_pictures(recordings, images)
    kept = kept[kept["recording_id"].isin(words["recording_id"])]
    heard, said = (one[one["recording_id"].isin(kept["recording_id"])] for one in (words, phones))
    return Tested(kept, heard, by_recording(said), snapped(heard, said))


def table(
    found: Mapping[str, pd.DataFrame], test: Tested, settings: MetricsSettings
) -> pd.DataFrame:
    """Rows of SEGMENTATION: the chosen method, the first of `found`, the others, and RANDOM."""
    ids = test.recordings["recording_id"]
    own = {name: rows[rows["recording_id"].isin(ids)] for name, rows in found.items()}
    chosen = next(iter(own))
    places = (random_places(own[chosen], settings.seed, draw) for draw in range(DRAWS))
    scored = {name: scored_by(rows, test) for name, rows in own.items()}
    scored[RANDOM] = mean([scored_by(rows, test) for rows in places])
    factors = resampled(test.recordings, settings)
    size = {
        "words": len(test.words),
        "recordings": len(ids),
        "with_phones": len(test.phones),
    }
    rows = []
    for name, each in scored.items():
        where = size | {"method": name, "chosen": name == chosen, "segments": each.segments}
        other = None if name == chosen else scored[chosen]
        rows += [where | row for row in measured(each, other, ids, factors)]
    return pd.DataFrame(rows, columns=COLUMNS)


def scored_by(found: pd.DataFrame, test: Tested) -> Scored:
    """The counts and values of segments."""
    counts = {"": boundaries.counts(found, test.words)}
    values: dict[str, float] = {}
    if len(test.phones):
        outcome = discovery.discovered(found, test.moved, test.phones)
        counts["tde_"] = outcome.counts
        values = {f"tde_{name}": value for name, value in outcome.values.items()}
    return Scored(counts, values, len(found))


def mean(some: Sequence[Scored]) -> Scored:
    """The mean counts and values; a value that one lacks is none. Each has as many segments."""
    first = some[0]
    counts = {
        kind: pd.concat([each.counts[kind] for each in some]).groupby(level=0).mean()
        for kind in first.counts
    }
    values = {name: float(np.mean([each.values[name] for each in some])) for name in first.values}
    return Scored(counts, values, first.segments)


def resampled(recordings: pd.DataFrame, settings: MetricsSettings) -> Factors:
    """What intervals generalise to: talkers, or recordings where there are too few talkers.

    With too few of both there are no intervals.
    """
    levels, unit = np.unique(recordings["talker"].to_numpy(dtype=str), return_inverse=True)
    if len(levels) >= FLOORS["talkers"]:
        return Factors(
            {"talkers": len(levels)}, levels.tolist(), (Factor(len(levels), unit),), settings
        )
    names = recordings["recording_id"].tolist()
    enough = len(names) >= FLOORS["queries"]
    factor = Factor(len(names), np.arange(len(names)))
    return Factors({"recordings": len(names)}, names, (factor,), settings if enough else None)


def measured(one: Scored, chosen: Scored | None, ids: pd.Series, factors: Factors) -> list[Row]:
    """A row for each measure, with its interval and that of the difference from `chosen`."""
    rows: list[Row] = []
    for kind, counts in one.counts.items():
        metrics, samples = sampled(kind, counts, ids, factors)
        apart = None
        if chosen is not None:
            _, theirs = sampled(kind, chosen.counts[kind], ids, factors)
            apart = estimate(factors, {0: theirs}, {0: samples})
            alike = same({0: theirs}, {0: samples})
        found = estimate(factors, {0: samples})
        shares = [metric not in UNBOUNDED for metric in metrics]
        low, high = ends(found, metrics)
        over = {} if factors.settings is None else found.counts
        columns: dict[str, Any] = {
            "metric": [kind + metric for metric in metrics],
            "value": found.value,
            "ci_low": low,
            "ci_high": high,
        }
        if apart is not None:
            columns["difference"] = apart.value
            low, high, _ = apart.apart(shares, alike)
            columns |= {"difference_low": low, "difference_high": high}
        of = {"over": intervals.over(over), "units": intervals.units(over)}
        rows += [
            of | dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
        ]
    for metric, value in one.values.items():
        row = {"metric": metric, "value": value, "over": "", "units": ""}
        rows.append(row | ({"difference": chosen.values[metric] - value} if chosen else {}))
    return rows


def sampled(
    kind: str, counts: pd.DataFrame, ids: pd.Series, factors: Factors
) -> tuple[list[str], Floats]:
    """Names of measures, and their values for each draw of units, (1, measures, 1 + resamples)."""
    (factor,) = factors.parts
    columns = counts.reindex(ids, fill_value=0).to_numpy(dtype=np.float64).T
    sums = np.stack([np.bincount(factor.unit, each, factor.units) for each in columns], axis=1)
    drawn = np.concatenate([held @ sums for held in draws(factor.units, factors.settings)])
    found = KINDS[kind].measures(dict(zip(counts.columns, drawn.T, strict=True)))
    return list(found), np.stack(list(found.values()))[None]


def ends(found: Estimate, metrics: Sequence[str]) -> tuple[Floats, Floats]:
    """Ends of intervals: Wilson's of shares, and Student's of the other measures."""
    low, high = found.around([True] * len(metrics), 1.0)
    lower, upper, _ = found.apart([False] * len(metrics), True)
    shares = [metric not in UNBOUNDED for metric in metrics]
    # The R-value is at most 100.
    upper = np.where(np.asarray(metrics) == "r_value", np.minimum(upper, 100.0), upper)
    return np.where(shares, low, lower), np.where(shares, high, upper)
