"""Settings of the stage segmentation."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from seesay.settings import Seed, Settings
from seesay.settings.choice import Choice, about, chosen, names
from seesay.settings.training import TrainingSettings

SEGMENTATIONS = "seesay.audio.segmentations"
COMMON = ("method", "on_bad_input")
# The best recipe of config.yaml with a smaller embedding and fewer epochs.
RECIPE = {
    "embedding": 64,
    "speech_layers": [256],
    "output": "linear",
    "batch_pictures": 20,
    "loss": "infonce",
    "pooling": "logsumexp",
    "optimiser": "adamw",
    "criterion": "r10",
    "max_epochs": 8,
    "patience": 3,
}


class SegmentationRecipe(TrainingSettings):
    """The recipe of `learned`: keys of the section training, with defaults for few, short epochs.

    Keys that read transcripts are refused: segments have none.
    """

    @model_validator(mode="before")
    @classmethod
    def _small(cls, values: Any) -> Any:
        return {**RECIPE, **values} if isinstance(values, dict) else values

    @model_validator(mode="after")
    def _no_transcripts(self) -> "SegmentationRecipe":
        for key in ("human_words", "spare_words", "type_term", "semantic_term", "pseudo_words"):
            if getattr(self, key):
                raise ValueError(f"{key}: segments have no words; leave it out")
        if self.negatives == "types":
            raise ValueError("negatives: segments have no types; give tokens")
        return self


class SegmentationSettings(Settings):
    """How the tokens of spoken captions are found."""

    method: Annotated[str, Choice(SEGMENTATIONS)] = Field(
        default="given",
        description="where tokens begin and end, a module of seesay.audio.segmentations: at the"
        " word times of the speech (given), or as found without them",
    )
    silence: float = Field(
        default=35.0,
        gt=0,
        le=120,
        description="sound this far below the recording's loud parts is silence, in dB",
    )
    pause: float = Field(
        default=0.15,
        ge=0,
        le=10,
        description="silence longer than this separates stretches of speech, in s; a plosive's"
        " closure does not",
    )
    least: float = Field(
        default=0.06, ge=0.005, le=1, description="length of the shortest segment, in s"
    )
    seconds: float = Field(
        default=0.25, ge=0.01, le=10, description="length of the equal segments of uniform, in s"
    )
    smoothing: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="standard deviation of the Gaussian that smooths the amplitude envelope, in s",
    )
    depth: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="least prominence of a minimum of the envelope that is a boundary, as a share"
        " of the envelope's loud level",
    )
    gaps: int = Field(
        default=4, ge=1, le=50, description="most units of energy that a segment of learned holds"
    )
    longest: float = Field(
        default=0.9, gt=0, le=10, description="length of the longest segment of learned, in s"
    )
    clusters: int = Field(
        default=400, ge=2, le=100000, description="clusters of the training split's segments"
    )
    penalty: float = Field(
        default=0.0,
        ge=0,
        description="cost of each segment, as s of squared distance to its cluster; more gives"
        " fewer, longer segments",
    )
    rounds: int = Field(
        default=1, ge=1, le=20, description="rounds of training, clustering and segmentation"
    )
    seed: Seed = Field(default=1, description="seed of training and clustering")
    recipe: SegmentationRecipe | None = Field(
        default=None,
        description="the network and training of learned; keys of training, with other defaults",
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        default="reject",
        description="reject a recording that cannot be read or has no segment; or end the run"
        " (fail)",
    )

    @model_validator(mode="before")
    @classmethod
    def _learns(cls, values: Any) -> Any:
        """Give a method that learns a recipe."""
        if isinstance(values, dict) and not values.get("recipe"):
            name = values.get("method")
            if name in names(SEGMENTATIONS) and "recipe" in _reads(name):
                return values | {"recipe": {}}
        return values

    @model_validator(mode="after")
    def _what_the_method_reads(self) -> "SegmentationSettings":
        fields = type(self).model_fields
        reads = {*COMMON, *chosen(self, "method").reads}
        for key in fields.keys() - reads:
            if getattr(self, key) != fields[key].default:
                readers = [name for name in names(SEGMENTATIONS) if key in _reads(name)]
                raise ValueError(
                    f"{key}: the method {self.method} does not read it; leave it out, or give"
                    f" method {' or '.join(readers)}"
                )
        return self

    @property
    def finds(self) -> bool:
        """Whether tokens are found, not given."""
        return self.method != "given"

    @property
    def pictures(self) -> bool:
        """Whether the method learns from the pictures of the training split."""
        return bool(chosen(self, "method").pictures)


def _reads(name: str) -> tuple[str, ...]:
    found: tuple[str, ...] = about(SEGMENTATIONS, name).reads
    return found
