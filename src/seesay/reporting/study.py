"""The study: a run's experiments side by side, as tables in Markdown."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from seesay.planning.config import Config
from seesay.reporting.beside import COLUMNS as COMPARED
from seesay.reporting.beside import (
    Column,
    Pairs,
    base_of,
    gap,
    measured,
    paired,
    points,
    read_pairs,
)
from seesay.reporting.results import Difference, Results, kind
from seesay.reporting.stopping import cut_off, histories
from seesay.reporting.study_about import about, answers, found_words, supervised
from seesay.reporting.study_numbers import human, lucky, numbers, plain, table
from seesay.scoring.intervals import LEVEL, holm
from seesay.scoring.names import HUMAN
from seesay.shared import writing

GIVEN = "embeddings"
SECTIONS = ("logmel", "regions", "fc7", "training")
# Shown instead of a difference if two experiments have galleries of different sizes.
NONE = "–"
# Marks differences that exclude zero after Holm's adjustment, too.
STAR = "★"
# Experiments that differ in at most this number of settings are compared.
FEW = 2
# A comparison: an experiment, the one that is subtracted, and the column.
Key = tuple[str, str, Column]


def write(
    metrics: Path,
    differences: Path,
    experiments: Path,
    paths: Sequence[Path],
    config: Config,
    study: Path,
    scores: Sequence[Path] = (),
) -> None:
    """Write the study's page: all systems of every experiment, and the effects of settings.

    The tables are metrics.tsv, differences.tsv and experiments.tsv; `paths` are the histories of
    the models and of the control text, fold by fold; `scores` has the table SEGMENTATION of a run
    that finds its words. Numbers are means over the seeds in each task's gallery; differences are
    paired over the test pictures. Raises InputError if a column is missing.
    """
    results = Results.read(metrics, differences, config.measured, config.evaluation.galleries)
    pairs = read_pairs(experiments, results.searched)
    history = histories(paths, len(config.pictures.folds))
    lines = [f"## {config.report.title}", "", *about(results, config), *map(found_words, scores)]
    lines += ["", *answers(results)]
    lines += supervised(results, config)
    lines += table(*numbers(results))
    if any(key[1] == "shuffled" for key in results.values):
        lines += [lucky(results), ""]
    chosen = {name: settings(config, name) for name in results.experiments}
    recipes = {name: config.section_of(name, "training").model_dump() for name in chosen}
    cut = {n: said for n, recipe in recipes.items() if (said := cut_off(history, recipe, n))}
    if len(chosen) > 1:
        lines += ["### What the experiments change", ""]
        lines += table(*overrides(chosen, history, results))
        lines += [f"- {name}: {said}" for name, said in cut.items()] + [""] * bool(cut)
        lines += side_by_side(chosen, pairs, results)
    else:
        lines += [*cut.values()] + [""] * bool(cut)
    lines += of_people(results, experiments)
    writing.write_text(study, "\n".join(lines).rstrip() + "\n")


def side_by_side(chosen: dict[str, dict[str, Any]], pairs: Pairs, results: Results) -> list[str]:
    """How the experiments compare: pairs of them, and those that are better than the base.

    Empty if no task has columns for comparisons.
    """
    found = compared(chosen, pairs)
    if not found:
        return []
    family = {key: pair for row in found for key, pair in row.pairs.items()}
    stands = standing(family)
    columns = measured(results)
    heading = ["experiments", "what differs", *(column.name for column in columns)]
    return [
        "### How they compare",
        "",
        f"One model minus another, in percentage points, {paired(results)}, with"
        f" 95 % intervals {results.over}; bold: the interval excludes zero. Even if no setting made"
        f" a difference, one in twenty of these {len(family)} would be bold by chance; {STAR} marks"
        " those that still exclude zero after Holm’s adjustment over all of them.",
        "",
        *table(heading, [row.cells(columns, stands) for row in found]),
        *verdicts(list(chosen), pairs, columns, stands),
    ]


def settings(config: Config, experiment: str) -> dict[str, Any]:
    """The settings of an experiment in the sections that it can change, by `section.key`."""
    found: dict[str, Any] = {}
    for stage in SECTIONS:
        if getattr(config, stage) is not None:
            section = config.section_of(experiment, stage).model_dump(mode="json")
            found |= {f"{stage}.{key}": value for key, value in section.items()}
    given = config.experiments[experiment].embeddings
    return found | {GIVEN: " ".join(given.paths) if given else None}


def apart(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The settings in which two experiments differ."""
    return [key for key in one if one[key] != other[key]]


