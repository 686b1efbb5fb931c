"""Vectors of any model through the stages evaluation and grounding, on the test set of a run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seesay.commands.evaluate import fitting
from seesay.commands.evaluate.finished import Finished
from seesay.commands.evaluate.reading import CAPTIONS, PICTURES, WORDS, Vectors, read
from seesay.schemas.learning import IMAGE_EMBEDDINGS, MOMENTS, WORD_EMBEDDINGS
from seesay.schemas.scoring import GROUNDING
from seesay.scoring import names
from seesay.scoring.evaluation import evaluate
from seesay.scoring.grounding import ground
from seesay.settings.captions.evaluation import CaptionEvaluation
from seesay.settings.evaluation import EvaluationSettings
from seesay.shared import tables
from seesay.shared.columns import sized
from seesay.shared.errors import InputError

SYSTEM = "model"  # in the tables of the stages
# A recording's vector searches each picture's nearest fragment, as words do.
POOLING = "misa"


@dataclass(frozen=True)
class Given:
    """What is measured: a name for tables, and vectors; words or captions may be missing."""

    name: str
    pictures: Vectors
    words: Vectors | None
    captions: Vectors | None

    @property
    def parts(self) -> list[Vectors]:
        """The vectors that there are, pictures first."""
        return [part for part in (self.pictures, self.words, self.captions) if part is not None]


def read_given(name: str, files: Mapping[str, str | Path | None]) -> Given:
    """The vectors of the files `pictures`, `words` and `captions`; the last two may be missing.

    Raises InputError for a file that cannot be read as vectors.
    """
    kinds = {"pictures": PICTURES, "words": WORDS, "captions": CAPTIONS}
    found = {
        kind: read(Path(path), keys) if (path := files.get(kind)) else None
        for kind, keys in kinds.items()
    }
    if found["pictures"] is None:
        raise InputError(f"{name}: no embeddings of pictures; give their file")
    return Given(name, found["pictures"], found["words"], found["captions"])


@dataclass(frozen=True)
class Tables:
    """The tables that `rank` writes: RANKS, ABX, and GROUNDING where a run has composed scenes."""

    ranks: Path
    abx: Path
    grounding: Path | None


def rank(given: Given, run: Finished, seed: int, found: Tables, scratch: Path) -> list[str]:
    """Rank and ground vectors by the tasks of a run, and return notes for people.

    GROUNDING has no rows unless words were given, and pictures as the run's own fragments. The
    folder `scratch` holds tables of the vectors for the time of the job. Raises InputError for
    vectors that do not fit the run.
    """
    fitting.refuse_sizes(given.parts)
    seen, boxed = fitting.pictures(given.pictures, run)
    words = None if given.words is None else fitting.words(given.words, run)
    captions = None if given.captions is None else fitting.captions(given.captions, run)
    fits = [fit for fit in (seen, words, captions) if fit is not None]
    settings = _settings(run, given, all(fit.whole for fit in fits))
    images, spoken = _tables(run, seen, words, captions, scratch)
    evaluate(
        images, spoken, run.spoken_captions, run.pictures, found.ranks,
        settings, given.name, SYSTEM, seed,
        spoken_words=run.spoken_words, pairs=found.abx,
    )  # fmt: skip
    if found.grounding and boxed and words is not None:
        ground(
            images, spoken, run.spoken_captions, run.pictures, run.things,
            run.boxes, found.grounding, given.name, SYSTEM, seed,
        )  # fmt: skip
    elif found.grounding:
        with tables.Writer(GROUNDING, found.grounding):
            pass  # no rows
    for path in {images, spoken, spoken.with_name("moments.parquet")}:
        path.unlink(missing_ok=True)
    return [note for fit in fits for note in fit.notes]


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
