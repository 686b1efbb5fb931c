"""Splits: which pictures are for training, validation and test."""

import importlib
from collections.abc import Sequence
from pathlib import Path

from seesay.corpora import Picture, Reject
from seesay.corpora.captioned import Corpus
from seesay.corpora.listing import read_lists
from seesay.settings.pictures import (
    ExactSplit,
    FilesSplit,
    Folded,
    FragmentsSplit,
    HashSplit,
    Split,
)
from seesay.shared.errors import InputError
from seesay.shared.randomness import stable_hash

SPLITS = ("train", "validation", "test")


def assign(
    split: Split,
    pictures: Sequence[Picture],
    fragments: Path | None = None,
    refused: Sequence[Reject] = (),
    fold: int = 0,
) -> tuple[dict[str, str], list[Reject], list[Reject]]:
    """Give each picture its split.

    `fragments` is the folder of ready-made fragments, for the split that reads it; `fold` is the
    fold to make of `fold: all`. Lists may also name `refused` pictures. Pictures that the config
    has placed stay, and the split divides the others.

    Returns the split of each `image_id`, rejects for bad rows of the lists, and rejects for
    pictures that the split leaves out. Raises InputError if an exact split needs more pictures than
    there are, if a list or file is missing, or if a picture is in two of them.
    """
    bad: list[Reject] = []
    if isinstance(split, Folded) and split.fold == "all":
        split = split.model_copy(update={"fold": fold})
    placed = {picture.image_id: picture.split for picture in pictures if picture.placed}
    files = {picture.image_id: picture.path for picture in pictures}
    pictures = [picture for picture in pictures if not picture.placed]
    ids = [picture.image_id for picture in pictures]
    if isinstance(split, HashSplit):
        splits, reason = {image_id: by_hash(split, image_id) for image_id in ids}, ""
    elif isinstance(split, ExactSplit):
        splits, reason = by_count(split, ids), "beyond the counts of pictures.split"
    elif isinstance(split, FilesSplit):
        lists = {name: Path(getattr(split, name)) for name in SPLITS}
        # A list may name a picture that the config has placed; it stays there.
        known = Corpus(files=files)
        known.refused = {reject.id for reject in refused}
        splits, bad = read_lists(lists, known)
        reason = "in none of the lists of pictures.split"
    elif isinstance(split, FragmentsSplit):
        # Imported by name, so that other splits do not depend on the reader of the files.
        layout = importlib.import_module("seesay.corpora.fragments")
        splits, reason = layout.splits(fragments, ids), f"in none of the files of {fragments}"
    else:
        splits = {picture.image_id: picture.split for picture in pictures if picture.split}
        reason = "in none of the corpus's lists"
    splits = {**splits, **{image_id: str(name) for image_id, name in placed.items()}}
    return splits, bad, [Reject(image_id, reason) for image_id in ids if image_id not in splits]


def by_hash(split: HashSplit, image_id: str) -> str:
    """The split of one id, independent of all others.

    Each fold rotates all places by one k-th of the circle of hashes.
    """
    position = (stable_hash("split", image_id) / 2**64 + int(split.fold) / split.folds) % 1.0
    if position < split.train:
        return "train"
    return "validation" if position < split.train + split.validation else "test"


def by_count(split: ExactSplit, ids: Sequence[str]) -> dict[str, str]:
    """The ids sorted by their hash and cut at the counts; each fold begins one k-th further back.

    The ids beyond the counts are the same in every fold.
    """
    counts = [split.train, split.validation, split.test]
    if sum(counts) > len(ids):
        raise InputError(
            f"pictures.split: train + validation + test = {sum(counts)}, but there are only "
            f"{len(ids)} usable pictures; lower the counts or add pictures"
        )
    ordered = sorted(ids, key=_order)[: sum(counts)]
    turn = len(ordered) - len(ordered) * int(split.fold) // split.folds
    ordered = ordered[turn:] + ordered[:turn]
    names = [name for name, count in zip(SPLITS, counts, strict=True) for _ in range(count)]
    return dict(zip(ordered, names, strict=True))


def _order(image_id: str) -> tuple[int, str]:
    return stable_hash("split", image_id), image_id
