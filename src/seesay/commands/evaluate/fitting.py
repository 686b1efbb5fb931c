"""Vectors of a file beside the ids of a run: which it needs, has, and lacks."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from seesay.commands.evaluate.finished import Finished
from seesay.commands.evaluate.reading import Vectors
from seesay.schemas.audio import SPOKEN_WORDS
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.printable import printable


@dataclass(frozen=True)
class Fit:
    """The vectors that a run can use, whether they cover its whole corpus, and notes for people."""

    vectors: Vectors
    whole: bool
    notes: tuple[str, ...]


def fit(given: Vectors, needed: "pd.Series[bool]", known: "pd.Index[str]") -> Fit:
    """The vectors of what a run evaluates.

    `needed` has the ids that the run embedded, and whether each is of the test set; `known` all ids
    of its corpora. Raises InputError if an id of the test set has no vector.
    """
    name, path, ids = given.kind.name, given.path, pd.Index(given.ids)
    used, there = ids.isin(needed.index), needed.index.isin(ids)
    if not used.any():
        raise InputError(
            f"{path}: none of its ids is a {name} of the run: {printable(str(ids[0]))}, and the"
            f" run's are like {printable(str(needed.index[0]))}; name {name}s by {given.kind.key}"
        )
    lost = needed.index[needed & ~there]
    if len(lost):
        raise InputError(
            f"{path}: {len(lost):,} of {needed.sum():,} {name}s of the test set have no vector, the"
            f" first {printable(str(lost[0]))}; embed them too"
        )
    notes = []
    for what, those in (
        ("that the run does not have", ids[~ids.isin(known)]),
        ("that the run itself left out (rejected, or in no caption)", ids[~used & ids.isin(known)]),
    ):
        if len(those := those.unique()):
            first = printable(str(those[0]))
            notes.append(f"{path}: left out {len(those):,} {name}s {what}, e.g. {first}")
    lacking = needed.index[~there]
    if len(lacking):
        notes.append(
            f"{path}: {len(lacking):,} {name}s outside the test set have no vector, e.g."
            f" {printable(str(lacking[0]))}: the gallery all is left out"
        )
    kept = given.of(used)
    if zeros := int((~kept.values.any(axis=1)).sum()):
        notes.append(f"{path}: {zeros:,} vectors are all zeros; their cosine with any other is 0")
    return Fit(kept, not len(lacking), tuple(notes))


def pictures(given: Vectors, run: Finished) -> tuple[Fit, bool]:
    """The fit of pictures, and whether their fragments of the test set are those of the run."""
    split, own = run.split(), run.fragments()
    needed = (split == "test")[split.index.isin(own["image_id"])]
    found = fit(given, needed, split.index)
    test = own[own["image_id"].map(split) == "test"]
    mine = pd.MultiIndex.from_frame(test)
    kept = pd.MultiIndex.from_arrays([found.vectors.ids, found.vectors.numbers])
    kept = kept[(split.reindex(found.vectors.ids) == "test").to_numpy()]
    same = len(kept) == len(mine) and bool(kept.isin(mine).all())
    if same or not given.numbered:
        return found, same
    note = (
        f"{given.path}: {len(kept):,} fragments of test pictures, and the run has {len(mine):,};"
        f" {int(kept.isin(mine).sum()):,} have the same id and region"
    )
    return Fit(found.vectors, found.whole, (*found.notes, note)), same


def words(given: Vectors, run: Finished) -> Fit:
    """The fit of word tokens."""
    columns = ["token_id"]
    known = tables.read(SPOKEN_WORDS, run.spoken_words, columns=columns)["token_id"]
    return fit(given, _uses(run, run.said(), "token_id"), pd.Index(known))


def captions(given: Vectors, run: Finished) -> Fit:
    """The fit of recordings that say captions.

    Raises InputError for a run whose captions are put together from words of other recordings.
    """
    if run.config["matching"].get("method") != "spoken":
        raise InputError(
            f"--captions: a caption of {run.results} is put together from words of other"
            " recordings, so that no recording says it (matching.method); leave --captions out"
        )
    spoken = tables.read(SPOKEN_WORDS, run.spoken_words, columns=["token_id", "recording_id"])
    said = run.said().merge(spoken, on="token_id")
    return fit(given, _uses(run, said, "recording_id"), pd.Index(spoken["recording_id"].unique()))


def _uses(run: Finished, said: pd.DataFrame, key: str) -> "pd.Series[bool]":
    """The ids of a column, and whether any use of each is for a test picture."""
    test = said["image_id"].map(run.split()) == "test"
    return test.groupby(said[key]).any().astype(bool)


def refuse_sizes(given: Sequence[Vectors]) -> None:
    """Raise InputError unless all vectors have the same size."""
    first, *others = given
    for other in others:
        if other.size != first.size:
            raise InputError(
                f"{first.path} has vectors of {first.size} numbers and {other.path} of"
                f" {other.size}; take both from one space of one model"
            )
