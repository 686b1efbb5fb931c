"""Settings of the network."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from seesay.settings import Settings
from seesay.settings.choice import Choice, Loads, chosen

Widths = tuple[Annotated[int, Field(ge=1, le=65536)], ...]


class NetworkSettings(Settings):
    """The shape of the network and its first weights; defaults follow the paper."""

    embedding: int = Field(
        default=200, ge=2, le=4096, description="numbers in an embedding (d); paper: 200"
    )
    image_layers: Widths = Field(
        default=(), description="widths of the image branch's hidden layers; paper: none"
    )
    context: Literal["none", "gate"] = Field(
        default="none",
        description="gate: each fragment's embedding also depends on the whole picture's"
        " features, through a learnt gate; none (paper)",
    )
    context_dropout: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        description="share of fragments without context in training, drawn again in every batch",
    )
    speech_encoder: Annotated[str, Choice("seesay.model.speech_encoders")] = Field(
        default="mlp",
        description="speech branch, a module of seesay.model.speech_encoders; paper: mlp",
    )
    speech_layers: Widths = Field(
        default=(1024, 1024, 1024),
        description="widths of the speech branch's hidden layers; paper: 1024, 1024, 1024; conv"
        " and davenet: channels",
    )
    kernel: int = Field(
        default=5, ge=1, le=101, description="frames in a convolution; only for conv and davenet"
    )
    speech_norm: Literal["none", "instance"] = Field(
        default="none",
        description="instance: the network gives each filter of a token mean 0 and standard"
        " deviation 1 over its frames, which removes constant properties of voice and microphone;"
        " none (paper)",
    )
    filters: int = Field(
        default=40,
        ge=2,
        le=4096,
        description="numbers in a frame, equal to the experiment's logmel.filters; mlp reads it"
        " only for speech_norm",
    )
    output: Literal["relu", "linear"] = Field(
        default="relu",
        description="activation after the last layers: a capped ReLU (paper) or none (linear)",
    )
    pseudo_words: Annotated[int, Loads("seesay.learning.pseudo_words")] = Field(
        default=0,
        ge=0,
        le=100000,
        description="clusters of the training tokens' embeddings, learnt as words in a second"
        " part of training, which is kept if it improves the validation criterion; 0: none"
        " (paper)",
    )
    pseudo_rounds: int = Field(
        default=1,
        ge=1,
        le=20,
        description="largest number of rounds of pseudo-words; each clusters the embeddings of"
        " the round before, and the first that does not improve the validation criterion is the"
        " last",
    )
    pseudo_temperature: float = Field(
        default=0.1,
        gt=0,
        description="temperature of the softmax that weights the pseudo-words by their similarity"
        " to a token",
    )
    dropout: float = Field(
        default=0.0, ge=0, lt=1, description="share of hidden activations dropped in training"
    )
    image_dropout: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        description="share of a fragment's features dropped in training, before the first layer",
    )
    relu_cap: float = Field(default=6, gt=0, description="largest activation; the authors' code: 6")
    init_gain: float = Field(
        default=1,
        gt=0,
        description="factor on Glorot-uniform initial weights; the authors' code: 4",
    )

    @model_validator(mode="after")
    def _one_width(self) -> "NetworkSettings":
        if chosen(self, "speech_encoder").one_width and len(set(self.speech_layers)) != 1:
            raise ValueError(
                f"speech_layers of the encoder {self.speech_encoder} are one width, as often as"
                f" there are layers; got {list(self.speech_layers)}"
            )
        return self
