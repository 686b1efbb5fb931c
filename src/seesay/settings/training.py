"""Settings of the stage training."""

from typing import Literal

from pydantic import Field, model_validator

from seesay.settings import Settings
from seesay.settings.network import NetworkSettings

Anchors = Literal["both", "words"]
# They work on log-Mel frames as powers, filters and times, in training alone.
PERTURBATIONS = ("filter_warp", "tempo", "neighbours", "reverberation", "noise", "channel")
IN_TIME = ("tempo", "neighbours")  # they take frames of any kind


class Frames(Settings):
    """The keys of the section logmel that perturbations read."""

    low: float
    high: float
    hop: float
    floor: float
    span: Literal["window", "masked", "word"]
    normalise: Literal["none", "recording", "token"]


class TrainingSettings(NetworkSettings):
    """The network's shape and the recipe.

    Defaults follow section 3 of the paper, except `criterion` and, since the loss is a mean over
    pairs, `eps`.
    """

    human_words: int = Field(
        default=0,
        ge=0,
        le=1000,
        description="human tokens (evaluation.human, of talkers that are not the test's) that join"
        " each training picture for each of its spoken words; chosen by their transcripts",
    )
    spare_words: int = Field(
        default=0,
        ge=0,
        le=1000,
        description="least tokens of each word type in training; tokens that no caption uses join"
        " its pictures, chosen by their transcripts",
    )
    standardise: Literal["train", "none"] = Field(
        default="train",
        description="what the features are standardised with: the training set's means and "
        "deviations, or none: raw, as in the authors' code",
    )
    batch_pictures: int = Field(
        default=1,
        ge=1,
        description="pictures a batch; paper: 1, whose different tokens are drawn from all; more:"
        " the pictures of a batch are each other's different examples",
    )
    loss: Literal["coscos2", "cosine", "margin", "euclidean", "defrag", "infonce", "sigmoid"] = (
        Field(
            default="coscos2",
            description="coscos2 (paper), or, over batches of many pictures: cosine, margin"
            " (triplets), euclidean (triplets), defrag (Karpathy et al. 2014), infonce, sigmoid",
        )
    )
    pooling: Literal["max", "logsumexp"] = Field(
        default="max",
        description="how a word's score for a picture comes from its fragments, and a fragment's"
        " from a picture's words: the best (max), or logsumexp, which hears the others, too;"
        " margin, euclidean, infonce, sigmoid and word_term",
    )
    temperature: float = Field(
        default=0.1,
        gt=0,
        description="T of infonce, sigmoid, logsumexp and the terms",
    )
    margin: float = Field(
        default=0.2,
        description="least lead of the own picture (margin, euclidean); cosine of a different pair"
        " that costs nothing (cosine), or at which the odds are even (sigmoid)",
    )
    mining: Literal["all", "hardest", "semihard"] = Field(
        default="all",
        description="other pictures that a triplet takes: all, the nearest, or the nearest that is"
        " farther than the own; margin and euclidean",
    )
    anchors: Anchors = Field(
        default="both",
        description="what is to tell its own picture from others: tokens and fragments alike"
        " (both), or tokens alone (words); margin, euclidean, infonce and sigmoid",
    )
    pseudo_anchors: Anchors = Field(
        default="both",
        description="the anchors while words are learnt again as pseudo-words, and of the control"
        " text beside such a model",
    )
    pseudo_negatives: Literal["tokens", "words"] = Field(
        default="tokens",
        description="what a different pair may not be while words are learnt again as pseudo-words:"
        " a token used for the picture (tokens), or a pseudo-word said of it (words); in the"
        " control text beside such a model, a type said of it",
    )
    lexicon_term: float = Field(
        default=0.0,
        ge=0,
        description="weight of the term that has a fragment find its picture's words among all"
        " pseudo-words, while words are learnt again; in the control text, among all types",
    )
    type_term: float = Field(
        default=0,
        ge=0,
        description="weight of a term that pulls the tokens of one word by several talkers"
        " together; it reads the training words' transcripts",
    )
    word_term: float = Field(
        default=0.0,
        ge=0,
        description="weight of the term that pulls a picture's words, by several talkers, together;"
        " it reads who speaks",
    )
    semantic_term: float = Field(
        default=0.0,
        ge=0,
        description="weight of the term that pulls words of like contexts together, by the"
        " transcripts of the training words",
    )
    reduction: Literal["mean", "sum"] = Field(
        default="mean", description="of the loss over a batch's pairs; of one picture a batch alone"
    )
    negatives: Literal["tokens", "types"] = Field(
        default="tokens",
        description="what a different pair may not be: a token used for the picture (paper), or "
        "any token of a type used for the picture",
    )
    time_shift: int = Field(
        default=0, ge=0, description="most frames that a word is moved by in training, either way"
    )
    time_mask: int = Field(
        default=0, ge=0, description="most neighbouring frames hidden in training (SpecAugment)"
    )
    filter_mask: int = Field(
        default=0, ge=0, description="most neighbouring filters hidden in training (SpecAugment)"
    )
    filter_warp: float = Field(
        default=0.0,
        ge=0,
        le=0.5,
        description="share that frequencies are scaled by in training at most, up or down: other"
        " vocal tracts (Jaitly and Hinton 2013)",
    )
    tempo: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        description="share that the tempo is changed by in training at most, up or down; within a"
        " word of the span word, whose length is normalised",
    )
    neighbours: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="share of a word's length that its cut reaches into other words in training at"
        " most, at each edge; of the span word",
    )
    reverberation: float = Field(
        default=0.0,
        ge=0,
        le=10,
        description="longest reverberation in training, in s until it is 60 dB down; frames of the"
        " span word count as logmel.hop each",
    )
    noise: float = Field(
        default=0.0,
        ge=0,
        le=10,
        description="loudest noise in training, its power to the word's (0.1: 10 dB below it);"
        " drawn evenly in dB from 30 dB below that",
    )
    channel: float = Field(
        default=0.0,
        ge=0,
        le=10,
        description="other microphones and levels in training: standard deviation of a smooth"
        " random curve over the filters, in nats of power",
    )
    optimiser: Literal["adadelta", "adam", "adamw"] = Field(
        default="adadelta", description="adadelta (paper), adam or adamw"
    )
    learning_rate: float = Field(
        default=1e-3, gt=0, description="of adam and adamw; Adadelta has none"
    )
    schedule: Literal["constant", "cosine"] = Field(
        default="constant",
        description="the learning rate over max_epochs: constant, or falling towards 0 as half a"
        " cosine, in each part anew; adam and adamw",
    )
    rho: float = Field(default=0.95, ge=0, lt=1, description="Adadelta's decay; paper: 0.95")
    eps: float = Field(
        default=1e-8, gt=0, description="Adadelta's epsilon; paper: 1e-6; depends on reduction"
    )
    l2: float = Field(
        default=1e-4,
        ge=0,
        description="lambda of the L2 term lambda ||theta||^2; paper: 1e-4; with adamw the weights"
        " decay by 2 lambda of themselves times the learning rate",
    )
    max_norm: float = Field(
        default=6, gt=0, description="largest norm of a unit's incoming weights; paper: 6"
    )
    criterion: Literal["loss", "r10"] = Field(
        default="r10",
        description="what early stopping watches on the validation set: the loss, or r10: R@10 of"
        " Word Token by Image and Image Token by Word, their mean",
    )
    max_epochs: int = Field(default=100, ge=1, description="epochs at most")
    patience: int = Field(
        default=10, ge=1, description="epochs without a better criterion before training stops"
    )

    @model_validator(mode="after")
    def _batches_of_many(self) -> "TrainingSettings":
        if self.batch_pictures == 1:
            of_many = {"loss": "coscos2", "word_term": 0, "semantic_term": 0, "pseudo_words": 0}
            of_many |= {"type_term": 0}
            of_many |= {"time_shift": 0, "time_mask": 0, "filter_mask": 0, "anchors": "both"}
            of_many |= dict.fromkeys(PERTURBATIONS, 0)
            for key, only in of_many.items():
                if getattr(self, key) != only:
                    raise ValueError(
                        f"{key} {getattr(self, key)} wants a batch of many pictures; give"
                        " batch_pictures of 2 or more"
                    )
        return self

    @model_validator(mode="after")
    def _what_the_loss_reads(self) -> "TrainingSettings":
        triplets = ("margin", "euclidean")
        for key, only, losses in (
            ("mining", "all", triplets),
            ("anchors", "both", (*triplets, "infonce", "sigmoid")),
        ):
            if getattr(self, key) != only and self.loss not in losses:
                raise ValueError(
                    f"{key} {getattr(self, key)}: the loss {self.loss} does not read it; give"
                    f" {key} {only}, or the loss {' or '.join(losses)}"
                )
        return self

    @model_validator(mode="after")
    def _rates_that_fall(self) -> "TrainingSettings":
        if self.schedule != "constant" and self.optimiser == "adadelta":
            raise ValueError(
                f"schedule {self.schedule} wants a learning rate, and adadelta has none; give"
                " optimiser adam or adamw"
            )
        return self

    @model_validator(mode="after")
    def _terms_of_a_lexicon(self) -> "TrainingSettings":
        if self.lexicon_term and not self.pseudo_words:
            raise ValueError(
                f"lexicon_term {self.lexicon_term} wants words that are known: give pseudo_words"
            )
        return self

    @model_validator(mode="after")
    def _parts_that_compare(self) -> "TrainingSettings":
        for key, what in (("anchors", "anchors"), ("negatives", "different pairs")):
            first, later = getattr(self, key), getattr(self, f"pseudo_{key}")
            if self.pseudo_words and later != first and self.criterion == "loss":
                raise ValueError(
                    f"pseudo_{key} {later} and {key} {first}: losses of other {what} cannot say"
                    " which part is better; give criterion r10"
                )
        return self

    def of_words(self) -> "TrainingSettings":
        """The recipe for words that are known by name: the later parts', and the control `text`'s.

        There is nothing to hear, so no frames to change or to hide, and the loss is that of the
        parts on pseudo-words, where there are any. To `negatives` a word's type is then what it is
        known by.
        """
        hearing = ("time_shift", "time_mask", "filter_mask", *PERTURBATIONS)
        parts: dict[str, str | int] = dict.fromkeys(("pseudo_words", "type_term", *hearing), 0)
        if self.pseudo_words:
            parts["anchors"] = self.pseudo_anchors
            parts["negatives"] = "types" if self.pseudo_negatives == "words" else "tokens"
        return self.model_copy(update=parts)

    @property
    def perturbs(self) -> bool:
        """Whether tokens are perturbed (`seesay.learning.perturbation`)."""
        return any(getattr(self, key) for key in PERTURBATIONS)

    def reading(self) -> "TrainingSettings":
        """The recipe of the control `text`: all but the hearing.

        Each word has an embedding of its own to learn. The loss is the last part's, where words
        are learnt again: what perfect pseudo-words would do.
        """
        return self.of_words().model_copy(
            update={"speech_encoder": "mlp", "speech_layers": (), "speech_norm": "none"}
        )
