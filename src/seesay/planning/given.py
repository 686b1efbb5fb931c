"""Settings of an experiment whose embeddings are given, made by a model that is not seesay's."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from seesay.settings import Settings, user_path

SEED = "{seed}"


def _of_seeds(path: str) -> str:
    """A path that may name the seed. Raises ValueError for one that no rule can take."""
    return SEED.join(user_path(part) for part in path.split(SEED))


FilePath = Annotated[str, Field(min_length=1), AfterValidator(_of_seeds)]


class EmbeddingsSettings(Settings):
    """Files of embeddings, in the formats of `seesay evaluate` (docs/evaluate.md).

    Either every path holds `{seed}`, for one file a seed, or none does: the vectors then stand for
    the first seed.
    """

    pictures: FilePath = Field(description="embeddings of pictures or of their fragments")
    words: FilePath | None = Field(default=None, description="embeddings of word tokens")
    captions: FilePath | None = Field(
        default=None, description="embeddings of recordings; for matching.method: spoken"
    )
    supervision: str = Field(
        default="",
        max_length=500,
        pattern=r"^[^\n\r]*$",
        description="what the model learned from, in a sentence; the report shows it",
    )

    @property
    def paths(self) -> tuple[str, ...]:
        """The given paths, which may hold `{seed}`."""
        return tuple(path for path in (self.pictures, self.words, self.captions) if path)

    @property
    def by_seed(self) -> bool:
        """Whether there is a file for each seed."""
        return SEED in self.pictures

    def of(self, seed: str) -> dict[str, str]:
        """The files of a seed, by kind."""
        kinds = {"pictures": self.pictures, "words": self.words, "captions": self.captions}
        return {kind: path.replace(SEED, seed) for kind, path in kinds.items() if path}

    @model_validator(mode="after")
    def _agree(self) -> "EmbeddingsSettings":
        if not self.words and not self.captions:
            raise ValueError("give words, or captions, or both; pictures alone find nothing")
        if len({SEED in path for path in self.paths}) > 1:
            raise ValueError(
                f"some of the paths hold {SEED} and some do not; one file a seed for all, or none"
            )
        return self


def check_given(
    name: str, given: EmbeddingsSettings, changed: Sequence[str], folds: int, method: str
) -> None:
    """Raise ValueError unless an experiment's embeddings stand alone and fit the run.

    `changed` are the sections that the experiment overrides, `method` is matching.method.
    """
    if changed:
        raise ValueError(
            f"experiments.{name}: its embeddings are given, so {changed[0]} changes nothing; leave"
            " it out"
        )
    if folds > 1:
        raise ValueError(
            f"experiments.{name}.embeddings: the vectors of one model cannot be tested on every"
            " fold, for it learned from the pictures of some; give one fold (pictures.split.fold)"
        )
    if given.captions and method != "spoken":
        raise ValueError(
            f"experiments.{name}.embeddings: captions needs recordings that say whole captions"
            " (matching.method: spoken); leave captions out"
        )
