"""Training the two-branch network (paper section 3), and its controls."""

import importlib
import json
import math
import sys
import time
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from safetensors.torch import save
from torch import Tensor

from seesay.learning import checkpoints, optimisers
from seesay.learning.examples import Data, Inputs, draw, load, prepare, shuffle
from seesay.learning.features import Features
from seesay.learning.losses.paper import coscos2, cosines
from seesay.learning.measures import cost, means, measure, too_far
from seesay.model.network import Network, max_norm
from seesay.schemas.learning import HISTORY
from seesay.settings.training import Frames, TrainingSettings
from seesay.shared import tables, writing
from seesay.shared.errors import InputError
from seesay.shared.progress import progress
from seesay.shared.randomness import generator, stable_hash

System = Literal["model", "random_projection", "untrained", "shuffled", "text"]


def batch_loss(
    network: Network, fragments: Tensor, same: Tensor, different: Tensor, reduction: str
) -> tuple[Tensor, Tensor, Tensor]:
    """The loss of one picture, in the factorised form, and (F, T) cosines of same and different.

    `fragments` is (F, image size), `same` (T, speech size) the picture's tokens, `different` as
    many others. All F x T pairs of each count. The authors draw another token for every pair; here
    the fragments share the T others, drawn anew each time: the same expectation for a twentieth of
    the words to embed.
    """
    images = network.image(fragments)
    words = network.speech(torch.cat([same, different]))
    matrix = cosines(images, words)
    near, far = matrix[:, : len(same)], matrix[:, len(same) :]
    return coscos2(near, far, reduction), near, far


