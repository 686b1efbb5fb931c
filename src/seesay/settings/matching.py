"""Settings of the stage matching."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from seesay.settings import Seed, Settings


def _pattern(given: str) -> str:
    try:
        re.compile(given)
    except re.error as error:
        raise ValueError(f"{given!r} is no regular expression ({error})") from None
    return given


Pattern = Annotated[str, AfterValidator(_pattern)]


class MatchingSettings(Settings):
    """How captions become spoken."""

    YOUNGER: ClassVar[tuple[str, ...]] = ("test_speakers",)

    speakers: Literal["best", "all", "balanced", "mixed"] = Field(
        default="balanced",
        description="who says a caption: the talker with the largest vocabulary who can, every "
        "talker who can, or talkers spread evenly; mixed: the words of one caption may come from "
        "several talkers, spread evenly, where one talker says too few words",
    )
    test_speakers: Literal["best", "all", "balanced"] | None = Field(
        default=None,
        description="who says a caption of the test split, with reuse: always; null: as any other",
    )
    reuse: Literal["never", "within_split", "always"] = Field(
        default="never",
        description="whether a token may serve several captions: of one split (within_split), or"
        " of any, drawn with replacement (always), so that the test has tokens of training, as"
        " the authors' code had",
    )
    min_tokens: int = Field(
        default=1,
        ge=1,
        description="words spoken fewer times stand for nothing, not even for themselves: of a "
        "word with one token two splits cannot both have one; 1: every word counts",
    )
    relax: tuple[Literal["length", "frequency", "pos"], ...] = Field(
        default=("length",),
        description="what a replacement may differ in where none matches, in this order",
    )
    frequency_tolerance: float = Field(
        default=1,
        gt=0,
        le=1,
        description="largest difference between the frequency ranks of a word and its replacement, "
        "as a share of all ranks within the part of speech; 1: any, the nearest is taken",
    )
    seed: Seed = Field(default=1, description="seed of the choice of tokens")
    unseen_talkers: (
        Annotated[int, Field(ge=0)] | Annotated[tuple[Pattern, ...], Field(min_length=1)]
    ) = Field(
        default=0,
        description="talkers who say captions of the test split alone: half of them, or with "
        "speakers: all every one that they can; a number of them, or regular expressions of whole "
        "talker ids (flite-.*: every voice of one synthesiser); 0: every talker says captions of "
        "all splits",
    )
    unseen_words: float = Field(
        default=0,
        ge=0,
        lt=1,
        description="share of the test split's spoken word types that it alone says; captions "
        "of training and validation are said without them",
    )

    @model_validator(mode="after")
    def _drawn_with_replacement(self) -> "MatchingSettings":
        if self.reuse != "always" and self.test_speakers is not None:
            raise ValueError("test_speakers wants reuse: always; leave it out")
        if self.reuse == "always":
            for key, only in (("unseen_talkers", 0), ("unseen_words", 0)):
                if getattr(self, key) != only:
                    raise ValueError(
                        f"reuse: always lets the test say what training heard; give {key} {only}"
                    )
            if self.speakers == "mixed":
                raise ValueError("reuse: always wants speakers best, all or balanced, got mixed")
        return self
