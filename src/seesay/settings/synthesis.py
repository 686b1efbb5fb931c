"""Settings of the stage synthesis."""

import importlib.util
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field, field_validator, model_validator

from seesay.settings import Seed, Settings, UserPath
from seesay.settings.choice import Choice, Loads

# Keys of the section that only one value of `script` reads.
OF_WORDS = ("unsaid", "surplus", "least", "fillers", "pause", "minutes")
OF_CAPTIONS = ("voices",)


class KokoroSettings(Settings):
    """Files of the engine kokoro."""

    model: UserPath = Field(description="Kokoro-82M as an ONNX file")
    voices: UserPath = Field(
        description="folder of its English voices: af_*.bin, am_*.bin, bf_*.bin, bm_*.bin"
    )


class SynthesisSettings(Settings):
    """The talkers, and the words that they say."""

    YOUNGER: ClassVar[tuple[str, ...]] = ("engines", "kokoro", "script", "voices")

    script: Annotated[str, Choice("seesay.audio.scripts")] = Field(
        default="words",
        description="what the talkers say: the captions' words in other sentences (words), or the"
        " captions themselves, each in its own recording (captions), which matching.method: spoken"
        " needs",
    )
    voices: int = Field(
        default=1,
        ge=1,
        description="talkers who say each caption, with script: captions",
    )
    talkers: int = Field(
        default=40, ge=2, le=140, description="talkers, half female and half male voices"
    )
    seed: Seed = Field(default=1, description="seed of all random draws")
    unsaid: float = Field(
        default=0,
        ge=0,
        lt=1,
        description="share of the captions' word types that nobody says, so that some need a"
        " replacement",
    )
    surplus: float = Field(
        default=1.3, ge=1, le=10, description="tokens spoken for each token that the captions need"
    )
    least: int = Field(
        default=0,
        ge=0,
        le=100,
        description="smallest number of tokens of each caption word from each engine",
    )
    fillers: int = Field(
        default=0, ge=0, le=500, description="number of spoken types that no caption uses"
    )
    word_gap: int = Field(
        default=18, ge=0, le=100, description="pause between words, in eSpeak's 10 ms units"
    )
    pause: float = Field(
        default=0.6, gt=0.5, le=5, description="shortest pause between sentences, in s"
    )
    minutes: float = Field(
        default=3, gt=0, le=60, description="approximate length of a recording, in min"
    )
    engines: tuple[Annotated[str, Choice("seesay.audio.engines")], ...] = Field(
        default=("espeak",),
        min_length=1,
        description="synthesisers; the talkers are divided evenly over them",
    )
    kokoro: KokoroSettings | None = Field(
        default=None, description="files of the engine kokoro, which no package contains"
    )

    @model_validator(mode="after")
    def _script_reads_them(self) -> "SynthesisSettings":
        fields = type(self).model_fields
        others = OF_WORDS if self.script == "captions" else OF_CAPTIONS
        given = [name for name in others if getattr(self, name) != fields[name].default]
        if given:
            raise ValueError(
                f"script: {self.script} does not read {', '.join(given)}; leave it out"
            )
        if self.voices > self.talkers:
            raise ValueError(f"voices: {self.voices} talkers a caption, of {self.talkers} in all")
        return self

    @model_validator(mode="after")
    def _engines_agree(self) -> "SynthesisSettings":
        if len(set(self.engines)) < len(self.engines):
            raise ValueError(f"engines: {list(self.engines)} names one twice; each counts once")
        if len(self.engines) > self.talkers:
            raise ValueError(
                f"engines: {len(self.engines)} of them, and {self.talkers} talkers; give as many"
                " talkers or more"
            )
        if "kokoro" in self.engines and self.kokoro is None:
            raise ValueError(
                "engines: kokoro needs its files; give kokoro: {model: FILE, voices: FOLDER}"
            )
        return self


def voice_files(language: str) -> list[str]:
    """eSpeak NG's voices of a language and its accents, as it names them: gmw/de, roa/fr-BE, ...

    Sorted, the language's own voice first; [] for a language that it does not speak.
    """
    spec = importlib.util.find_spec("espeakng_loader")
    assert spec is not None
    assert spec.origin is not None
    home = Path(spec.origin).parent / "espeak-ng-data" / "lang"
    found = [path for path in home.rglob("*") if path.is_file()]
    names = {path.name: str(path.relative_to(home)) for path in sorted(found)}
    if language not in names:
        return []
    return [names[language], *(names[name] for name in names if name.startswith(f"{language}-"))]


class Language(Settings):
    """The language of the engine polyglot."""

    language: str = Field(description="a language of eSpeak NG, by its code")


class SynthesisSection(SynthesisSettings):
    """The section synthesis of a config: speech in English, or in another language.

    With English it is equal to `SynthesisSettings`, which the stage reads: no English speech
    depends on this class.
    """

    YOUNGER: ClassVar[tuple[str, ...]] = (*SynthesisSettings.YOUNGER, "language")

    language: Annotated[
        str, Loads("seesay.audio.engines.polyglot", lambda language: language != "en")
    ] = Field(
        default="en",
        description="language of the captions, by eSpeak NG's code (de, fr, es, cmn, ...); another"
        " one than en needs engines: [espeak] and script: captions",
    )

    @field_validator("language")
    @classmethod
    def _spoken(cls, given: str) -> str:
        if not voice_files(given):
            raise ValueError("eSpeak NG does not speak it; give a code such as de, fr or es")
        return given

    @model_validator(mode="after")
    def _said_as_written(self) -> "SynthesisSection":
        if "polyglot" in self.engines:
            raise ValueError("engines: polyglot is chosen by language; give language: de, say")
        if self.language != "en" and (self.engines != ("espeak",) or self.script != "captions"):
            raise ValueError(
                f"language: {self.language} needs engines: [espeak], because the others speak"
                " English, and script: captions, because the other sentences are English"
            )
        return self
