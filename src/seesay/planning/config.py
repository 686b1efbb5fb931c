"""The whole config: one model a section, assembled for the Snakefile, the schema and the docs.

No stage imports this module, so that a new key of one stage reruns no other.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from seesay.corpora import READERS
from seesay.corpora.finding import find
from seesay.planning.config_file import look_through, refuse_odd
from seesay.settings import Seed, Settings, alike
from seesay.settings.alignment import AlignmentSettings
from seesay.settings.fc7 import Fc7Settings
from seesay.settings.fetch import FetchSettings
from seesay.settings.fragments import FragmentsSettings
from seesay.settings.frames import check_frames
from seesay.settings.human import EvaluationSection, HumanSettings, check_human
from seesay.settings.listen import ListenSettings
from seesay.settings.logmel import LogmelSettings
from seesay.settings.map import MapSettings
from seesay.settings.matching import MatchingSettings
from seesay.settings.metrics import MetricsSettings
from seesay.settings.pictures import PicturesSettings
from seesay.settings.regions import RegionsSettings
from seesay.settings.report import ReportSettings
from seesay.settings.results import ResultsFolder
from seesay.settings.scenes import ScenesSettings
from seesay.settings.speech import SpeechSettings
from seesay.settings.synthesis import SynthesisSettings
from seesay.settings.training import TrainingSettings
from seesay.settings.words import WordsSettings
from seesay.shared.command import one_line
from seesay.shared.errors import InputError

VARIED = ("training", "logmel", "regions", "fc7")
Overrides = dict[str, Any]
# Keys that results may be older than: with their defaults they are left out of what is compared.
YOUNGER = {
    "synthesis": ("engines", "kokoro"),
    "regions": ("k", "sigma", "min_size"),
    "matching": ("test_speakers",),
    "evaluation": ("abx_context",),
}


class Experiment(Settings):
    """A named variant: what it overrides."""

    training: Overrides = Field(
        default_factory=dict, description="keys of the section training and their other values"
    )
    logmel: Overrides = Field(
        default_factory=dict, description="keys of the section logmel and their other values"
    )
    regions: Overrides = Field(
        default_factory=dict, description="keys of the section regions and their other values"
    )
    fc7: Overrides = Field(
        default_factory=dict, description="keys of the section fc7 and their other values"
    )


class Config(Settings):
    """Everything that a run is made of. Every config file is complete."""

    results: ResultsFolder = Field(description="folder of everything that the run writes")
    # A job's command line names every shard, and a line has room for some 400.
    shards: int = Field(ge=1, le=400, description="parts that the big tables are made in")
    seeds: tuple[Seed, ...] = Field(min_length=1, description="seeds that each system is run with")
    experiments: dict[str, Experiment] = Field(
        min_length=1, description="named variants, each with what it overrides"
    )
    controls: tuple[Literal["shuffled", "text"], ...] = Field(
        default=("shuffled", "text"),
        description="controls that are trained beside each model, and take as long as it",
    )
    fetch: FetchSettings = Field(
        default=FetchSettings(), description="what `snakemake fetch` may download"
    )
    scenes: ScenesSettings | None = Field(
        default=None, description="generated pictures; leave out to read your own"
    )
    pictures: PicturesSettings = Field(description="the captioned pictures")
    fragments: FragmentsSettings | None = Field(
        default=None, description="ready-made fragments, in place of regions and fc7"
    )
    regions: RegionsSettings | None = Field(
        default=None, description="candidate boxes; leave out with the section fragments alone"
    )
    fc7: Fc7Settings | None = Field(
        default=None,
        description="scored fragments and their features; leave out with the section fragments"
        " alone",
    )
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
    evaluation: EvaluationSection = Field(description="queries and galleries")
    metrics: MetricsSettings = Field(description="intervals")
    listen: ListenSettings = Field(description="what the report lets one hear and see")
    map: MapSettings = Field(description="the shared space on a plane")
    report: ReportSettings = Field(description="what the report shows")

    @model_validator(mode="after")
    def _sections_agree(self) -> "Config":
        for stage, sections in (("pictures", ["scenes"]), ("speech", ["synthesis", "alignment"])):
            given = [f"the section {name}" for name in sections if getattr(self, name) is not None]
            given += [f"{stage}.corpora"] if getattr(self, stage).corpora else []
            if len(given) > 1:
                raise ValueError(
                    f"{' and '.join(given)} are both given; {stage} come from one place: drop one"
                )
            if not given:
                raise ValueError(
                    f"{stage}.corpora is empty and there is no section {' or '.join(sections)}: "
                    "nothing to read and nothing to generate; give one of them"
                )
        self._check_readers()
        if self.fetch.pascal1k and len(self._pascal1k()) != 1:
            raise ValueError(
                f"fetch.pascal1k wants one entry of pictures.corpora with the reader pascal1k, to"
                f" fetch into its folder; there are {len(self._pascal1k())}"
            )
        for key in ("seeds", "controls"):
            given = list(getattr(self, key))
            if len(set(given)) < len(given):
                raise ValueError(f"{key}: {given} names one twice; each counts once")
        self._check_fragments()
        for name, experiment in self.experiments.items():
            if not re.fullmatch("[A-Za-z0-9_]{1,64}", name):
                raise ValueError(
                    f"experiments: {name[:70]!r} may hold letters a-z, digits and _ only, 64 of"
                    " them at most"
                )
            self._check_experiment(name, experiment)
        if alike(self.experiments):
            raise ValueError(
                f"experiments: {' and '.join(alike(self.experiments))} differ in capitals alone;"
                " some file systems take them for one"
            )
        if self.listen.experiment not in (None, *self.experiments):
            raise ValueError(
                f"listen.experiment: there is no experiment {self.listen.experiment!r}; there are"
                f" {', '.join(sorted(self.experiments))}"
            )
        return self

    def _check_readers(self) -> None:
        """Raise ValueError unless every corpus has a reader, and its options fit."""
        given = [(f"{stage}.corpora", getattr(self, stage).corpora, stage) for stage in READERS]
        for key, corpora, stage in [*given, ("evaluation.human", self.evaluation.human, "speech")]:
            for place, corpus in enumerate(corpora):
                try:
                    find(corpus, READERS[stage])
                except InputError as error:
                    raise ValueError(f"{key}.{place}: {error}") from None

    def _check_fragments(self) -> None:
        """Raise ValueError unless there is one way to fragments, and what needs it has it."""
        if self.fragments is None:
            for section in ("regions", "fc7"):
                if getattr(self, section) is None:
                    raise ValueError(
                        f"no section {section}; give it, or ready-made fragments in the section"
                        " fragments"
                    )
            if self.pictures.split.method == "fragments":
                raise ValueError("pictures.split.method: fragments wants the section fragments")
            if any(corpus.options.get("captions_alone") for corpus in self.pictures.corpora):
                raise ValueError(
                    "pictures.corpora: captions_alone wants the section fragments, for features"
                    " are made from the pictures' files"
                )
        if self.fc7 and self.regions:
            _check_candidates(self.regions, self.fc7)

    def _check_experiment(self, name: str, experiment: Experiment) -> None:
        """Raise ValueError unless an experiment's overrides fit their sections and each other."""
        for stage in VARIED:
            made = stage not in ("regions", "fc7") or self.fragments is None
            if getattr(experiment, stage) and not made:
                raise ValueError(
                    f"experiments.{name}.{stage}: the fragments are ready-made; there is no such"
                    " stage to change"
                )
            try:
                self.section_of(name, stage)
            except ValidationError as error:
                raise ValueError(one_line(error, f"experiments.{name}.{stage}")) from None
        if self.regions and self.fc7:
            try:
                _check_candidates(self.section_of(name, "regions"), self.section_of(name, "fc7"))
            except ValueError as error:
                raise ValueError(f"experiments.{name}: {error}") from None
        training, logmel = self.section_of(name, "training"), self.section_of(name, "logmel")
        try:
            check_frames(training, logmel)
            check_human(training, self.evaluation)
        except ValueError as error:
            raise ValueError(f"experiments.{name}.training: {error}") from None

    def _pascal1k(self) -> list[str]:
        """The folders of the corpora in Pascal1K's layout."""
        return [corpus.path for corpus in self.pictures.corpora if corpus.reader == "pascal1k"]

    def fetched_folder(self) -> str:
        """The folder that Pascal1K is to be fetched into, or nothing."""
        return self._pascal1k()[0] if self.fetch.pascal1k else ""

    def fetched_networks(self) -> list[str]:
        """The image networks for which torchvision's weights are wanted; no package has them."""
        if self.fragments or self.regions is None or self.fc7 is None:
            return []
        wanted = set()
        for name in self.experiments:
            fc7, regions = self.section_of(name, "fc7"), self.section_of(name, "regions")
            if fc7.weights == "DEFAULT" and fc7.network != "efficientnet_lite0":
                wanted.add(fc7.network)
            if regions.weights == "DEFAULT" and regions.proposals == "rpn":
                wanted.add("fasterrcnn")
        return sorted(wanted)

    def section_of(self, experiment: str, stage: str) -> Any:
        """The settings of a stage as an experiment has them; None for a section that is not there.

        Raises ValidationError when its overrides do not fit.
        """
        section, given = getattr(self, stage), getattr(self.experiments[experiment], stage, {})
        if section is None or not given:
            return section
        return section.model_validate_json(json.dumps(section.model_dump(mode="json") | given))

    @property
    def human(self) -> HumanSettings:
        """What the stage human is told, where evaluation.human has corpora."""
        return self.evaluation.told(self.matching.seed)

    def variant(self, experiment: str, stage: str) -> str:
        """The folder, below the stage's, of what an experiment's settings make: "" or "digits/".

        It is "" for the settings of the sections themselves, and else a digest of the settings
        of the stage and of the one before it, so that equal ones share a folder, whatever the
        experiments are called and whichever others there are.
        """
        stages = ["regions", "fc7"] if stage == "fc7" else [stage]
        if all(self.section_of(experiment, each) == getattr(self, each) for each in stages):
            return ""
        text = "\n".join(self.stage_json(each, experiment) for each in stages)
        return f"{hashlib.sha256(text.encode()).hexdigest()[:8]}/"

    def stage_json(self, stage: str, experiment: str | None = None) -> str:
        """A stage's settings alone, as one canonical JSON string."""
        section = self.section_of(experiment, stage) if experiment else getattr(self, stage)
        # They add rules and change nothing in those that are there.
        switches = {"legacy", "human", "human_talkers"} if stage == "evaluation" else set()
        switches |= {name for name in YOUNGER.get(stage, ()) if _is_default(section, name)}
        return json.dumps(section.model_dump(mode="json", exclude=switches), sort_keys=True)


def _is_default(section: Settings | None, name: str) -> bool:
    fields = type(section).model_fields if section is not None else {}
    return name in fields and getattr(section, name) == fields[name].default


def _check_candidates(regions: RegionsSettings, fc7: Fc7Settings) -> None:
    """Raise ValueError unless there are as many candidates as regions to keep."""
    if fc7.regions > regions.candidates:
        raise ValueError(
            f"fc7.regions ({fc7.regions}) are the best of regions.candidates "
            f"({regions.candidates}); give as many candidates or more"
        )


def load(values: dict[str, Any], files: Iterable[str | Path] = ()) -> Config:
    """Validate a config that was read from YAML, `files`, where they are known.

    Raises InputError in one line: the key, what was given and what is allowed.
    """
    look_through(files)
    refuse_odd("", values)
    try:
        return Config.model_validate_json(json.dumps(values))
    except ValidationError as error:
        raise InputError(one_line(error, "config")) from None


def schema() -> str:
    """The JSON schema of a config file, for editors and `snakemake.utils.validate`."""
    return json.dumps(Config.model_json_schema(), indent=2) + "\n"