def overrides(
    chosen: dict[str, dict[str, Any]], history: pd.DataFrame, results: Results
) -> tuple[list[str], list[list[str]]]:
    """Each experiment's changed settings, best epochs, validation result and numbers by seed.

    Settings are compared with the most similar trained experiment before it; the first is the base.
    """
    models = history[history["system"] == "model"]
    seen = next(iter(measured(results)), None)
    rows = []
    for nth, (name, values) in enumerate(chosen.items()):
        said = f"{GIVEN} {values[GIVEN]}" if values[GIVEN] else "–"
        before = [other for other in list(chosen)[:nth] if not chosen[other][GIVEN]]
        if before and not values[GIVEN]:
            changed = {other: apart(values, chosen[other]) for other in before}
            nearest = min(changed, key=lambda other: len(changed[other]))
            parts = [f"{key} {text(values[key])}" for key in changed[nearest]]
            said = f"as {nearest}{', but ' if parts else ''}{', '.join(parts)}"
        own_history = models[models["experiment"] == name]
        own = own_history[own_history["kept"] & (own_history["split"] == "validation")]
        r10 = own["r10"].mean()
        epochs = ", ".join(ends(part["epoch"]) for _, part in own.groupby("seed"))
        trained = own_history[own_history["split"] == "train"]
        seconds = trained.groupby(["seed", "fold"])["seconds"].sum().mean()
        rows.append(
            [
                name,
                said,
                epochs,
                "" if pd.isna(seconds) else f"{seconds:.0f}",
                "" if pd.isna(r10) else f"{r10:.1f}",
                *([by_seed(results, name, seen)] if seen else []),
            ]
        )
    several = ", lowest–highest of the folds" * (history["fold"].nunique() > 1)
    heading = ["experiment", "settings", f"best epoch, by seed{several}"]
    heading += ["seconds of training per model"]
    return [*heading, "validation R@10", *([f"{seen.name}, by seed"] if seen else [])], rows


def ends(epochs: pd.Series) -> str:
    """The first and the last of the folds' best epochs: `4–9`; one number if they are the same."""
    return "–".join(str(end) for end in dict.fromkeys([epochs.min(), epochs.max()]))


def by_seed(results: Results, experiment: str, column: Column) -> str:
    """The model's number with each seed: `49.0, 51.0`."""
    seeds = [
        results.value(experiment, "model", column.task, column.metric, seed)
        for seed in results.seeds
    ]
    return ", ".join(plain(value.value, column.metric) for value in seeds if value)


@dataclass(frozen=True)
class Row:
    """One experiment minus another: the settings that differ, and the differences by key."""

    model: str
    less: str
    differs: str
    pairs: dict[Key, Difference]

    def cells(self, columns: Sequence[Column], stands: Container[Key]) -> list[str]:
        """The cells of the table; `stands` are the keys that exclude zero after Holm."""
        found = []
        for column in columns:
            key = self.model, self.less, column
            found.append(marked(self.pairs.get(key), column, key in stands))
        return [f"{self.model} − {self.less}", self.differs, *found]


def standing(family: Mapping[Key, Difference]) -> set[Key]:
    """The keys of a family of comparisons that exclude zero after Holm's adjustment."""
    p = np.array([np.nan if pair.p is None else pair.p for pair in family.values()])
    adjusted = zip(family, holm(p), strict=True)
    return {key for key, one in adjusted if one < 1.0 - LEVEL}