def train_epoch(
    network: Network,
    optimizer: optimisers.Optimiser,
    data: Data,
    settings: TrainingSettings,
    rng: np.random.Generator,
) -> dict[str, float]:
    """One pass over the pictures in random order, one picture a batch, or many."""
    if settings.batch_pictures > 1:
        # By name: the stamp of an experiment has what it uses alone.
        many = importlib.import_module("seesay.learning.batches")
        found: dict[str, float] = many.train_epoch(network, optimizer, data, settings, rng)
        return found
    network.train()
    layers, sums = network.layers(), np.zeros(4)
    for index in rng.permutation(len(data.pairs.image_ids)):
        rows = data.pairs.words[index]
        others = draw(data.avoid[index], len(data.words), len(rows), rng)
        loss, near, far = batch_loss(
            network,
            data.fragments.rows(data.pairs.fragments[index]),
            data.words.rows(rows),
            data.words.rows(others),
            settings.reduction,
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        max_norm(layers, settings.max_norm)
        couples = near.numel() if settings.reduction == "sum" else 1
        cosine = [near.detach().mean().item(), far.detach().mean().item()]
        sums += [loss.item() / couples, *cosine, data.false_negatives(rows, others)]
    return means(sums, data)


def start(
    settings: TrainingSettings, fragments: Features, words: Features, system: System, seed: int
) -> Network:
    """The network before training, with the standardisation of the training set's features.

    With `standardise: none` its means are 0 and its deviations 1: the features stay raw.
    """
    kind: Literal["relu", "linear"] = "linear" if system == "random_projection" else "relu"
    network = Network(settings, fragments.size, words.size, kind)
    random = torch.Generator().manual_seed(stable_hash("training", seed, "weights") % 2**63)
    if kind == "linear":
        network.project(random)
    else:
        network.initialise(random, settings.init_gain)
    if settings.standardise == "train":
        network.set_moments(fragments.moments(), words.moments(network.shared))
    return network


def fit(
    network: Network,
    train: Data,
    validation: Data,
    settings: TrainingSettings,
    seed: int,
    epochs: int | None,
    state: checkpoints.State | None,
) -> list[dict[str, Any]]:
    """Train `network` in place and return its history.

    With `epochs` None, training stops when the criterion has not been better for `patience`
    epochs, and the best epoch's weights are put back (early stopping). Otherwise it runs for
    `epochs` epochs and the last weights stay. A killed run goes on from `state` to the same result.
    """
    optimizer = optimisers.build(network, settings)
    rows: list[dict[str, Any]] = []
    best, best_epoch, best_weights = math.inf, 0, None
    saved = state.load() if state else None
    last = settings.max_epochs if epochs is None else epochs
    if saved is None or too_far(saved["rows"], settings, epochs):
        measured = measure(network, validation, settings)
        row = {"epoch": 0, "split": "validation", "seconds": 0.0, **measured}
        rows, best, best_weights = [row], cost(measured, settings), weights(network)
    else:
        network.load_state_dict(saved["network"])
        optimizer.load_state_dict(saved["optimizer"])
        rows, best, best_epoch = saved["rows"], saved["best"], saved["best_epoch"]
        best_weights = saved["best_weights"]
    for epoch in progress(range(rows[-1]["epoch"] + 1, last + 1), "training", "epochs"):
        if epochs is None and epoch - 1 - best_epoch >= settings.patience:
            break
        optimisers.set_rate(optimizer, settings, epoch)
        # Dropout draws from torch's own state; batches of many pictures seed it anew.
        torch.manual_seed(stable_hash("training", seed, epoch, "dropout") % 2**63)
        began = time.perf_counter()
        trained = train_epoch(
            network, optimizer, train, settings, generator("training", seed, epoch)
        )
        seconds = time.perf_counter() - began
        measured = measure(network, validation, settings)
        # R@10, dead units and ties are those of the validation set alone.
        unmeasured = dict.fromkeys(measured, math.nan)
        for split, values in (("train", unmeasured | trained), ("validation", measured)):
            rows.append({"epoch": epoch, "split": split, "seconds": seconds, **values})
        if cost(measured, settings) < best:
            best, best_epoch, best_weights = cost(measured, settings), epoch, weights(network)
        if state:
            state.save(
                network=network.state_dict(), optimizer=optimizer.state_dict(), rows=rows,
                best=best, best_epoch=best_epoch, best_weights=best_weights,
            )  # fmt: skip
    kept = best_epoch if epochs is None else last
    if epochs is None and best_weights is not None:
        network.load_state_dict(best_weights)
    return [row | {"kept": row["epoch"] == kept, "part": 1} for row in rows]


def weights(network: Network) -> dict[str, Tensor]:
    """A copy of the network's weights and statistics."""
    return {name: value.clone() for name, value in network.state_dict().items()}


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
    """Train an experiment's systems with one seed; a run that was killed goes on where it was.

    Every system's `models` get settings.json and history.parquet beside them. `read` are the inputs
    of `text`, with one-hot words for log-Mel vectors; `store` is the folder of checkpoints. Where
    tokens are perturbed, `frames` are needed. Of `shuffled`, the model comes before.
    """
    # With raised limits a run goes on from an earlier one, so they are no part of it; but where the
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
            reached = max((row["epoch"] for row in rows if row["part"] == 1), default=0)
            if system == "shuffled" or not extendable or reached < its.max_epochs:
                ended.append(state)
        # At the end: a job that is killed begins with its first system again.
        for state in ended:
            state.clear()


def further(inputs: Inputs, settings: TrainingSettings, seed: int) -> pd.DataFrame | None:
    """The tokens that join the training pictures beside those of their captions, None for none."""
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
) -> tuple[Network, list[dict[str, Any]], dict[str, float] | None]:
    """One system's network, its history, and what its lexicon is, where it learns one.

    `model` stops early, by the validation set. `shuffled` learns pictures with others' tokens, for
    as many epochs as the weights that the model kept (`past`, its history). `text` is as the model,
    on one-hot words (the inputs say so). `untrained` and `random_projection` are not trained.
    """
    context = settings.context == "gate"
    fragments, words, pairs, types = load(inputs, "train", context, further(inputs, settings, seed))
    network = start(settings, fragments.features, words.features, system, seed).to(device)
    if system in ("untrained", "random_projection"):
        return network, [], None
    epochs, again = None, None
    if system == "shuffled":
        if past is None:
            raise InputError("training: shuffled keeps pace with the model; train the model first")
        epochs = max(1, int(past.loc[past["kept"], "epoch"].max()))
        if settings.pseudo_words:
            epochs, *again = importlib.import_module("seesay.learning.pseudo_words").pace(
                past, settings
            )
        pairs = shuffle(pairs, seed)
    data = prepare(network, fragments, words, pairs, types, settings.negatives, device)
    data.frames = frames
    if settings.semantic_term:
        meaning = importlib.import_module("seesay.learning.losses.semantic_term")
        data.contexts = meaning.contexts(data.pairs.words, data.types).to(device)
    validation = prepare(network, *load(inputs, "validation", context), settings.negatives, device)
    if system == "text" and settings.lexicon_term:
        data.lexicon = data.words.rows(np.unique(data.known, return_index=True)[1])
    rows = fit(network, data, validation, settings, seed, epochs, state)
    if not settings.pseudo_words or again == []:
        return network, rows, None
    learnt: tuple[Network, list[dict[str, Any]], dict[str, float]]
    learnt = importlib.import_module("seesay.learning.pseudo_words").learn(
        network, data, validation, settings, seed, rows,
        lambda n, t, v, s, epochs: fit(n, t, v, s, seed, epochs, None), again,
    )  # fmt: skip
    return learnt
