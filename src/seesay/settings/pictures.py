"""Settings of the stage pictures."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from seesay.settings import Settings, UserPath
from seesay.settings.choice import Loads
from seesay.settings.corpora import Corpus, check_names

Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1)]


class Folded(Settings):
    """A split with folds for cross-validation: each fold has other test pictures."""

    folds: int = Field(
        default=1,
        ge=1,
        le=1000,
        description="k of k-fold cross-validation; with a test share of 1 / k, every picture is"
        " in the test set of one fold",
    )
    fold: Annotated[int, Field(ge=0)] | Literal["all"] = Field(
        default=0,
        description="the fold, 0 to folds - 1; give each its own results folder. all: every fold"
        " in one run, so every picture is tested once",
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> "Folded":
        if self.fold != "all" and self.fold >= self.folds:
            raise ValueError(f"fold {self.fold} is none of {self.folds} folds, 0 the first")
        return self

    def check_share(self, test: float, total: float) -> None:
        """Raise ValueError if the folds together would not test every picture once."""
        if self.fold == "all" and abs(test * self.folds - total) > 1e-6 * total:
            raise ValueError(
                f"fold: all tests every picture once where test is 1 / folds of all; give test:"
                f" {total / self.folds:g}, or as many folds as it needs"
            )


class HashSplit(Folded):
    """Split by a hash of the id: shares are approximate, and a new picture moves no other."""

    method: Literal["hash"] = Field(description="split by a hash of the id")
    train: Share = Field(default=0.8, description="share of the pictures for training")
    validation: Share = Field(default=0.1, description="share for early stopping")
    test: Share = Field(default=0.1, description="share for evaluation")

    @model_validator(mode="after")
    def _whole(self) -> "HashSplit":
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"train, validation and test must add up to 1, not {total:g}")
        self.check_share(self.test, 1)
        return self


class ExactSplit(Folded):
    """Split by exact counts, in the order of the hashes of ids; the rest is left out."""

    method: Literal["exact"] = Field(description="exact numbers of pictures")
    train: Count = Field(description="number of pictures for training")
    validation: Count = Field(description="number for early stopping")
    test: Count = Field(description="number for evaluation")

    @model_validator(mode="after")
    def _shared(self) -> "ExactSplit":
        self.check_share(self.test, self.train + self.validation + self.test)
        return self


class FilesSplit(Settings):
    """By three lists of pictures' names or ids, one a line; unlisted pictures are left out."""

    method: Literal["files"] = Field(description="the pictures in three lists")
    train: UserPath = Field(description="path of the list of training pictures")
    validation: UserPath = Field(description="path of the list for early stopping")
    test: UserPath = Field(description="path of the list for evaluation")


class CorpusSplit(Settings):
    """Split by the corpus's own lists; unlisted pictures are left out."""

    method: Literal["corpus"] = Field(description="the corpus's own lists")


class FragmentsSplit(Settings):
    """Split by the files of ready-made fragments; pictures in none of them are left out."""

    method: Annotated[Literal["fragments"], Loads("seesay.corpora.fragments")] = Field(
        description="the file of ready-made fragments that has the picture"
    )


Split = Annotated[
    HashSplit | ExactSplit | FilesSplit | CorpusSplit | FragmentsSplit,
    Field(discriminator="method"),
]


class PictureCorpus(Corpus):
    """A corpus of captioned pictures."""

    split: Literal["train", "validation", "test"] | None = Field(
        default=None,
        description="split of all its pictures; null: pictures.split decides",
    )


class PicturesSettings(Settings):
    """The pictures, and how they are split."""

    corpora: tuple[PictureCorpus, ...] = Field(
        default=(),
        description="the corpora; empty: the pictures of the section scenes",
    )
    split: Split = Field(
        default=HashSplit(method="hash"),
        description="how pictures are split into training, validation and test",
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        default="reject",
        description="reject a bad picture or caption, or end the run (fail)",
    )

    @field_validator("corpora")
    @classmethod
    def _apart(cls, corpora: tuple[PictureCorpus, ...]) -> tuple[PictureCorpus, ...]:
        check_names(corpora)
        return corpora

    @model_validator(mode="after")
    def _tested_once(self) -> "PicturesSettings":
        placed = [corpus.path for corpus in self.corpora if corpus.split == "test"]
        if placed and len(self.folds) > 1:
            raise ValueError(
                f"corpora: {placed[0]} is in the split test, and with split.fold: all its pictures"
                " would be tested in every fold; leave its split or the folds out"
            )
        return self

    @property
    def folds(self) -> range:
        """The folds that are run, from 0: those of `fold: all`, or one."""
        if isinstance(self.split, Folded) and self.split.fold == "all":
            return range(self.split.folds)
        return range(1)

    def split_files(self) -> list[str]:
        """The files that define the split, beyond those of the corpora."""
        if isinstance(self.split, FilesSplit):
            return [self.split.train, self.split.validation, self.split.test]
        return []