def compared(chosen: dict[str, dict[str, Any]], pairs: Pairs) -> list[Row]:
    """Pairs of experiments that differ in few settings, and each experiment with the base.

    Two experiments that both differ from the base in few settings are options of it, and are only
    compared with the base; given embeddings with all. A row names the settings that differ.
    """
    base = base_of(list(chosen))
    far = {name: len(apart(values, chosen[base])) for name, values in chosen.items()}
    rows = []
    for one, other in combinations(chosen, 2):
        changed, theirs = apart(chosen[one], chosen[other]), chosen[other][GIVEN]
        alien = bool(theirs or chosen[one][GIVEN])
        options = max(far[one], far[other]) <= FEW
        if base not in (one, other) and not alien and (options or len(changed) > FEW):
            continue
        # The base, or the experiment with more of the base's settings, is subtracted.
        nearer = sum(chosen[one][key] == chosen[base][key] for key in changed)
        further = sum(chosen[other][key] == chosen[base][key] for key in changed)
        swap = bool(theirs) if alien else one == base or nearer > further
        model, less = (other, one) if swap else (one, other)
        found = {(model, less, column): gap(pairs, model, less, column) for column in COMPARED}
        there = {key: pair for key, pair in found.items() if pair is not None}
        if not there:
            continue
        said = ", ".join(
            f"{key} {text(chosen[model][key])} for {text(chosen[less][key])}" for key in changed
        )
        few = "many" if len(changed) > FEW else said
        rows.append(Row(model, less, "embeddings given" if alien else few, there))
    return rows


def verdicts(
    experiments: list[str], pairs: Pairs, columns: Sequence[Column], stands: Container[Key]
) -> list[str]:
    """For each column, the experiments that are better and worse than the base.

    Experiments whose keys are in `stands` have a star.
    """
    base, lines = base_of(experiments), []
    for column in columns:
        kinds: dict[str, list[str]] = {"above": [], "below": [], "even": []}
        for name in experiments[1:]:
            pair = gap(pairs, name, base, column)
            if pair is not None:
                star = f" {STAR}" * ((name, base, column) in stands)
                kinds[kind(pair)].append(f"{name}{star}")
        if any(kinds.values()):
            better, worse = (", ".join(kinds[k]) or "none" for k in ("above", "below"))
            lines.append(
                f"- {column.name}: better than {base}: {better}; worse: {worse}; undecided:"
                f" {len(kinds['even'])}."
            )
    return [*lines, ""] if lines else []


def of_people(results: Results, experiments: Path) -> list[str]:
    """The results on human words by source, and the experiments better than the base on them."""
    rows = human(results)
    if not rows:
        return []
    lines = [
        "### Human words",
        "",
        "R@1 and R@10 of human words, in percent, with 95 % intervals; the last column says what"
        " they generalise to. “Own voices” is the model’s R@10 on the same words by the captions’"
        f" own talkers. {STAR} as above, over the comparisons of one source.",
        "",
        *table(*rows),
    ]
    sources = dict.fromkeys(row[1] for row in rows[1])
    for source in sources:
        columns = [Column(f"{source}, {t.title}, R@10", name, "r10") for name, t in HUMAN.items()]
        pairs = read_pairs(experiments, dict.fromkeys(HUMAN, source))
        base = base_of(results.experiments)
        found = {(n, base, c): gap(pairs, n, base, c) for n in results.experiments for c in columns}
        stands = standing({key: pair for key, pair in found.items() if pair is not None})
        lines += verdicts(results.experiments, pairs, columns, stands)
    return lines


def marked(pair: Difference | None, column: Column, stands: bool) -> str:
    """A difference with its interval, bold if it excludes zero, with a star if it `stands`."""
    if pair is None:
        return NONE
    said = points(pair, column)
    return f"**{said}**{f' {STAR}' * stands}" if pair.above or pair.below else said


def text(value: Any) -> str:
    """The value of a setting as in a config file."""
    if isinstance(value, list):
        return "[" + ", ".join(map(text, value)) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)
