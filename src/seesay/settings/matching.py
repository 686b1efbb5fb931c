"""Settings of the stage matching."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from seesay.settings import Seed, Settings
from seesay.settings.choice import Loads


def _pattern(given: str) -> str:
    try:
        re.compile(given)
    except re.error as error:
        raise ValueError(f"{given!r} is no regular expression ({error})") from None
    return given


Pattern = Annotated[str, AfterValidator(_pattern)]


class MatchingSettings(Settings):
    """Which tokens say the captions."""

    YOUNGER: ClassVar[tuple[str, ...]] = ("test_speakers", "method")

    method: Annotated[
        Literal["paper", "spoken"],
        Loads("seesay.captions.spoken", lambda method: method == "spoken"),
    ] = Field(
        default="paper",
        description="how captions get their speech: from words that were recorded apart from the"
        " pictures (paper), or from recordings that say the captions themselves (spoken); spoken"
        " replaces no word, and of the other keys of this section takes the seed alone",
    )
    speakers: Literal["best", "all", "balanced", "mixed"] = Field(
        default="balanced",
        description="who says a caption: of the talkers who can, the one with the largest"
        " vocabulary (best), every one (all), or one, so that captions are spread evenly"
        " (balanced); mixed: several talkers may say the words of one caption, if no talker has"
        " enough words",
    )
    test_speakers: Literal["best", "all", "balanced"] | None = Field(
        default=None,
        description="who says a caption of the test split, with the values of speakers; only with"
        " reuse: always; null: as speakers",
    )
    reuse: Annotated[
        Literal["never", "within_split", "always"],
        Loads("seesay.captions.matching_again", lambda reuse: reuse == "always"),
    ] = Field(
        default="never",
        description="which captions may share a token: none (never); those of one split"
        " (within_split); or all (always): tokens are drawn with replacement, as in the authors'"
        " code, and training and test share tokens",
    )
    min_tokens: int = Field(
        default=1,
        ge=1,
        description="smallest number of tokens of a spoken word that may be used; rarer words are"
        " not used, because two splits cannot share one token; 1: all words may be used",
    )
    relax: tuple[Literal["length", "frequency", "pos"], ...] = Field(
        default=("length",),
        description="properties in which a replacement may differ if none matches, in this order",
    )
    frequency_tolerance: float = Field(
        default=1,
        gt=0,
        le=1,
        description="largest difference between the frequency ranks of a word and its"
        " replacement, as a share of all ranks of the part of speech; 1: any difference; the"
        " nearest rank is always taken",
    )
    seed: Seed = Field(
        default=1, description="seed of the choice of tokens, and of unseen talkers and words"
    )
    unseen_talkers: Annotated[
        Annotated[int, Field(ge=0)] | Annotated[tuple[Pattern, ...], Field(min_length=1)],
        Loads("seesay.captions.unseen"),
    ] = Field(
        default=0,
        description="talkers held out for the test split: a number, or regular expressions of"
        " whole talker ids (flite-.*: every voice of one synthesiser); 0: none. They say half of"
        " the test captions (with speakers: all, every one that they can)",
    )
    unseen_words: Annotated[float, Loads("seesay.captions.unseen")] = Field(
        default=0,
        ge=0,
        lt=1,
        description="share of the test split's spoken word types that are held out: captions of"
        " training and validation are said without them",
    )

    @model_validator(mode="after")
    def _spoken_alone(self) -> "MatchingSettings":
        if self.method == "spoken":
            read = {"method", "seed"}  # the seed also chooses talkers of evaluation.human
            fields = {name: f for name, f in type(self).model_fields.items() if name not in read}
            given = [name for name, f in fields.items() if getattr(self, name) != f.default]
            if given:
                raise ValueError(
                    "method: spoken says captions by their own recordings; leave out"
                    f" {', '.join(given)}"
                )
        return self

    @model_validator(mode="after")
    def _drawn_with_replacement(self) -> "MatchingSettings":
        if self.reuse != "always" and self.test_speakers is not None:
            raise ValueError("test_speakers needs reuse: always; leave it out")
        if self.reuse == "always":
            for key, only in (("unseen_talkers", 0), ("unseen_words", 0)):
                if getattr(self, key) != only:
                    raise ValueError(
                        f"reuse: always lets the test say what training heard; give {key} {only}"
                    )
            if self.speakers == "mixed":
                raise ValueError("reuse: always needs speakers best, all or balanced, got mixed")
        return self
