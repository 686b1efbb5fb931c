"""Models, and embeddings of fragments and words that are arrays.

The same code as that of the stage embedding, without its tables.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from seesay.learning.embedding import about, load_network
from seesay.learning.features import Features, with_whole
from seesay.model.network import Network
from seesay.schemas.learning import HISTORY
from seesay.settings.network import NetworkSettings
from seesay.shared import arguments, tables
from seesay.shared.device import choose
from seesay.shared.errors import InputError

# The table `history` without what says which training of a run it is.
COLUMNS = [column for column in HISTORY.columns if column.name not in HISTORY.key[:3]]
KINDS = {each.name: each.type.to_pandas_dtype() for each in COLUMNS if each.name != "split"}
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Model:
    """A trained network: what `train` and `load` return, and `embed` takes.

    Attributes:
        network: The network, a torch module, ready to embed.
        settings: Keys of the section `training` of a config, with all defaults.
        history: A row an epoch and split: loss, cosines, R@10 and so on, as the table `history`;
            `kept` marks the epoch whose weights these are. Empty if its file is not there.
    """

    network: Network
    settings: dict[str, Any]
    history: pd.DataFrame

    def __repr__(self) -> str:
        kept = self.history.loc[self.history["kept"], "epoch"].max()
        epochs = "" if pd.isna(kept) else f", epoch {kept} of {self.history['epoch'].max()}"
        sizes = f"{self.image_size} and {self.word_size} numbers to {self.settings['embedding']}"
        return f"Model({sizes}{epochs})"

    @property
    def image_size(self) -> int:
        """Numbers in a fragment's features."""
        return len(self.network.image_mean) // (2 if self.network.context else 1)

    @property
    def word_size(self) -> int:
        """Numbers in a word's vector."""
        return len(self.network.speech_mean)


@torch.no_grad()
def embed(model: Model, images: Any = None, words: Any = None, image_ids: Any = None) -> Floats:
    """The embeddings of fragments or of words, as the model's branch computes them.

    Args:
        model: What `train` or `load` returns.
        images: Features of fragments, (n, d), as in training; or
        words: vectors of spoken words, (m, size), as in training: one of the two.
        image_ids: Each fragment's picture, (n,), for a model with `context: gate`: the first
            fragment of each picture is the whole picture. By default all are of one picture.

    Returns:
        float32 (n, embedding) or (m, embedding), as in a run's tables: not scaled to length 1.

    Raises:
        InputError: For both or neither, arrays of another shape or type, or numbers that are not
            finite.
    """
    if not isinstance(model, Model):
        raise InputError(f"model: {type(model).__name__}, expected what train or load returns")
    if (images is None) == (words is None):
        raise InputError("images, words: expected one of the two")
    network = model.network
    if words is not None:
        heard = arguments.floats("words", words, ("words", model.word_size))
        return _through(network.embed_words, tensor(heard), network)
    values = tensor(arguments.floats("images", images, ("fragments", model.image_size)))
    if network.context:
        ids = np.zeros(len(values), int) if image_ids is None else image_ids
        values = with_whole(keys_of(ids, len(values)), values)
    return _through(network.embed_images, values, network)


def load(folder: str | Path, device: str = "cpu") -> Model:
    """The model of a finished run.

    Args:
        folder: <results>/training/{experiment}/{system}/{seed}, with model.safetensors and
            settings.json; history.parquet is read if it is there.
        device: cpu, cuda or auto.

    Returns:
        The model, ready to embed.

    Raises:
        InputError: For files that are missing, damaged, or not of each other.
    """
    place = Path(folder)
    network = load_network(place, choose(device))
    path = place / "history.parquet"
    names = [column.name for column in COLUMNS]
    history = tables.read(HISTORY, path)[names] if path.is_file() else pd.DataFrame(columns=names)
    defaults = NetworkSettings().model_dump(mode="json")
    return Model(network, defaults | about(place).settings, history)


def keys_of(image_ids: Any, count: int) -> pd.DataFrame:
    """The columns image_id and region of fragments; regions count from 0 in each picture."""
    ids = ids_of("image_ids", image_ids, count)
    return pd.DataFrame({"image_id": ids, "region": ids.groupby(ids).cumcount()})


def ids_of(name: str, given: Any, count: int) -> "pd.Series[str]":
    """Ids of an argument, as texts."""
    found = pd.Series(arguments.shaped(name, given, (count,)))
    if found.isna().any():
        row = int(np.flatnonzero(found.isna())[0])
        raise InputError(f"{name}: row {row} is missing, expected an id")
    return found.astype(str)


def tensor(values: Floats) -> Tensor:
    """A tensor of the array's memory, which is copied only if it is read-only."""
    return torch.from_numpy(np.require(values, requirements=["C", "W"]))


def _through(branch: Callable[[Tensor], Tensor], values: Tensor, network: Network) -> Floats:
    found = Features(values).through(branch, network.image_mean.device)
    return found.cpu().numpy()
