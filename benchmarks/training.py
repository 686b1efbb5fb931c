"""training: a step with each vector embedded once, beside one over materialised pairs."""

import copy
import statistics
from collections.abc import Callable

import torch
from paired import Comparison, Figure, interleave, seconds
from torch import Tensor

from seesay.learning.adadelta import Adadelta
from seesay.learning.batches import one_picture
from seesay.learning.losses.paper import coscos2
from seesay.model.network import Network, max_norm
from seesay.settings.training import TrainingSettings

FRAGMENTS, TOKENS = 20, 28  # a picture's, as in the paper: 20,000 and 28,000 of 1,000 pictures
IMAGE, SPEECH = 4096, 2840
SETTINGS = TrainingSettings(
    embedding=200,
    image_layers=(),
    speech_layers=(1024, 1024, 1024),
    relu_cap=6,
    init_gain=1,
    standardise="train",
    reduction="mean",
    negatives="tokens",
    rho=0.95,
    eps=1e-8,
    l2=1e-4,
    max_norm=6,
    max_epochs=1,
    patience=1,
)


def measure() -> list[Comparison | Figure]:
    torch.set_num_threads(1)
    random = torch.Generator().manual_seed(1)
    network = Network(SETTINGS, IMAGE, SPEECH)
    network.initialise(random, SETTINGS.init_gain)
    fragments = torch.randn(FRAGMENTS, IMAGE, generator=random)
    same = torch.randn(TOKENS, SPEECH, generator=random)
    different = torch.randn(TOKENS, SPEECH, generator=random)

    def once(network: Network) -> Tensor:
        return one_picture.factorised(network, fragments, same, different, SETTINGS.reduction)[0]

    def pair_by_pair(network: Network) -> Tensor:
        return materialised_loss(network, fragments, same, different)

    def step(optimizer: type, loss_of: Callable[[Network], Tensor]) -> Callable[[], None]:
        return stepper(copy.deepcopy(network), optimizer, loss_of)

    torch.testing.assert_close(once(network), pair_by_pair(network))
    pairs = 2 * FRAGMENTS * TOKENS
    # First, while the heap is as a training finds it: the large rows of the pairs would leave it
    # in a state that spares torch's optimiser the page faults of its temporaries.
    optimiser = Comparison(
        "training",
        "the same step",
        "the same, with `torch.optim.Adadelta`",
        1,
        "steps/s",
        *interleave(step(Adadelta, once), step(TorchAdadelta, once), rounds=15),
    )
    factorised = Comparison(
        "training",
        "one step of the paper's network (4,096-200 and 2,840-1,024-1,024-1,024-200, Adadelta, "
        f"max-norm) on one picture: {FRAGMENTS} fragments, {TOKENS} tokens, {pairs:,} pairs",
        "each pair's two vectors through the network (and our Adadelta)",
        1,
        "steps/s",
        *interleave(step(Adadelta, once), step(Adadelta, pair_by_pair), rounds=9),
    )
    usual = statistics.median(factorised.ours_s)
    epoch = Figure("training", "800 such steps, an epoch of the paper", seconds(800 * usual))
    return [factorised, optimiser, epoch]


class TorchAdadelta(torch.optim.Adadelta):
    """torch's own, made as ours is."""

    def __init__(self, network: Network, rho: float, eps: float, weight_decay: float) -> None:
        super().__init__(network.parameters(), rho=rho, eps=eps, weight_decay=weight_decay)


def materialised_loss(
    network: Network, fragments: Tensor, same: Tensor, different: Tensor
) -> Tensor:
    """The same loss with every pair written out, (F x T) rows of each kind."""
    images = fragments.repeat_interleave(len(same), dim=0)
    kinds = []
    for words in (same, different):
        first, second = network.image(images), network.speech(words.repeat(len(fragments), 1))
        kinds.append(torch.cosine_similarity(first, second))
    return coscos2(*kinds, SETTINGS.reduction)


def stepper(
    network: Network, kind: type, loss_of: Callable[[Network], Tensor]
) -> Callable[[], None]:
    """A training step on one network, as `seesay.learning.loop.train_epoch` takes it."""
    optimizer = kind(network, SETTINGS.rho, SETTINGS.eps, weight_decay=2 * SETTINGS.l2)
    layers = network.layers()

    def step() -> None:
        loss = loss_of(network)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        max_norm(layers, SETTINGS.max_norm)

    return step
