"""The two-branch network of the paper (Fig. 1, left) and its random-projection control."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from seesay.model import speech_encoders
from seesay.model.branches import Branch, Gate
from seesay.model.lexicon_layer import Lexicon
from seesay.settings.network import NetworkSettings
from seesay.shared.errors import InputError

NORMS = (nn.LayerNorm, nn.GroupNorm, nn.RMSNorm, nn.modules.batchnorm._NormBase)


class Network(nn.Module):
    """An image branch and a speech branch into one space of `settings.embedding` dimensions.

    `image_size` and `speech_size` are the lengths of the input vectors. Inputs are raw features:
    the branches standardise them by the training set's means and deviations, which are stored with
    the weights. `kind` is `relu` (the network of the settings) or `linear` (the random projection:
    one linear map a branch, no ReLU, no hidden layer). With `context: gate` a fragment's vector is
    followed by its whole picture's, and `image_size` counts both.
    """

    image_mean: Tensor
    image_deviation: Tensor
    speech_mean: Tensor
    speech_deviation: Tensor

    def __init__(
        self,
        settings: NetworkSettings,
        image_size: int,
        speech_size: int,
        kind: Literal["relu", "linear"] = "relu",
    ) -> None:
        super().__init__()
        self.context = settings.context == "gate"
        # Filters whose statistics all frames share; 0: each frame has its own.
        self.shared = settings.filters if settings.speech_norm == "instance" else 0
        self.image: nn.Sequential
        self.speech: nn.Sequential
        if kind == "linear":
            self.image = Branch([image_size, settings.embedding], None)
            self.speech = Branch([speech_size, settings.embedding], None)
        else:
            self.image = image_branch(settings, image_size)
            if settings.image_dropout:
                self.image.insert(0, nn.Dropout(settings.image_dropout))
            self.speech = speech_encoders.build(settings, speech_size)
            if settings.pseudo_words:
                words, temperature = settings.pseudo_words, settings.pseudo_temperature
                self.speech.append(Lexicon(words, settings.embedding, temperature))
        for name, size in (("image", image_size), ("speech", speech_size)):
            self.register_buffer(f"{name}_mean", torch.zeros(size))
            self.register_buffer(f"{name}_deviation", torch.ones(size))

    def initialise(
        self, generator: torch.Generator, gain: float, part: nn.Module | None = None
    ) -> None:
        """Glorot-uniform weights times `gain`, biases 0, norms 1, of all or only the given part.

        Raises InputError for any other parameter: its value would not depend on the seed.
        """
        for module in (part or self).modules():
            for name, values in module.named_parameters(recurse=False):
                if values.dim() > 1:
                    nn.init.xavier_uniform_(values, gain=gain, generator=generator)
                elif "bias" in name:
                    nn.init.zeros_(values)
                elif isinstance(module, NORMS):
                    nn.init.ones_(values)
                else:
                    raise InputError(
                        f"training.speech_encoder: {type(module).__name__}.{name} has no seeded"
                        " first value; give it two dimensions, or a name with bias for zeros"
                    )

    def project(self, generator: torch.Generator) -> None:
        """Gaussian weights for the random projection, biases 0."""
        for layer in self.layers():
            nn.init.normal_(layer.weight, std=layer.weight.shape[1] ** -0.5, generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)

    def layers(self) -> list[nn.Linear | nn.Conv1d]:
        """Every linear or convolutional layer, image branch first."""
        return [
            module
            for branch in (self.image, self.speech)
            for module in branch.modules()
            if isinstance(module, nn.Linear | nn.Conv1d)
        ]

    def set_moments(self, fragments: tuple[Tensor, Tensor], words: tuple[Tensor, Tensor]) -> None:
        """Store means and deviations of raw features, (size,) each; a deviation of 0 becomes 1.

        Take those of words over frames with `shared` filters: frames of different scales would
        let a steady colour through.
        """
        for name, (mean, deviation) in (("image", fragments), ("speech", words)):
            getattr(self, f"{name}_mean").copy_(mean)
            getattr(self, f"{name}_deviation").copy_(deviation.masked_fill(deviation < 1e-6, 1.0))

    def standardise_images(self, fragments: Tensor) -> Tensor:
        """Raw fragment features (rows, image_size) to standardised ones."""
        return (fragments - self.image_mean) / self.image_deviation

    def standardise_words(self, words: Tensor) -> Tensor:
        """Raw log-Mel vectors (rows, speech_size) to standardised ones."""
        return (words - self.speech_mean) / self.speech_deviation

    def embed_images(self, fragments: Tensor) -> Tensor:
        """Raw fragment features (rows, image_size) to embeddings (rows, d)."""
        return self.image(self.standardise_images(fragments))

    def embed_words(self, words: Tensor) -> Tensor:
        """Raw log-Mel vectors (rows, speech_size) to embeddings (rows, d)."""
        return self.speech(self.standardise_words(words))


def image_branch(settings: NetworkSettings, size: int) -> nn.Sequential:
    """The image branch of the settings, for vectors of `size` numbers."""
    relu, cap = settings.output == "relu", settings.relu_cap
    if settings.context == "none":
        sizes = [size, *settings.image_layers, settings.embedding]
        return Branch(sizes, cap, relu, settings.dropout)
    width = size // 2
    sizes = [width, *settings.image_layers, settings.embedding]
    fragment = Branch(sizes, cap, False, settings.dropout)
    gate = Gate(fragment, width, settings.embedding, settings.context_dropout)
    return nn.Sequential(gate, *speech_encoders.finish(settings))


@torch.no_grad()
def max_norm(layers: Sequence[nn.Linear | nn.Conv1d], limit: float) -> None:
    """Scale each unit's incoming weights down to a Euclidean norm of at most `limit`.

    Max-norm regularisation (section 3, [18]); the authors' code takes columns of (in, out)
    matrices, which are rows of torch's (out, in).
    """
    for layer in layers:
        rows = layer.weight.flatten(1)
        norms = torch.linalg.vector_norm(rows, dim=1, keepdim=True)
        if bool((norms > limit).any()):
            rows.mul_((limit / norms).clamp(max=1.0))
