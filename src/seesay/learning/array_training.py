"""Training on fragments and words that are arrays.

The same code as that of the stage training (paper, section 3), without its tables.
"""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import torch

from seesay.learning.array_examples import examples
from seesay.learning.arrays import COLUMNS, KINDS, Model, keys_of, tensor
from seesay.learning.features import with_whole
from seesay.learning.training import train_network
from seesay.model.frames import check_frames, framed
from seesay.settings.augmentation import Frames
from seesay.settings.logmel import LogmelSettings
from seesay.settings.training import TrainingSettings
from seesay.shared import arguments
from seesay.shared.device import choose
from seesay.shared.errors import InputError

# Settings by which a run finds further tokens in its tables.
OF_TABLES = ("human_words", "spare_words")


def train(
    images: Any,
    image_ids: Any,
    words: Any,
    token_ids: Any,
    pairs: pd.DataFrame,
    splits: Mapping[Any, str],
    seed: int = 1,
    device: str = "cpu",
    log_mel: Mapping[str, Any] | None = None,
    **options: Any,
) -> Model:
    """Train the two-branch network on pictures and the words that are said about them.

    Early stopping watches the validation pictures, and the best epoch's weights are kept. The same
    arguments and number of threads of torch give the same weights, bit for bit.

    Args:
        images: Features of the pictures' fragments, (n, d), finite; computed in float32.
        image_ids: Each fragment's picture, (n,). With `context: gate`, the first fragment of each
            picture is the whole picture.
        words: Vectors of the spoken words, (m, size), finite; computed in float32.
        token_ids: Each word's id, (m,), distinct.
        pairs: A row for each picture and word that belong together: image_id, token_id,
            spoken_word (the word's type) and talker. `captions.match` gives it.
        splits: Each picture's split, by image_id: train or validation; others are left out.
        seed: Seed of the first weights, the order of pictures, and so on.
        device: cpu, cuda or auto.
        log_mel: The options with which `audio.log_mel` made the words, which is read where
            settings change frames or filters (noise, tempo, speech_norm and so on).
        options: Keys of the section `training` of a config: embedding, speech_layers, max_epochs
            and so on, each with its default there.

    Returns:
        The model of the epoch that is kept.

    Raises:
        InputError: For arrays of another shape or type, numbers that are not finite, lengths that
            differ, ids that are unknown or there twice, pairs without a train or validation
            picture, an unknown option, or options that do not fit the arrays.
    """
    wanted = arguments.floats("images", images, ("fragments", "d"))
    heard = arguments.floats("words", words, ("words", "size"))
    settings, frames = _settings(options, log_mel, heard.shape[1])
    keys = keys_of(image_ids, len(wanted))
    shown = with_whole(keys, tensor(wanted)) if settings.context == "gate" else tensor(wanted)
    train, validation = examples(keys, shown, token_ids, tensor(heard), pairs, splits)
    place = choose(device)
    with _flushing(), torch.random.fork_rng([place] if place.type == "cuda" else []):
        network, rows, _ = train_network(
            train, validation, settings, "model", _seed(seed), place, frames=frames
        )
    history = pd.DataFrame(rows, columns=[column.name for column in COLUMNS]).astype(KINDS)
    return Model(network.eval(), settings.model_dump(mode="json"), history)


def _settings(
    options: Mapping[str, Any], log_mel: Mapping[str, Any] | None, size: int
) -> tuple[TrainingSettings, Frames]:
    """The settings of training, and what they read of the frames of words of `size` numbers."""
    settings = arguments.settings("options", TrainingSettings, options)
    for key in OF_TABLES:
        if getattr(settings, key):
            raise InputError(f"options: {key} finds words in a run's tables; add them to words and"
                             " pairs")  # fmt: skip
    made = arguments.settings("log_mel", LogmelSettings, log_mel or {})
    try:
        check_frames(settings, made)
    except ValueError as error:
        raise InputError(f"options: {error}") from error
    if framed(settings) and size != made.size:
        raise InputError(
            f"words: {size} numbers each, but {made.frames} frames of {made.filters} filters have"
            f" {made.size}; give log_mel the options that made the words"
        )
    return settings, Frames.model_validate(made.model_dump(include=set(Frames.model_fields)))


def _seed(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int | np.integer):
        raise InputError(f"seed: {given!r}, expected a whole number")
    return int(given)


@contextlib.contextmanager
def _flushing() -> Iterator[None]:
    """Take denormal numbers for 0, as the stage does: a processor is slow with them."""
    before = bool(torch.tensor(1e-40) * 1 == 0)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)
