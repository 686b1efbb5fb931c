"""Settings of the network."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from seesay.settings import Settings

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
        description="what a fragment knows of its whole picture: nothing (none, paper), or the"
        " whole picture's features through a learnt gate, which every embedding then holds (gate)",
    )
    context_dropout: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        description="share of fragments whose context is left out, anew in every batch",
    )
    speech_encoder: Literal["mlp", "conv", "transformer"] = Field(
        default="mlp",
        description="mlp (paper: all frames at once), conv (1-D convolutions over the frames) or"
        " transformer",
    )
    speech_layers: Widths = Field(
        default=(1024, 1024, 1024),
        description="widths of the speech branch's hidden layers; paper: 1024, 1024, 1024; conv:"
        " channels; transformer: equal widths",
    )
    kernel: int = Field(
        default=5, ge=1, le=101, description="frames in a convolution; only for conv"
    )
    speech_norm: Literal["none", "instance"] = Field(
        default="none",
        description="instance: the network gives each filter of a token mean 0 and deviation 1"
        " over its frames, which removes the steady colour of voice and microphone; none (paper)",
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
    pseudo_words: int = Field(
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
        description="most rounds of clustering and learning pseudo-words, each from the"
        " embeddings of the round before; they end with the first that does not improve the"
        " validation criterion",
    )
    pseudo_temperature: float = Field(
        default=0.1,
        gt=0,
        description="temperature of the softmax over the pseudo-words that a token sounds like",
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
        default=1, gt=0, description="factor on Glorot-uniform weights; the authors' code: 4"
    )

    @model_validator(mode="after")
    def _transformer_of_one_width(self) -> "NetworkSettings":
        if self.speech_encoder == "transformer" and len(set(self.speech_layers)) != 1:
            raise ValueError(
                "speech_layers of a transformer are one width, as often as there are layers; got "
                f"{list(self.speech_layers)}"
            )
        return self
