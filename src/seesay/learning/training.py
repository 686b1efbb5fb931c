"""Training the two-branch network (paper section 3), and its controls."""

import importlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from safetensors.torch import save

from seesay.learning import checkpoints, loop
from seesay.learning.examples import Examples, Inputs, load, prepare, shuffle
from seesay.learning.features import Features
from seesay.learning.measures import pace
from seesay.model.network import Network
from seesay.schemas.learning import HISTORY
from seesay.settings.augmentation import Frames
from seesay.settings.choice import taken
from seesay.settings.training import TrainingSettings
from seesay.shared import tables, writing
from seesay.shared.errors import InputError
from seesay.shared.randomness import stable_hash

System = Literal["model", "random_projection", "untrained", "shuffled", "text"]
# A network, the rows of its history, and facts about its lexicon if it learnt one.
Trained = tuple[Network, list[dict[str, Any]], dict[str, float] | None]


def start(
    settings: TrainingSettings, fragments: Features, words: Features, system: System, seed: int
) -> Network:
    """The network before training, with the means and deviations of the training set's features.

    With `standardise: none` means are 0 and deviations 1: features stay raw.
    """
    kind: Literal["relu", "linear"] = "linear" if system == "random_projection" else "relu"
    network = Network(settings, fragments.size, words.size, kind)
    if taken("seesay.learning.captions.examples", settings):
        captions = importlib.import_module("seesay.learning.captions.examples")
        network = captions.network(settings, fragments.size, words.size, kind)
    random = torch.Generator().manual_seed(stable_hash("training", seed, "weights") % 2**63)
    if kind == "linear":
        network.project(random)
    else:
        network.initialise(random, settings.init_gain)
    if settings.standardise == "train":
        network.set_moments(fragments.moments(), words.moments(network.shared))
    return network


def save_model(
    folder: Path,
    network: Network,
    settings: TrainingSettings,
    system: System,
    seed: int,
    rows: Any,
    lexicon: dict[str, float] | None = None,
) -> None:
    """Write model.safetensors and settings.json, each beside its place and renamed."""
    values = {name: value.contiguous().cpu() for name, value in network.state_dict().items()}
    about = {
        "system": system,
        "seed": seed,
        "image_size": len(values["image_mean"]),
        "speech_size": len(values["speech_mean"]),
        "epochs": max((row["epoch"] for row in rows if row["kept"]), default=0),
        "settings": settings.model_dump(mode="json"),
    }
    if lexicon is not None:
        about["lexicon"] = lexicon
    writing.write_bytes(folder / "model.safetensors", save(values))
    text = json.dumps(about, indent=2, sort_keys=True) + "\n"
    writing.write_bytes(folder / "settings.json", text.encode())


def train(
    heard: Inputs,
    read: Inputs | None,
    models: dict[System, Path],
    store: Path,
    settings: TrainingSettings,
    experiment: str,
    seed: int,
    device: torch.device,
    code: str = "",
    frames: Frames | None = None,
) -> None:
    """Train the systems of an experiment with one seed; a killed run continues where it stopped.

    Each system's path in `models` gets settings.json and history.parquet beside it; the model comes
    before `shuffled`. `read` holds the inputs of `text`: one-hot words instead of log-Mel vectors.
    `store` is the folder of checkpoints, `code` the code stamp. Perturbed tokens need `frames`.
    """
    # A run with raised limits continues an earlier one, so they do not identify it; but where the
    # learning rate falls over max_epochs, another number is another run.
    extendable = settings.schedule == "constant"
    limits = {"max_epochs", "patience"} if extendable else {"patience"}
    recipe = settings.model_dump(mode="json", exclude=limits)
    files = [*heard.files, *(read.logmel if read else [])]
    identity = checkpoints.fingerprint(
        files, settings=recipe, experiment=experiment, seed=seed, code=code
    )
    with checkpoints.Checkpoint(store, identity, experiment=experiment, seed=seed) as states:
        ended, past = [], None
        for system, model in models.items():
            inputs, its = heard, settings
            if system == "text":
                assert read is not None
                inputs, its = read, settings.reading()
            print(f"training {experiment}, {system}, seed {seed}", file=sys.stderr)
            state = states.of(system)
            made = train_system(inputs, its, system, seed, device, state, past, frames)
            network, rows, lexicon = made
            save_model(model.parent, network, its, system, seed, rows, lexicon)
            frame = pd.DataFrame(rows, columns=[c.name for c in HISTORY.columns])
            frame = frame.assign(experiment=experiment, system=system, seed=seed)
            tables.write(HISTORY, model.parent / "history.parquet", frame)
            if system == "model":
                past = frame
            parts = Counter(row["part"] for row in rows if row["split"] == "train")
            longest = max(parts.values(), default=0)
            if system == "shuffled" or not extendable or longest < its.max_epochs:
                ended.append(state)
        # At the end, since a killed job begins with its first system again.
        for state in ended:
            state.clear()


