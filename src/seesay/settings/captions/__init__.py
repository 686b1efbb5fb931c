"""Settings of networks that hear whole captions, which are in the section training."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from seesay.settings.augmentation import AugmentationSettings
from seesay.settings.choice import Loads, about, chosen, names
from seesay.settings.training import LOSSES, TrainingSettings

ENCODERS = "seesay.model.speech_encoders"
# Masks work on any frames; other changes are those of a word.
MASKS = ("time_mask", "filter_mask")


def whole(unit: str) -> bool:
    """Whether a unit is a whole caption."""
    return unit == "caption"


class TrainingSection(TrainingSettings):
    """The section training: the network, the recipe, and what the network hears at once."""

    YOUNGER: ClassVar[tuple[str, ...]] = ("unit", "caption_pooling", "batch_captions")

    unit: Annotated[
        Literal["word", "caption"],
        Loads("seesay.learning.captions.examples", whole),
        Loads("seesay.learning.caption_measures", whole),
        Loads("seesay.learning.batches.captions", whole),
        Loads("seesay.scoring.captions.moments", whole),
        Loads("seesay.exhibits.listen_captions", whole),
    ] = Field(
        default="word",
        description="what the network hears at once: a word, cut by its times (word, paper), or"
        " a whole recording that says a caption, without any word times (caption); caption needs"
        " matching.method: spoken and a speech_encoder for captions",
    )
    caption_pooling: Literal["sisa", "misa", "sima", "logsumexp"] = Field(
        default="misa",
        description="how the similarities of a caption's moments with a picture's fragments become"
        " one score (Harwath et al. 2018): the mean of all (sisa), the mean over moments of the"
        " best fragment (misa), the mean over fragments of the best moment (sima), or a soft"
        " maximum of all (logsumexp); only with unit: caption",
    )
    batch_captions: int = Field(
        default=1,
        ge=0,
        le=1000,
        description="captions of each picture in a batch, drawn anew in every epoch; 0: all; only"
        " with unit: caption",
    )

    @model_validator(mode="after")
    def _of_one_unit(self) -> "TrainingSection":
        unit = chosen(self, "speech_encoder").unit
        if unit != self.unit:
            others = [name for name in names(ENCODERS) if about(ENCODERS, name).unit == self.unit]
            raise ValueError(
                f"unit {self.unit}: the speech_encoder {self.speech_encoder} hears a {unit}; give"
                f" speech_encoder {' or '.join(others)}"
            )
        if self.unit == "word":
            for key in self.YOUNGER[1:]:
                if getattr(self, key) != type(self).model_fields[key].default:
                    raise ValueError(f"{key} is for whole captions; give unit: caption")
        return self

    @model_validator(mode="after")
    def _fits_captions(self) -> "TrainingSection":
        if self.unit == "word":
            return self
        if self.batch_pictures == 1:
            raise ValueError(
                "unit caption needs other pictures as negatives; give batch_pictures of 2 or more"
            )
        if not chosen(self, "loss").captions:
            fit = [name for name in names(LOSSES) if about(LOSSES, name).captions]
            raise ValueError(
                f"unit caption: the loss {self.loss} compares single words with fragments; give"
                f" loss {' or '.join(fit)}"
            )
        words = ("word_term", "type_term", "semantic_term", "lexicon_term", "pseudo_words")
        hearing = [name for name in AugmentationSettings.model_fields if name not in MASKS]
        for key in (*words, "human_words", "spare_words", "speech_norm", *hearing):
            given, only = getattr(self, key), type(self).model_fields[key].default
            if given != only:
                raise ValueError(
                    f"unit caption: {key} {given} is for single words, and this network hears none;"
                    f" give {key} {only}"
                )
        return self

    def reading(self) -> "TrainingSection":
        """The recipe of the control `text`; of captions, each word becomes a moment."""
        if self.unit == "word":
            found = super().reading()
            assert isinstance(found, TrainingSection)
            return found
        unheard = dict.fromkeys(MASKS, 0)
        return self.model_copy(update={**unheard, "speech_layers": ()})

    @property
    def stride(self) -> int:
        """Frames of a moment: each of `speech_layers` halves their number."""
        return int(2 ** len(self.speech_layers))
