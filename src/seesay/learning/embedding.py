"""The embeddings of fragments and word tokens, as one system computes them."""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from pydantic import BaseModel, Field, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from seesay.learning.examples import Inputs
from seesay.learning.features import Features, Fragments, Words, load_fragments, load_words
from seesay.model.network import Network
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.schemas.vision import IMAGES
from seesay.settings.network import NetworkSettings
from seesay.shared import tables
from seesay.shared.columns import Table, sized
from seesay.shared.command import one_line
from seesay.shared.errors import InputError

WEIGHTS = "model.safetensors"
MOST_FEATURES = 1_000_000  # numbers that a network may take in


class About(BaseModel):
    """What `settings.json` says of a model beside it; further keys are let be."""

    system: str
    image_size: int = Field(ge=1, le=MOST_FEATURES)
    speech_size: int = Field(ge=1, le=MOST_FEATURES)
    settings: dict[str, Any]


def about(folder: Path) -> About:
    """What `settings.json` of a model's folder says. Raises InputError for a damaged one."""
    path = folder / "settings.json"
    try:
        return About.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; it lies beside {WEIGHTS}") from error
    except ValidationError as error:
        raise InputError(f"{one_line(error, str(path))}; take it from the run again") from error


def load_network(folder: Path, device: torch.device) -> Network:
    """The network that training saved in `folder`, ready to embed.

    Raises InputError for files that are missing or damaged, do not belong to each other, or hold
    numbers that are not finite.
    """
    said, path = about(folder), folder / WEIGHTS
    # Of the recipe only the network's shape.
    known = NetworkSettings.model_fields
    shape = {key: value for key, value in said.settings.items() if key in known}
    kind: Literal["relu", "linear"] = "linear" if said.system == "random_projection" else "relu"
    try:
        settings = NetworkSettings.model_validate_json(json.dumps(shape))
        # Shapes alone, so that no number in the file can ask for all memory.
        with torch.device("meta"):
            plan = Network(settings, said.image_size, said.speech_size, kind).state_dict()
    except ValidationError as error:
        where = str(folder / "settings.json")
        raise InputError(f"{one_line(error, where)}; take it from the run again") from error
    except (ValueError, RuntimeError, TypeError, ArithmeticError) as error:
        raise InputError(f"{folder / 'settings.json'}: describes no network ({error})") from error
    try:
        state = load_file(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; take it from the run") from error
    except (SafetensorError, ValueError, OSError) as error:
        raise InputError(f"{path}: damaged ({error}); take it from the run again") from error
    odd = sorted(
        name
        for name in plan.keys() | state.keys()
        if name not in plan
        or name not in state
        or (plan[name].shape, plan[name].dtype) != (state[name].shape, state[name].dtype)
    )
    if odd:
        raise InputError(
            f"{path}: not the network of the settings.json beside it ({odd[0]} differs); take both"
            " from one run"
        )
    endless = sorted(name for name, values in state.items() if not values.isfinite().all())
    if endless:
        raise InputError(
            f"{path}: {endless[0]} has numbers that are not finite: a damaged file, or a training"
            " that diverged; take it from the run again, or train again with a lower training.eps"
        )
    network = Network(settings, said.image_size, said.speech_size, kind)
    network.load_state_dict(state)
    return network.to(device).eval()


def embed(systems: Sequence[tuple[Path, Path, Path]], inputs: Inputs, device: torch.device) -> None:
    """Embed every fragment of the corpus and every token that a caption uses, by each system.

    `systems` has a model of one experiment each, and the tables IMAGE_EMBEDDINGS and
    WORD_EMBEDDINGS to write; features are read once for all.
    """
    networks = [load_network(model.parent, device) for model, _, _ in systems]
    images = set(tables.read(IMAGES, inputs.images)["image_id"])
    fragments = load_fragments(inputs.fc7, images, networks[0].context)
    for network, (_, path, _) in zip(networks, systems, strict=True):
        write_images(network, fragments, path, device)
    del fragments
    spoken = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    words = load_words(inputs.logmel, spoken["token_id"].tolist())
    for network, (_, _, path) in zip(networks, systems, strict=True):
        write_words(network, words, path, device)


@torch.no_grad()
def write_images(network: Network, fragments: Fragments, path: Path, device: torch.device) -> None:
    """Embed fragments, and write the table IMAGE_EMBEDDINGS."""
    keys = {name: fragments.keys[name].to_numpy() for name in ("image_id", "region")}
    write(IMAGE_EMBEDDINGS, path, keys, fragments.features, network.embed_images, device)


@torch.no_grad()
def write_words(network: Network, words: Words, path: Path, device: torch.device) -> None:
    """Embed word tokens, and write the table WORD_EMBEDDINGS."""
    keys = {"token_id": words.token_ids}
    write(WORD_EMBEDDINGS, path, keys, words.features, network.embed_words, device)


def write(
    table: Table,
    path: Path,
    keys: Mapping[str, np.ndarray],
    features: Features,
    branch: Callable[[Tensor], Tensor],
    device: torch.device,
) -> None:
    """Write a table of embeddings block by block; `keys` are its other columns, (n,) each."""
    vectors = (branch(block).cpu().numpy() for block in features.blocks(device))
    first, start = next(vectors), 0
    with tables.Writer(sized(table, embedding=first.shape[1]), path) as writer:
        for block in itertools.chain([first], vectors):
            rows = slice(start, start + len(block))
            start = rows.stop
            writer.write({**{name: key[rows] for name, key in keys.items()}, "embedding": block})


def refuse_captions(folder: Path, what: str) -> None:
    """Raise InputError if the model in `folder` hears whole captions, which `what` cannot give."""
    if about(folder).settings.get("unit") == "caption":
        raise InputError(
            f"{folder}: this model hears whole captions (unit: caption), and {what}; take a model"
            " of an experiment with unit: word"
        )
