"""The two-branch network of the paper (Fig. 1, left) and its random-projection control."""

from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from seesay.settings.network import NetworkSettings


class Branch(nn.Sequential):
    """Linear layers, each followed by a capped ReLU, the last too: cosines lie in [0, 1]."""

    def __init__(self, sizes: list[int], relu_cap: float | None) -> None:
        steps: list[nn.Module] = []
        for size_in, size_out in pairwise(sizes):
            steps.append(nn.Linear(size_in, size_out))
            if relu_cap is not None:
                steps.append(nn.Hardtanh(0.0, relu_cap))
        super().__init__(*steps)


class Network(nn.Module):
    """An image branch and a speech branch into one space of `settings.embedding` dimensions.

    `image_size` and `speech_size` are the lengths of the input vectors. Inputs are raw
    features: the branches standardise them by the training set's means and deviations, which
    are stored with the weights. `kind` is `relu` (the paper's net) or `linear` (the random
    projection: one linear map a branch, no ReLU, no hidden layer).
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
        cap = settings.relu_cap if kind == "relu" else None
        hidden = kind == "relu"
        image = [image_size, *(settings.image_layers if hidden else ()), settings.embedding]
        speech = [speech_size, *(settings.speech_layers if hidden else ()), settings.embedding]
        self.image, self.speech = Branch(image, cap), Branch(speech, cap)
        for name, size in (("image", image_size), ("speech", speech_size)):
            self.register_buffer(f"{name}_mean", torch.zeros(size))
            self.register_buffer(f"{name}_deviation", torch.ones(size))

    def initialise(self, generator: torch.Generator, gain: float) -> None:
        """Glorot-uniform weights times `gain`, biases 0."""
        for layer in self.layers():
            nn.init.xavier_uniform_(layer.weight, gain=gain, generator=generator)
            nn.init.zeros_(layer.bias)

    def project(self, generator: torch.Generator) -> None:
        """Gaussian weights for the random projection, biases 0."""
        for layer in self.layers():
            nn.init.normal_(layer.weight, std=layer.in_features**-0.5, generator=generator)
            nn.init.zeros_(layer.bias)

    def layers(self) -> list[nn.Linear]:
        """Every linear layer, image branch first."""
        return [
            m for branch in (self.image, self.speech) for m in branch if isinstance(m, nn.Linear)
        ]

    def fit_standardisation(self, fragments: Tensor, words: Tensor) -> None:
        """Store mean and deviation of the training set's raw features, (rows, size) each.

        A feature that never varies gets deviation 1.
        """
        for name, values in (("image", fragments), ("speech", words)):
            deviation, mean = torch.std_mean(values, dim=0, correction=0)
            deviation[deviation < 1e-6] = 1.0
            getattr(self, f"{name}_mean").copy_(mean)
            getattr(self, f"{name}_deviation").copy_(deviation)

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


@torch.no_grad()
def max_norm(layers: list[nn.Linear], limit: float) -> None:
    """Scale each unit's incoming weights down to a Euclidean norm of at most `limit`.

    Max-norm regularisation (section 3, [18]); the authors' code takes columns of (in, out)
    matrices, which are the rows of torch's (out, in).
    """
    for layer in layers:
        norms = torch.linalg.vector_norm(layer.weight, dim=1, keepdim=True)
        if bool((norms > limit).any()):
            layer.weight.mul_((limit / norms).clamp(max=1.0))