def further(inputs: Inputs, settings: TrainingSettings, seed: int) -> pd.DataFrame | None:
    """Tokens that join the training pictures besides those of their captions; None without any."""
    files, parts = (inputs.images, inputs.spoken_captions), []
    if settings.human_words:
        people = importlib.import_module("seesay.learning.human_examples")
        parts.append(people.join(*files, inputs.human_words, settings.human_words, seed))
    if settings.spare_words:
        spare = importlib.import_module("seesay.learning.spare_examples")
        parts.append(spare.join(*files, inputs.spoken_words, settings.spare_words, seed))
    return pd.concat(parts, ignore_index=True) if parts else None


def train_system(
    inputs: Inputs,
    settings: TrainingSettings,
    system: System,
    seed: int,
    device: torch.device,
    state: checkpoints.State | None = None,
    past: pd.DataFrame | None = None,
    frames: Frames | None = None,
) -> Trained:
    """Train one system; returns its network, history and lexicon.

    `model` stops early, by the validation set. `shuffled` learns pictures with the tokens of other
    pictures, for as many epochs as led to the model's kept weights (`past`: the model's history).
    `text` is trained as the model, on the one-hot words of `inputs`. `untrained` and
    `random_projection` are not trained. Raises InputError for `shuffled` without `past`.
    """
    context = settings.context == "gate"
    if taken("seesay.learning.captions.examples", settings):
        captions = importlib.import_module("seesay.learning.captions.examples")
        examples, watched = captions.splits(inputs, context, system)
        return train_network(examples, watched, settings, system, seed, device, state, past)
    training = load(inputs, "train", context, further(inputs, settings, seed))
    learns = system not in ("untrained", "random_projection")
    validation = load(inputs, "validation", context) if learns else None
    return train_network(training, validation, settings, system, seed, device, state, past, frames)


def train_network(
    training: Examples,
    validation: Examples | None,
    settings: TrainingSettings,
    system: System,
    seed: int,
    device: torch.device,
    state: checkpoints.State | None = None,
    past: pd.DataFrame | None = None,
    frames: Frames | None = None,
) -> Trained:
    """Train one system on examples in memory, as `train_system`; overwrites their features.

    A network without a validation set is not trained.
    """
    fragments, words, pairs, types = training
    network = start(settings, fragments.features, words.features, system, seed).to(device)
    if validation is None:
        return network, [], None
    epochs, rounds = None, None
    if system == "shuffled":
        if past is None:
            raise InputError("training: shuffled keeps pace with the model; train the model first")
        epochs, *rounds = pace(past, settings)
        pairs = shuffle(pairs, seed)
    data = prepare(network, fragments, words, pairs, types, settings.negatives, device)
    data.frames = frames
    if settings.semantic_term:
        meaning = importlib.import_module("seesay.learning.losses.semantic_term")
        data.contexts = meaning.contexts(data.pairs.words, data.types).to(device)
    watched = prepare(network, *validation, settings.negatives, device)
    if system == "text" and settings.lexicon_term:
        data.lexicon = data.words.rows(np.unique(data.known, return_index=True)[1])
    rows = loop.fit(network, data, watched, settings, seed, epochs, state)
    if not settings.pseudo_words or rounds == []:
        return network, rows, None
    pseudo_words = importlib.import_module("seesay.learning.pseudo_words")
    learnt: Trained = pseudo_words.learn(
        network, data, watched, settings, seed, rows, rounds, state
    )
    return learnt
