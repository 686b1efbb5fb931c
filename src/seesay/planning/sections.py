"""The sections that a config file may have, with their defaults.

Add a section here in one line; add a key of a section in `seesay.settings`.
"""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from pydantic import Field

from seesay.planning.given import EmbeddingsSettings
from seesay.planning.results_folder import ResultsFolder
from seesay.settings import Seed, Settings
from seesay.settings.alignment import AlignmentSettings
from seesay.settings.captions import TrainingSection
from seesay.settings.fc7 import Fc7Networks
from seesay.settings.fetch import FetchSettings
from seesay.settings.fragments import FragmentsSettings
from seesay.settings.human import EvaluationSection
from seesay.settings.listen import ListenSettings
from seesay.settings.logmel import LogmelSettings
from seesay.settings.map import MapSettings
from seesay.settings.matching import MatchingSettings
from seesay.settings.metrics import MetricsSettings
from seesay.settings.pictures import PicturesSettings
from seesay.settings.regions import RegionsSettings
from seesay.settings.report import ReportSettings
from seesay.settings.scenes import ScenesSettings
from seesay.settings.segmentation import SegmentationSettings
from seesay.settings.speech import SpeechSettings
from seesay.settings.synthesis import SynthesisSection
from seesay.settings.words import WordsSection

Overrides = dict[str, Any]
Stage = TypeVar("Stage", bound=Settings)


def _varied(stage: str) -> Any:
    return Field(
        default_factory=dict, description=f"keys of the section {stage} and their other values"
    )


class Experiment(Settings):
    """A named variant of the config: the settings that it overrides, or given embeddings."""

    training: Overrides = _varied("training")
    logmel: Overrides = _varied("logmel")
    regions: Overrides = _varied("regions")
    fc7: Overrides = _varied("fc7")
    embeddings: EmbeddingsSettings | None = Field(
        default=None,
        description="files of embeddings by another model, which is evaluated beside the trained"
        " ones (docs/evaluate.md)",
    )


def _section(model: type[Settings], description: str) -> Any:
    return Field(default_factory=model, description=description)


def _unless_ready_made(model: type[Stage]) -> Callable[[dict[str, Any]], Stage | None]:
    """The default of a stage, unless ready-made fragments replace it."""
    return lambda given: None if given.get("fragments") else model()


class Sections(Settings):
    """The sections, each valid by itself."""

    results: ResultsFolder = Field(
        description="folder for everything that the run writes; each data set needs its own"
    )
    # A job's command line names every shard, and has room for some 400.
    shards: int = Field(
        default=8,
        ge=1,
        le=400,
        description="number of parts of each large table; each part is a job, and a new picture"
        " or recording reruns only its part",
    )
    seeds: tuple[Seed, ...] = Field(
        default=(1, 2, 3), min_length=1, description="seeds; every system is trained with each"
    )
    experiments: dict[str, Experiment] = Field(
        default={"paper": Experiment()},
        min_length=1,
        description="named variants, each with the keys of training, logmel, regions and fc7 that"
        " it overrides; default: one experiment without overrides",
    )
    controls: tuple[Literal["shuffled", "text"], ...] = Field(
        default=("shuffled", "text"),
        description="trained controls of each model, each as long to train as the model: shuffled"
        " (pairs) and text (one-hot words); [] for none",
    )
    fetch: FetchSettings = _section(FetchSettings, "what `snakemake fetch` may download")
    scenes: ScenesSettings | None = Field(
        default=None, description="generated pictures; leave out to read your own"
    )
    pictures: PicturesSettings = _section(PicturesSettings, "the captioned pictures")
    fragments: FragmentsSettings | None = Field(
        default=None, description="ready-made fragments, in place of regions and fc7"
    )
    regions: RegionsSettings | None = Field(
        default_factory=_unless_ready_made(RegionsSettings),
        description="candidate boxes; null, or left out beside the section fragments: none are"
        " computed",
    )
    fc7: Fc7Networks | None = Field(
        default_factory=_unless_ready_made(Fc7Networks),
        description="fragments and their features; null, or left out beside the section"
        " fragments: none are computed",
    )
    words: WordsSection = _section(WordsSection, "content words")
    synthesis: SynthesisSection | None = Field(
        default=None, description="generated speech; leave out to read your own"
    )
    alignment: AlignmentSettings | None = Field(
        default=None, description="speech to align with its transcripts; leave out if it has times"
    )
    speech: SpeechSettings = _section(SpeechSettings, "the word-aligned speech")
    segmentation: SegmentationSettings = _section(
        SegmentationSettings, "where the tokens of spoken captions begin and end"
    )
    matching: MatchingSettings = _section(
        MatchingSettings, "which spoken tokens say the caption words"
    )
    logmel: LogmelSettings = _section(LogmelSettings, "features of spoken tokens")
    training: TrainingSection = _section(TrainingSection, "the network and how it learns")
    evaluation: EvaluationSection = _section(EvaluationSection, "queries and galleries")
    metrics: MetricsSettings = _section(MetricsSettings, "intervals")
    listen: ListenSettings = _section(
        ListenSettings, "words to play and pictures to look at in the report"
    )
    map: MapSettings = _section(MapSettings, "the embedding space in two dimensions")
    report: ReportSettings = _section(ReportSettings, "what the report shows")
