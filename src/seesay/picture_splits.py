"""Splits: which pictures are for training, validation and test."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from seesay.corpora import Picture, Reject
from seesay.corpora.listing import Corpus, read_lists
from seesay.errors import InputError
from seesay.randomness import stable_hash
from seesay.settings import Settings

SPLITS = ("train", "validation", "test")
Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1)]


class HashSplit(Settings):
    """By a hash of the id: near the shares, and no picture moves when others are added."""

    method: Literal["hash"] = Field(description="split by a hash of the id")
    train: Share = Field(description="share of the pictures for training")
    validation: Share = Field(description="share for early stopping")
    test: Share = Field(description="share for evaluation")

    @model_validator(mode="after")
    def _whole(self) -> "HashSplit":
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"train, validation and test must add up to 1, not {total:g}")
        return self


class ExactSplit(Settings):
    """By exact counts: ids sorted by their hash and cut; what is beyond them is left out."""

    method: Literal["exact"] = Field(description="exactly so many pictures each")
    train: Count = Field(description="number of pictures for training")
    validation: Count = Field(description="number for early stopping")
    test: Count = Field(description="number for evaluation")


class FilesSplit(Settings):
    """By three lists, a picture's name or id a line; what none of them names is left out."""

    method: Literal["files"] = Field(description="the pictures that three files list")
    train: str = Field(min_length=1, description="path of the list of training pictures")
    validation: str = Field(min_length=1, description="path of the list for early stopping")
    test: str = Field(min_length=1, description="path of the list for evaluation")


class CorpusSplit(Settings):
    """By the corpus's own lists; what none of them names is left out."""

    method: Literal["corpus"] = Field(description="the lists that come with the corpus")


Split = Annotated[HashSplit | ExactSplit | FilesSplit | CorpusSplit, Field(discriminator="method")]


def assign(
    split: Split, pictures: Sequence[Picture]
) -> tuple[dict[str, str], list[Reject], list[Reject]]:
    """Give each picture its split.

    Returns the split of each `image_id`, rejects for bad rows of the lists, and rejects for
    pictures that the split leaves out.
    Raises InputError when an exact split wants more pictures than there are, a list is
    missing, or a picture is in two lists.
    """
    bad: list[Reject] = []
    ids = [picture.image_id for picture in pictures]
    if isinstance(split, HashSplit):
        return {image_id: by_hash(split, image_id) for image_id in ids}, [], []
    if isinstance(split, ExactSplit):
        splits, reason = by_count(split, ids), "beyond the counts of pictures.split"
    elif isinstance(split, FilesSplit):
        lists = {name: Path(getattr(split, name)) for name in SPLITS}
        known = Corpus(files={picture.image_id: picture.path for picture in pictures})
        splits, bad = read_lists(lists, known.id_of)
        reason = "in none of the lists of pictures.split"
    else:
        splits = {picture.image_id: picture.split for picture in pictures if picture.split}
        reason = "in none of the corpus's lists"
    return splits, bad, [Reject(image_id, reason) for image_id in ids if image_id not in splits]


def by_hash(split: HashSplit, image_id: str) -> str:
    """The split of one id, independent of all others."""
    position = stable_hash("split", image_id) / 2**64
    if position < split.train:
        return "train"
    return "validation" if position < split.train + split.validation else "test"


def by_count(split: ExactSplit, ids: Sequence[str]) -> dict[str, str]:
    """The ids sorted by their hash, cut at the counts."""
    counts = [split.train, split.validation, split.test]
    if sum(counts) > len(ids):
        raise InputError(
            f"pictures.split: train + validation + test = {sum(counts)}, but there are only "
            f"{len(ids)} usable pictures; lower the counts or add pictures"
        )
    ordered = sorted(ids, key=_order)
    names = [name for name, count in zip(SPLITS, counts, strict=True) for _ in range(count)]
    return dict(zip(ordered, names, strict=False))


def _order(image_id: str) -> tuple[int, str]:
    return stable_hash("split", image_id), image_id
