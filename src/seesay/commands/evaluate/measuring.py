"""Vectors of any model through the stages evaluation, grounding and metrics, beside a run's own."""

from pathlib import Path

from seesay.commands.evaluate.finished import Finished
from seesay.commands.evaluate.ranking import SYSTEM, Given, Tables, rank
from seesay.scoring import names
from seesay.scoring.items import Inputs, export, list_items
from seesay.scoring.metrics import COLUMNS, measured
from seesay.scoring.metrics_tables import ENDS, PS, Measured, Numbers, Row, gaps, write
from seesay.shared import tables
from seesay.shared.errors import InputError

SEED = 1  # of the vectors, in the tables of the stages
DIFFERENCES = ["experiment", "other", "system", "task", "gallery", "metric", "difference"]


def run(given: Given, finished: Finished, folder: Path) -> tuple[list[str], list[str]]:
    """Measure vectors by the tasks of a run, and write all tables into a folder.

        metrics.tsv       the vectors' numbers and those of all systems of the run
        differences.tsv   the vectors minus each system of the run, paired
        ranks.parquet, abx.parquet, grounding.parquet, items.tsv, items.md

    Returns notes for people, and which tasks of the run were not measured. Raises InputError for
    vectors that do not fit the run.
    """
    if given.name in finished.experiments:
        raise InputError(
            f"--name {given.name}: an experiment of the run has this name; give another"
        )
    grounding = folder / "grounding.parquet" if finished.grounding else None
    found = Tables(folder / "ranks.parquet", folder / "abx.parquet", grounding)
    notes = rank(given, finished, SEED, found, folder)
    if grounding and not tables.rows([grounding]):
        grounding.unlink()
    left = _write_numbers(given.name, finished, folder)
    if grounding and not grounding.exists():
        left += list(names.GROUNDING)
    if finished.config["evaluation"].get("human"):
        left.append("tasks of human words")
    _write_items(finished, folder)
    return notes, left


def _write_numbers(name: str, finished: Finished, folder: Path) -> list[str]:
    """Write metrics.tsv and differences.tsv; returns what only the run has, `task (gallery)`."""
    grounded = folder / "grounding.parquet"
    grounding = [grounded] if grounded.exists() else []
    settings = finished.metrics
    mine = {
        (task.where["task"], task.where["gallery"]): task
        for task in measured(
            [folder / "ranks.parquet"], settings, grounding, abx=[folder / "abx.parquet"]
        )
    }
    numbers, differences, left = Numbers(), list[Row](), dict[str, None]()
    for task in mine.values():
        numbers.add(task)
    for theirs in measured(
        finished.ranks,
        settings,
        finished.grounding if grounding else (),
        abx=finished.abx,
    ):
        key = theirs.where["task"], theirs.where["gallery"]
        if key not in mine:
            left[f"{key[0]} ({key[1]})"] = None
            continue
        numbers.add(theirs)
        differences += _apart(mine[key], theirs)
    order = [name, *finished.experiments]
    write(folder / "metrics.tsv", numbers.rows, [*COLUMNS, "value", *ENDS, "chance"], order)
    write(folder / "differences.tsv", differences, [*DIFFERENCES, *ENDS, *PS], order)
    order = list(names.every())
    return sorted(left, key=lambda said: (order.index(said.partition(" ")[0]), said))


def _apart(mine: Measured, theirs: Measured) -> list[Row]:
    """The rows of one task minus each system of the run, if all asked the same queries."""
    if not mine.comparable(theirs) or mine.size["queries"] != theirs.size["queries"]:
        return []
    found = list[Row]()
    for system, samples in theirs.found.items():
        labels = {**mine.where, "other": theirs.where["experiment"], "system": system}
        found += gaps(labels, mine.names, mine.factors, mine.found[SYSTEM], samples)
    return found


def _write_items(finished: Finished, folder: Path) -> None:
    """Write items.tsv and its codebook, without the sizes of fragments."""
    grounded = folder / "grounding.parquet"
    inputs = Inputs(
        ranks=[folder / "ranks.parquet"],
        grounding=[grounded] if grounded.exists() else [],
        human_ranks=[],
        images=[finished.pictures],
        spoken_captions=[finished.spoken_captions],
        replacements=[finished.replacements],
        human_words=[],
        caption_words=finished.caption_words,
        regions=[],
    )
    table = folder / "items.parquet"
    list_items(inputs, table, finished.config.get("synthesis") is not None)
    export([table], folder / "items.tsv", folder / "items.md")
    table.unlink()
