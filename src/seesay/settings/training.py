"""Settings of the stage training."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from seesay.settings.augmentation import AugmentationSettings
from seesay.settings.choice import Choice, Loads, about, chosen, names
from seesay.settings.network import NetworkSettings

Anchors = Literal["both", "words"]
LOSSES = "seesay.learning.losses"
BATCHES = "seesay.learning.batches"


class TrainingSettings(AugmentationSettings, NetworkSettings):
    """The network's shape and the recipe.

    Defaults follow section 3 of the paper, except `criterion` and, since the loss is a mean over
    pairs, `eps`.
    """

    human_words: Annotated[int, Loads("seesay.learning.human_examples")] = Field(
        default=0,
        ge=0,
        le=1000,
        description="number of human tokens added to each training picture for each of its spoken"
        " words, chosen by transcript; by talkers of evaluation.human who are not held out for"
        " the test",
    )
    spare_words: Annotated[int, Loads("seesay.learning.spare_examples")] = Field(
        default=0,
        ge=0,
        le=1000,
        description="smallest number of training tokens of each word type; to reach it, tokens"
        " that no caption uses are added to the type's pictures, chosen by transcript",
    )
    standardise: Literal["train", "none"] = Field(
        default="train",
        description="standardise features with the training set's means and standard deviations"
        " (train), or not (none, as in the authors' code)",
    )
    batch_pictures: Annotated[
        int,
        Loads(f"{BATCHES}.one_picture", lambda n: n == 1),
        Loads(f"{BATCHES}.many_pictures", lambda n: n > 1),
    ] = Field(
        default=1,
        ge=1,
        description="pictures a batch; 1 (paper): negatives are drawn from all tokens; more: the"
        " other pictures of the batch are the negatives",
    )
    loss: Annotated[str, Choice(LOSSES)] = Field(
        default="coscos2",
        description="loss, a module of seesay.learning.losses: coscos2 (paper), or with batches"
        " of many pictures any",
    )
    pooling: Literal["max", "logsumexp"] = Field(
        default="max",
        description="how the scores of a word for all fragments of a picture become one score,"
        " and those of a fragment for all words: the best (max), or logsumexp; for margin,"
        " euclidean, infonce, sigmoid and word_term",
    )
    temperature: float = Field(
        default=0.1,
        gt=0,
        description="temperature of infonce, sigmoid, logsumexp and the terms",
    )
    margin: float = Field(
        default=0.2,
        description="margin over the negatives (margin, euclidean); largest cosine of a negative"
        " without loss (cosine); cosine where positive and negative are equally likely (sigmoid)",
    )
    mining: Literal["all", "hardest", "semihard"] = Field(
        default="all",
        description="negatives of a triplet: all, the nearest (hardest), or the nearest that is"
        " farther than the positive (semihard); for margin and euclidean",
    )
    anchors: Anchors = Field(
        default="both",
        description="anchors that find their own picture: tokens and fragments (both), or tokens"
        " alone (words); for margin, euclidean, infonce and sigmoid",
    )
    pseudo_anchors: Anchors = Field(
        default="both",
        description="as anchors, in pseudo-word rounds and in the control text of such a model",
    )
    pseudo_negatives: Literal["tokens", "words"] = Field(
        default="tokens",
        description="pictures excluded as negatives of a token in pseudo-word rounds: those with"
        " the same token (tokens), or with the same pseudo-word (words; in the control text, with"
        " the same type)",
    )
    lexicon_term: Annotated[float, Loads(f"{LOSSES}.lexicon_term")] = Field(
        default=0.0,
        ge=0,
        description="weight of an additional loss in pseudo-word rounds: a fragment has to find"
        " its picture's words among all pseudo-words (in the control text, among all types)",
    )
    type_term: Annotated[float, Loads(f"{LOSSES}.type_term")] = Field(
        default=0,
        ge=0,
        description="weight of the term that pulls together the tokens of one word by different"
        " talkers; reads transcripts and talker labels of the training words",
    )
    word_term: Annotated[float, Loads(f"{LOSSES}.word_term")] = Field(
        default=0.0,
        ge=0,
        description="weight of the term that pulls together a picture's tokens by different"
        " talkers; reads talker labels",
    )
    semantic_term: Annotated[float, Loads(f"{LOSSES}.semantic_term")] = Field(
        default=0.0,
        ge=0,
        description="weight of the term that pulls together words with similar contexts; reads"
        " the transcripts of the training words",
    )
    reduction: Literal["mean", "sum"] = Field(
        default="mean",
        description="mean or sum of the losses of a picture's pairs; only with one picture a batch",
    )
    negatives: Literal["tokens", "types"] = Field(
        default="tokens",
        description="tokens excluded as negatives of a picture: its own tokens (tokens, paper),"
        " or all tokens of its types (types)",
    )
    optimiser: Annotated[
        Literal["adadelta", "adam", "adamw"],
        Loads("seesay.learning.adadelta", lambda name: name == "adadelta"),
    ] = Field(default="adadelta", description="adadelta (paper), adam or adamw")
    learning_rate: float = Field(
        default=1e-3, gt=0, description="learning rate of adam and adamw; Adadelta has none"
    )
    schedule: Literal["constant", "cosine"] = Field(
        default="constant",
        description="learning rate over max_epochs, in each part of training: constant, or"
        " falling to 0 as half a cosine (cosine); for adam and adamw",
    )
    rho: float = Field(default=0.95, ge=0, lt=1, description="Adadelta's decay; paper: 0.95")
    eps: float = Field(
        default=1e-8, gt=0, description="Adadelta's epsilon; paper: 1e-6; depends on reduction"
    )
    l2: float = Field(
        default=1e-4,
        ge=0,
        description="lambda of the L2 term lambda ||theta||^2; paper: 1e-4; with adamw, each step"
        " reduces every weight by the share 2 lambda times the learning rate",
    )
    max_norm: float = Field(
        default=6, gt=0, description="largest norm of a unit's incoming weights; paper: 6"
    )
    criterion: Annotated[
        Literal["loss", "r10"], Loads("seesay.learning.criterion", lambda name: name == "r10")
    ] = Field(
        default="r10",
        description="criterion of early stopping on the validation set: the loss, or the mean"
        " R@10 of Word Token by Image and Image Token by Word (r10)",
    )
    max_epochs: int = Field(default=100, ge=1, description="largest number of epochs")
    patience: int = Field(
        default=10,
        ge=1,
        description="number of epochs without a better criterion after which training stops",
    )

    @model_validator(mode="after")
    def _batches_of_many(self) -> "TrainingSettings":
        if self.batch_pictures == 1:
            of_many = {"loss": "coscos2", "word_term": 0, "semantic_term": 0, "pseudo_words": 0}
            of_many |= {"type_term": 0, "anchors": "both"}
            of_many |= dict.fromkeys(AugmentationSettings.model_fields, 0)
            for key, only in of_many.items():
                if getattr(self, key) != only:
                    raise ValueError(
                        f"{key} {getattr(self, key)} needs a batch of many pictures; give"
                        " batch_pictures of 2 or more"
                    )
        return self

    @model_validator(mode="after")
    def _what_the_loss_reads(self) -> "TrainingSettings":
        for key, only in (("mining", "all"), ("anchors", "both")):
            if getattr(self, key) != only and key not in chosen(self, "loss").reads:
                losses = [name for name in names(LOSSES) if key in about(LOSSES, name).reads]
                raise ValueError(
                    f"{key} {getattr(self, key)}: the loss {self.loss} does not read it; give"
                    f" {key} {only}, or the loss {' or '.join(losses)}"
                )
        return self

    @model_validator(mode="after")
    def _rates_that_fall(self) -> "TrainingSettings":
        if self.schedule != "constant" and self.optimiser == "adadelta":
            raise ValueError(
                f"schedule {self.schedule} needs a learning rate, and adadelta has none; give"
                " optimiser adam or adamw"
            )
        return self

    @model_validator(mode="after")
    def _terms_of_a_lexicon(self) -> "TrainingSettings":
        if self.lexicon_term and not self.pseudo_words:
            raise ValueError(
                f"lexicon_term {self.lexicon_term} needs words that are known: give pseudo_words"
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
        """The recipe for words known by name: of pseudo-word rounds, and of the control `text`.

        There is nothing to hear, so no frames are shifted, masked or perturbed. The loss is that of
        the pseudo-word rounds, if there are any; `negatives` then goes by the word's type.
        """
        hearing = AugmentationSettings.model_fields
        parts: dict[str, str | int] = dict.fromkeys(("pseudo_words", "type_term", *hearing), 0)
        if self.pseudo_words:
            parts["anchors"] = self.pseudo_anchors
            parts["negatives"] = "types" if self.pseudo_negatives == "words" else "tokens"
        return self.model_copy(update=parts)

    def reading(self) -> "TrainingSettings":
        """The recipe of the control `text`: everything except hearing.

        It learns an embedding for each word. Its loss is that of the last part, with pseudo-words:
        it shows what perfect pseudo-words would do.
        """
        return self.of_words().model_copy(
            update={"speech_encoder": "mlp", "speech_layers": (), "speech_norm": "none"}
        )
