"""Runs the tasks for one system: the four of the paper (section 3, Results), and others.

Queries belong to test pictures. Galleries are the fragments, tokens, types, captions or pictures of
the test set, or of the whole corpus. docs/tasks.md describes each task.
"""

import importlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from seesay.schemas.scoring import ABX, RANKS
from seesay.scoring import tasks
from seesay.scoring.asked import Asked
from seesay.scoring.corpus import Corpus, load
from seesay.settings.choice import taken
from seesay.settings.evaluation import EvaluationSettings
from seesay.shared import tables
from seesay.shared.command import arguments
from seesay.shared.errors import InputError

WHOSE = ("experiment", "system", "seed")


def evaluate(
    images: Path,
    words: Path,
    spoken_captions: Path,
    pictures: Path,
    ranks: Path,
    settings: EvaluationSettings,
    experiment: str,
    system: str,
    seed: int,
    threads: int = 1,
    spoken_words: Path | None = None,
    pairs: Path | None = None,
) -> None:
    """Rank every test query in every task and gallery, and write the table `ranks`.

    `images` and `words` hold the embeddings of one system, `pictures` the table `images`.
    The system `frequency` ignores its queries. With `CaptionEvaluation` captions are ranked by the
    moments that lie beside `words`. Queries with nothing relevant in the gallery cannot
    be ranked: they are counted on standard error, and a task without any other query is left out.
    The task abx has no ranks: its scores go to the table ABX, `pairs`, which is otherwise empty.
    Raises InputError as `load` does, and if every task is left out.
    """
    corpus = replace(load(images, words, spoken_captions, pictures), blind=system == "frequency")
    if taken("seesay.scoring.captions.moments", settings):
        moments = importlib.import_module("seesay.scoring.captions.moments")
        corpus = moments.joined(corpus, words, spoken_words)
    frame, where = rank_all(corpus, settings, threads), (experiment, system, seed)
    scored = 0
    if spoken_words is not None and pairs is not None:
        scored = write_scores(corpus, spoken_words, pairs, settings, where)
    if frame.empty and not scored:
        raise InputError(
            f"{spoken_captions}: no query of {', '.join(settings.tasks)} has anything to find; "
            "give the test pictures more spoken captions, or name other evaluation.tasks"
        )
    tables.write(RANKS, ranks, frame.assign(experiment=experiment, system=system, seed=seed))


def job(description: str, settings: type[EvaluationSettings]) -> None:
    """Evaluate every system that a script's command line names, by settings of this kind."""
    args = arguments(
        description,
        inputs=["spoken_captions", "pictures", "spoken_words"],
        lists=["images", "words"],
        list_outputs=["ranks", "abx"],
        options={"experiment": str, "systems": str, "seed": int, "threads": int},
        settings=settings,
    )
    for system, images, words, ranks, pairs in zip(
        args.systems.split(","), args.images, args.words, args.ranks, args.abx, strict=True
    ):
        evaluate(
            images,
            words,
            args.spoken_captions,
            args.pictures,
            ranks,
            args.settings,
            experiment=args.experiment,
            system=system,
            seed=args.seed,
            threads=args.threads,
            spoken_words=args.spoken_words,
            pairs=pairs,
        )


def rank_all(corpus: Corpus, settings: EvaluationSettings, threads: int = 1) -> pd.DataFrame:
    """Ranks of every task and gallery: columns `query` to `gallery_size`, task and gallery."""
    parts = [pd.DataFrame(columns=[c.name for c in RANKS.columns if c.name not in WHOSE])]
    for task in settings.tasks:
        for gallery in galleries(task, settings.galleries):
            part = tasks.load(task).rank(Asked(corpus, gallery, task, settings, threads))
            parts.append(part.assign(task=task, gallery=gallery))
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def write_scores(
    corpus: Corpus,
    spoken_words: Path,
    path: Path,
    settings: EvaluationSettings,
    whose: tuple[str, str, int],
) -> int:
    """Write the table ABX, empty without a task that scores; returns the number of its rows."""
    with tables.Writer(ABX, path) as writer:
        for task in map(tasks.load, settings.tasks):
            if hasattr(task, "score"):
                found = task.score(corpus, spoken_words, settings)
                writer.write(found.assign(**dict(zip(WHOSE, whose, strict=True))))
    return writer.rows


def galleries(task: str, asked: Sequence[str]) -> Sequence[str]:
    """The galleries that a task ranks: those `asked`, unless the task has its own."""
    module = tasks.load(task)
    found: Sequence[str] = getattr(module, "GALLERIES", asked) if hasattr(module, "rank") else ()
    return found
