"""A split's fragments and whole captions, their pairs, and the network that hears captions."""

from typing import Literal

import numpy as np
import pandas as pd
from torch import Tensor, cat, nn
from torch.nn.functional import avg_pool1d

from seesay.learning.captions.features import load_captions
from seesay.learning.examples import Examples, Inputs, Pairs
from seesay.learning.features import Words, load_fragments
from seesay.model.branches import Branch
from seesay.model.network import Network
from seesay.model.padded import moments, padded, within
from seesay.schemas.audio import SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import IMAGES
from seesay.settings.captions import TrainingSection
from seesay.shared import tables
from seesay.shared.errors import InputError


class Projection(Branch):
    """The random projection of captions: a linear map of the mean frame of each moment."""

    def __init__(self, size: int, embedding: int, stride: int) -> None:
        super().__init__([size, embedding], None)
        self.stride = stride

    def forward(self, heard: object) -> Tensor:
        """Captions (`Padded`) to the moments of all, (moments, d); frames that lack count as 0."""
        given = padded(heard)
        frames = given.frames.transpose(1, 2)
        missing = frames.new_zeros(*frames.shape[:2], -frames.shape[2] % self.stride)
        mean = avg_pool1d(cat([frames, missing], dim=2), self.stride).transpose(1, 2)
        found: Tensor = super().forward(mean)
        return found[within(moments(given.lengths, self.stride), found.shape[1])]


def network(
    settings: TrainingSection, image_size: int, size: int, kind: Literal["relu", "linear"]
) -> Network:
    """A network for captions with frames of `size` numbers, without weights."""
    return hearing(Network(settings, image_size, size, kind), settings.stride, kind)


def hearing(network: Network, stride: int, kind: str) -> Network:
    """The network itself, whose random projection (`kind: linear`) then takes captions."""
    if kind == "linear":
        layer = network.layers()[-1]
        assert isinstance(layer, nn.Linear)
        projection = Projection(layer.in_features, layer.out_features, stride)
        projection.load_state_dict(network.speech.state_dict())
        network.speech = projection.to(layer.weight.device)
    return network


def spoken(inputs: Inputs) -> pd.DataFrame:
    """Rows of SPOKEN_CAPTIONS with the recording_id of each token."""
    assert inputs.spoken_words is not None
    captions = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    tokens = tables.read(SPOKEN_WORDS, inputs.spoken_words)[["token_id", "recording_id"]]
    return captions.merge(tokens, on="token_id")


def load(inputs: Inputs, split: str, context: bool = False) -> Examples:
    """Read a split; `words` of the examples are whole captions, and their ids recordings.

    A caption's type is its spoken words in order. With `context` each fragment's features are
    followed by its whole picture's. Raises InputError as `seesay.learning.examples.load`.
    """
    images = tables.read(IMAGES, inputs.images)
    images = images[images["split"] == split]
    said = spoken(inputs)
    said = said[said["image_id"].isin(images["image_id"])]
    if said.empty:
        raise InputError(f"{inputs.spoken_captions}: no spoken caption in the {split} split")
    fragments = load_fragments(inputs.fc7, set(images["image_id"]), context)
    heard = load_captions(inputs.logmel, said)
    said = said.sort_values(["recording_id", "position"])
    grouped = said.groupby("recording_id")
    facts = grouped.agg({"image_id": "first", "talker": "first", "spoken_word": " ".join})
    facts = facts.loc[heard.recording_ids]
    kinds, talkers = (pd.factorize(facts[key], sort=True)[0] for key in ("spoken_word", "talker"))
    pairs = _pairs(facts["image_id"].to_numpy(), fragments.keys["image_id"].to_numpy())
    if not pairs.image_ids:
        raise InputError(
            f"{inputs.spoken_captions}: no picture of the {split} split has both fragments and a"
            " caption with frames; see the rejects of fc7 and caption_frames"
        )
    return Examples(fragments, Words(heard.recording_ids, heard.features, talkers), pairs, kinds)


def splits(inputs: Inputs, context: bool, system: str) -> tuple[Examples, Examples | None]:
    """The splits train and validation; only train for systems that are not trained."""
    learns = system not in ("untrained", "random_projection")
    return load(inputs, "train", context), load(inputs, "validation", context) if learns else None


def _pairs(captions: np.ndarray, fragments: np.ndarray) -> Pairs:
    """Rows of each picture that has both; the arguments are the picture of each row."""
    said, seen = (pd.Series(of).groupby(of).indices for of in (captions, fragments))
    ids = [name for name in map(str, np.unique(captions)) if name in seen]
    return Pairs(ids, [np.sort(seen[i]) for i in ids], [np.sort(said[i]) for i in ids])
