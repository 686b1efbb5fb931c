"""The whole config: its sections, checks across them, and each experiment's settings.

No stage imports this module, so that a new key of one stage reruns no other.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError, model_validator

from seesay.corpora import READERS
from seesay.corpora.finding import find
from seesay.model.frames import check_frames
from seesay.planning.config_file import look_through, refuse_odd
from seesay.planning.experiments import ordered
from seesay.planning.given import check_given
from seesay.planning.parts import check_sources, lacking
from seesay.planning.sections import Experiment, Sections
from seesay.settings import alike
from seesay.settings.captions.checks import check_captions
from seesay.settings.choice import about, chosen
from seesay.settings.corpora import Corpus
from seesay.settings.fc7 import Fc7Networks
from seesay.settings.human import HumanSettings, check_human
from seesay.settings.regions import RegionsSettings
from seesay.shared.command import one_line
from seesay.shared.errors import InputError

VARIED = ("training", "logmel", "regions", "fc7")


class Config(Sections):
    """All settings of a run; a config file says only what differs from the defaults."""

    @model_validator(mode="after")
    def _sections_agree(self) -> "Config":
        check_sources(self)
        self._check_readers()
        self._check_spoken()
        self._check_segmentation()
        if self.fetch.pascal1k and len(self._pascal1k()) != 1:
            raise ValueError(
                f"fetch.pascal1k needs one entry of pictures.corpora with the reader pascal1k, to"
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
        if not self.trained:
            raise ValueError(
                "experiments: all have given embeddings; add one that is trained, such as paper: {}"
            )
        if self.listen.experiment not in (None, *self.trained):
            raise ValueError(
                f"listen.experiment: there is no experiment {self.listen.experiment!r}; there are"
                f" {', '.join(sorted(self.trained))}, which this run trains"
            )
        return self

    def _check_readers(self) -> None:
        """Raise ValueError unless every corpus has a reader, and its options fit."""
        given = [(f"{stage}.corpora", getattr(self, stage).corpora, stage) for stage in READERS]
        given += [("alignment.corpora", self.alignment.corpora if self.alignment else (), "speech")]
        for key, corpora, stage in [*given, ("evaluation.human", self.evaluation.human, "speech")]:
            for place, corpus in enumerate(corpora):
                try:
                    find(corpus, READERS[stage])
                except InputError as error:
                    raise ValueError(f"{key}.{place}: {error}") from None

    def _check_spoken(self) -> None:
        """Raise ValueError unless the speech can say what is wanted of it."""
        script = self.synthesis.script if self.synthesis else ""
        if self.words.keep == "all" and script == "words":
            raise ValueError(
                "words.keep: all needs the captions' function words, which synthesis.script: words"
                " does not say; give script: captions, or keep: content"
            )
        if self.matching.method != "spoken":
            return
        if script == "words":
            raise ValueError(
                "matching.method: spoken needs recordings that say captions; give synthesis.script:"
                " captions"
            )
        for name in self.trained:
            spare = self.section_of(name, "training").spare_words
            if spare:
                raise ValueError(
                    f"experiments.{name}.training: spare_words is {spare}, and it gives tokens to"
                    " pictures that they are not about; matching.method: spoken does without"
                )

    def _check_segmentation(self) -> None:
        """Raise ValueError if found tokens have no captions to say, or would be chosen by words."""
        found = self.segmentation
        if not found.finds:
            return
        finds = f"segmentation.method: {found.method} finds the tokens of the captions"
        if self.matching.method != "spoken":
            raise ValueError(
                f"{finds} in recordings that say them; give matching.method: spoken, or"
                " segmentation.method: given"
            )
        if self.evaluation.human:
            raise ValueError(
                f"{finds}, and evaluation.human tests words with given times; leave it out"
            )
        if found.pictures and len(self.pictures.folds) > 1:
            raise ValueError(
                f"{finds} once, and would learn from the test pictures of other folds"
                " (pictures.split.fold: all); give one fold, or another method"
            )
        for name in self.experiments:
            training = self.section_of(name, "training")
            read = [key for key in ("type_term", "semantic_term") if getattr(training, key)]
            read += ["negatives: types"] if training.negatives == "types" else []
            if read:
                raise ValueError(
                    f"experiments.{name}.training: {' and '.join(read)} would read transcripts,"
                    f" and {finds} without them; leave it out, or give segmentation.method: given"
                )

    def _check_fragments(self) -> None:
        """Raise ValueError unless fragments have exactly one source, with all that it needs."""
        if self.fragments is None:
            for section in ("regions", "fc7"):
                if getattr(self, section) is None:
                    raise ValueError(
                        f"no section {section}; give it, or ready-made fragments in the section"
                        " fragments"
                    )
            if self.pictures.split.method == "fragments":
                raise ValueError("pictures.split.method: fragments needs the section fragments")
            if any(corpus.options.get("captions_alone") for corpus in self.pictures.corpora):
                raise ValueError(
                    "pictures.corpora: captions_alone needs the section fragments, for features"
                    " are made from the pictures' files"
                )
        if self.fc7 and self.regions:
            _check_candidates(self.regions, self.fc7)

    def _check_experiment(self, name: str, experiment: Experiment) -> None:
        """Raise ValueError unless an experiment's overrides fit their sections and one another."""
        if given := experiment.embeddings:
            changed = [stage for stage in VARIED if getattr(experiment, stage)]
            check_given(name, given, changed, len(self.pictures.folds), self.matching.method)
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
            own, method = experiment.logmel, self.matching.method
            check_captions(training, method, own, logmel, self.evaluation)
        except ValueError as error:
            raise ValueError(f"experiments.{name}.training: {error}") from None

    @property
    def trained(self) -> list[str]:
        """The experiments that the run trains, in their order."""
        return [name for name in ordered(self.experiments) if not self.experiments[name].embeddings]

    @property
    def measured(self) -> list[str]:
        """All experiments, the trained ones first: the others are compared with the first."""
        return [*self.trained, *(n for n in ordered(self.experiments) if n not in self.trained)]

    def _pascal1k(self) -> list[str]:
        """The folders of the corpora in Pascal1K's layout."""
        return [corpus.path for corpus in self.pictures.corpora if corpus.reader == "pascal1k"]

    def fetched_folder(self) -> str:
        """The folder to fetch Pascal1K into, or None."""
        return self._pascal1k()[0] if self.fetch.pascal1k else ""

    def fetched_networks(self) -> list[str]:
        """Image networks whose torchvision weights must be fetched: no package has them."""
        if self.fragments or self.regions is None or self.fc7 is None:
            return []
        wanted = set()
        for name in self.trained:
            fc7, regions = self.section_of(name, "fc7"), self.section_of(name, "regions")
            if fc7.weights == "DEFAULT":
                named = zip(fc7.networks, fc7.facts, strict=True)
                wanted |= {network for network, facts in named if not facts.packaged}
            if regions.weights == "DEFAULT" and (detector := chosen(regions, "proposals").network):
                wanted.add(detector)
        return sorted(wanted)

    def section_of(self, experiment: str, stage: str) -> Any:
        """An experiment's settings of a stage; None if the config lacks the section.

        Raises ValidationError if its overrides do not fit.
        """
        section, given = getattr(self, stage), getattr(self.experiments[experiment], stage, {})
        if section is None or not given:
            return section
        return section.model_validate_json(json.dumps(section.model_dump(mode="json") | given))

    @property
    def human(self) -> HumanSettings:
        """Settings of the stage human, if evaluation.human has corpora."""
        return self.evaluation.told(self.matching.seed)

    def variant(self, experiment: str, stage: str) -> str:
        """The folder of an experiment's files below the stage's folder: "" or "digest/".

        It is "" for the settings of the sections themselves, and otherwise a digest of the settings
        of the stage and of the one before it. Experiments with equal settings share a folder, so
        adding or renaming an experiment reruns nothing.
        """
        stages = ["regions", "fc7"] if stage == "fc7" else [stage]
        if all(self.section_of(experiment, each) == getattr(self, each) for each in stages):
            return ""
        text = "\n".join(self.stage_json(each, experiment) for each in stages)
        return f"{hashlib.sha256(text.encode()).hexdigest()[:8]}/"

    def made(self, stage: str) -> Corpus:
        """The corpus of pictures or of speech that the run makes itself."""
        if stage == "pictures":
            return Corpus(reader="pascal1k", path=f"{self.results}/scenes/pictures")
        if self.alignment is None:
            assert self.synthesis is not None
            facts, path = chosen(self.synthesis, "script"), f"{self.results}/synthesis/speech"
        else:
            # In the layout of synthetic captions if it says captions, else of synthetic words.
            script = "captions" if self.alignment.corpora else "words"
            facts = about("seesay.audio.scripts", script)
            path = f"{self.results}/alignment/speech"
        return Corpus(reader=facts.reader, path=path, options=facts.options)

    def stage_json(self, stage: str, experiment: str | None = None) -> str:
        """A stage's own settings, as one canonical JSON string."""
        section = self.section_of(experiment, stage) if experiment else getattr(self, stage)
        return str(section.compared())


def _check_candidates(regions: RegionsSettings, fc7: Fc7Networks) -> None:
    """Raise ValueError unless there are at least as many candidates as regions to keep."""
    if fc7.regions > regions.candidates:
        raise ValueError(
            f"fc7.regions ({fc7.regions}) are the best of regions.candidates "
            f"({regions.candidates}); give as many candidates or more"
        )


def load(values: dict[str, Any], files: Iterable[str | Path] = (), whole: bool = True) -> Config:
    """Validate a config that was read from YAML; `files` are its files, if known.

    Raises InputError in one line: the key, the value given and the values allowed. Unless it must
    be `whole`, a config may have pictures without speech, or speech without pictures.
    """
    look_through(files)
    refuse_odd("", values)
    try:
        config = Config.model_validate_json(json.dumps(values))
    except ValidationError as error:
        raise InputError(one_line(error, "config")) from None
    if whole and lacking(config):
        raise InputError(f"config: {'; '.join(lacking(config).values())}")
    return config


def schema() -> str:
    """The JSON schema of a config file, for editors and `snakemake.utils.validate`."""
    return json.dumps(Config.model_json_schema(), indent=2) + "\n"
