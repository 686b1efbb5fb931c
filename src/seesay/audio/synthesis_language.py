"""Generated speech in another language than English: talkers of the engine polyglot."""

import importlib
from pathlib import Path

from pydantic import Field

from seesay.audio.synthesis import synthesise
from seesay.settings.synthesis import Language, SynthesisSection, SynthesisSettings


class Foreign(SynthesisSettings):
    """Settings of the stage whose engine is polyglot, with the options of this engine."""

    polyglot: Language = Field(description="options of the engine polyglot")


def speak_language(
    captions: Path, folder: Path, rejects: Path, settings: SynthesisSection, jobs: int
) -> None:
    """As `seesay.audio.synthesis.synthesise`, in the language of the settings."""
    # By its whole name, which code stamps follow: talkers import it by their own.
    engine = importlib.import_module("seesay.audio.engines.polyglot").__name__.rpartition(".")[2]
    given = settings.model_dump(exclude={"language", "engines"})
    own = {"engines": (engine,), engine: {"language": settings.language}}
    synthesise(captions, folder, rejects, Foreign.model_validate(given | own), jobs)
