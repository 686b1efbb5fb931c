"""The whole config: one model a section, assembled for the Snakefile, the schema and the docs.

No stage imports this module, so that a new key of one stage reruns no other.
"""

import json
from typing import Any

from pydantic import Field, ValidationError, model_validator

from seesay.command import one_line
from seesay.errors import InputError
from seesay.settings import Settings
from seesay.settings.alignment import AlignmentSettings
from seesay.settings.evaluation import EvaluationSettings
from seesay.settings.fc7 import Fc7Settings
from seesay.settings.logmel import LogmelSettings
from seesay.settings.matching import MatchingSettings
from seesay.settings.metrics import MetricsSettings
from seesay.settings.pictures import PicturesSettings
from seesay.settings.regions import RegionsSettings
from seesay.settings.report import ReportSettings
from seesay.settings.scenes import ScenesSettings
from seesay.settings.speech import SpeechSettings
from seesay.settings.synthesis import SynthesisSettings
from seesay.settings.training import TrainingSettings
from seesay.settings.words import WordsSettings


class Experiment(Settings):
    """A named variant: what it overrides."""

    training: dict[str, Any] = Field(
        default_factory=dict, description="keys of the section training and their other values"
    )


class Config(Settings):
    """Everything that a run is made of. Every config file is complete."""

    results: str = Field(min_length=1, description="folder of everything that the run writes")
    shards: int = Field(ge=1, le=4096, description="parts that the big tables are made in")
    seeds: tuple[int, ...] = Field(min_length=1, description="seeds that each system is run with")
    experiments: dict[str, Experiment] = Field(
        min_length=1, description="named variants, each with what it overrides"
    )
    scenes: ScenesSettings | None = Field(
        default=None, description="generated pictures; leave out to read your own"
    )
    pictures: PicturesSettings = Field(description="the captioned pictures")
    regions: RegionsSettings = Field(description="candidate boxes")
    fc7: Fc7Settings = Field(description="scored fragments and their features")
    words: WordsSettings = Field(description="content words")
    synthesis: SynthesisSettings | None = Field(
        default=None, description="generated speech; leave out to read your own"
    )
    alignment: AlignmentSettings | None = Field(
        default=None, description="speech to align with its transcripts; leave out if it has times"
    )
    speech: SpeechSettings = Field(description="the word-aligned speech")
    matching: MatchingSettings = Field(description="caption words to spoken tokens")
    logmel: LogmelSettings = Field(description="features of spoken tokens")
    training: TrainingSettings = Field(description="the network and how it learns")
    evaluation: EvaluationSettings = Field(description="queries and galleries")
    metrics: MetricsSettings = Field(description="intervals")
    report: ReportSettings = Field(description="what the report shows")

    @model_validator(mode="after")
    def _sections_agree(self) -> "Config":
        for stage, sections in (("pictures", ["scenes"]), ("speech", ["synthesis", "alignment"])):
            given = [f"the section {name}" for name in sections if getattr(self, name) is not None]
            given += [f"{stage}.path"] if getattr(self, stage).path is not None else []
            if len(given) > 1:
                raise ValueError(f"{' and '.join(given)} are both given; drop one")
            if not given:
                raise ValueError(
                    f"{stage}.path is null and there is no section {' or '.join(sections)}: "
                    "nothing to read and nothing to generate; give one of them"
                )
        if self.fc7.regions > self.regions.candidates:
            raise ValueError(
                f"fc7.regions ({self.fc7.regions}) are the best of regions.candidates "
                f"({self.regions.candidates}); give as many candidates or more"
            )
        for name, experiment in self.experiments.items():
            if not name.replace("_", "").isalnum():
                raise ValueError(f"experiments: {name!r} may hold letters, digits and _ only")
            try:
                self.training_of(experiment)
            except ValidationError as error:
                raise ValueError(one_line(error, f"experiments.{name}.training")) from None
        return self

    def training_of(self, experiment: Experiment) -> TrainingSettings:
        """The training settings of an experiment."""
        values = self.training.model_dump(mode="json") | experiment.training
        return TrainingSettings.model_validate_json(json.dumps(values))

    def stage_json(self, stage: str, experiment: str | None = None) -> str:
        """A stage's settings alone, as one canonical JSON string."""
        section = getattr(self, stage)
        if experiment is not None:
            section = self.training_of(self.experiments[experiment])
        return json.dumps(section.model_dump(mode="json"), sort_keys=True)


def load(values: dict[str, Any]) -> Config:
    """Validate a config that was read from YAML.

    Raises InputError in one line: the key, what was given and what is allowed.
    """
    try:
        return Config.model_validate_json(json.dumps(values))
    except ValidationError as error:
        raise InputError(one_line(error, "config")) from None


def schema() -> str:
    """The JSON schema of a config file, for editors and `snakemake.utils.validate`."""
    return json.dumps(Config.model_json_schema(), indent=2) + "\n"
