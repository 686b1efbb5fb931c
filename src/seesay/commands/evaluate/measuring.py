"""Vectors of any model through the stages evaluation, grounding and metrics, beside a run's own."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seesay.commands.evaluate import fitting
from seesay.commands.evaluate.finished import Finished
from seesay.commands.evaluate.reading import Vectors
from seesay.schemas.learning import IMAGE_EMBEDDINGS, MOMENTS, WORD_EMBEDDINGS
from seesay.scoring import names
from seesay.scoring.evaluation import evaluate
from seesay.scoring.grounding import ground
from seesay.scoring.items import Inputs, export, list_items
from seesay.scoring.metrics import COLUMNS, measured
from seesay.scoring.metrics_tables import ENDS, PS, Measured, Numbers, Row, gaps, write
from seesay.settings.captions.evaluation import CaptionEvaluation
from seesay.settings.evaluation import EvaluationSettings
from seesay.shared import tables
from seesay.shared.columns import sized
from seesay.shared.errors import InputError

SYSTEM, SEED = "model", 1  # in the tables of the stages
# A recording's vector searches each picture's nearest fragment, as words do.
POOLING = "misa"
DIFFERENCES = ["experiment", "other", "system", "task", "gallery", "metric", "difference"]


@dataclass(frozen=True)
class Given:
    """What is measured: a name for tables, and vectors; words or captions may be missing."""

    name: str
    pictures: Vectors
    words: Vectors | None
    captions: Vectors | None


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
    parts = [part for part in (given.pictures, given.words, given.captions) if part is not None]
    fitting.refuse_sizes(parts)
    seen, boxed = fitting.pictures(given.pictures, finished)
    words = None if given.words is None else fitting.words(given.words, finished)
    captions = None if given.captions is None else fitting.captions(given.captions, finished)
    fits = [fit for fit in (seen, words, captions) if fit is not None]
    settings = _settings(finished, given, all(fit.whole for fit in fits))
    images, spoken = _tables(finished, seen, words, captions, folder)
    evaluate(
        images, spoken, finished.spoken_captions, finished.pictures, folder / "ranks.parquet",
        settings, given.name, SYSTEM, SEED,
        spoken_words=finished.spoken_words, pairs=folder / "abx.parquet",
    )  # fmt: skip
    if boxed and words is not None and finished.grounding:
        ground(
            images, spoken, finished.spoken_captions, finished.pictures, finished.things,
            finished.boxes, folder / "grounding.parquet", given.name, SYSTEM, SEED,
        )  # fmt: skip
    for path in {images, spoken, spoken.with_name("moments.parquet")}:
        path.unlink(missing_ok=True)
    left = _write_numbers(given.name, finished, folder)
    if finished.grounding and not (folder / "grounding.parquet").exists():
        left += list(names.GROUNDING)
    if finished.config["evaluation"].get("human"):
        left.append("tasks of human words")
    _write_items(finished, folder)
    return [note for fit in fits for note in fit.notes], left


def _settings(finished: Finished, given: Given, whole: bool) -> EvaluationSettings:
    """The run's settings of the stage, with the tasks and galleries that these vectors can answer.

    `whole`: whether there are vectors of the whole corpus.
    """
    asked = finished.evaluation
    places = [place for place in asked.galleries if whole or place == "test"]
    tasks = [name for name in asked.tasks if given.words is not None or _of_captions(name)]
    if not tasks:
        raise InputError(
            f"{finished.results}: none of its tasks is of whole captions"
            f" ({', '.join(asked.tasks)}); give --words too"
        )
    if not places:
        raise InputError(
            f"{finished.results}: its only gallery is all, which needs vectors of the whole corpus"
        )
    values = asked.model_dump(mode="json") | {"tasks": tasks, "galleries": places}
    if given.captions is None:
        return EvaluationSettings.model_validate_json(json.dumps(values))
    values |= {"unit": "caption", "caption_pooling": POOLING, "temperature": 1.0}
    return CaptionEvaluation.model_validate_json(json.dumps(values))


def _of_captions(name: str) -> bool:
    about = names.of(name).values()
    return all(task.query == "caption" or task.items == "captions" for task in about)


def _tables(
    finished: Finished,
    seen: fitting.Fit,
    words: fitting.Fit | None,
    captions: fitting.Fit | None,
    folder: Path,
) -> tuple[Path, Path]:
    """Write the tables that the stage embedding would; the moments lie beside the words."""
    images, spoken = folder / "images.parquet", folder / "words.parquet"
    size = seen.vectors.size
    with tables.Writer(sized(IMAGE_EMBEDDINGS, embedding=size), images) as writer:
        own = seen.vectors
        writer.write({"image_id": own.ids, "region": own.numbers, "embedding": own.values})
    if words is None:
        ids = finished.said()["token_id"].unique()
        values = np.zeros((len(ids), size), np.float32)  # no task asks them
    else:
        ids, values = words.vectors.ids, words.vectors.values
    with tables.Writer(sized(WORD_EMBEDDINGS, embedding=size), spoken) as writer:
        writer.write({"token_id": ids, "embedding": values})
    if captions is not None:
        own = captions.vectors
        with tables.Writer(
            sized(MOMENTS, embedding=size), spoken.with_name("moments.parquet")
        ) as writer:
            zeros = np.zeros(len(own.ids))
            writer.write({
                "recording_id": own.ids, "moment": zeros.astype(np.int32), "onset": zeros,
                "offset": zeros, "embedding": own.values,
            })  # fmt: skip
    return images, spoken


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
    home = finished.home
    grounded = folder / "grounding.parquet"
    inputs = Inputs(
        ranks=[folder / "ranks.parquet"],
        grounding=[grounded] if grounded.exists() else [],
        human_ranks=[],
        images=[finished.pictures],
        spoken_captions=[finished.spoken_captions],
        replacements=[home / "matching" / "replacements.parquet"],
        human_words=[],
        caption_words=finished.results / "words" / "caption_words.parquet",
        regions=[],
    )
    table = folder / "items.parquet"
    list_items(inputs, table, finished.config.get("synthesis") is not None)
    export([table], folder / "items.tsv", folder / "items.md")
    table.unlink()
