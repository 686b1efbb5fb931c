"""The embeddings of fragments and word tokens, as one system computes them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from safetensors.torch import load_file

from seesay import tables
from seesay.embedding_tables import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.examples import Fragments, Inputs, Words, load_fragments, load_words
from seesay.matching import SPOKEN_CAPTIONS
from seesay.network import Network
from seesay.pictures import IMAGES
from seesay.settings.network import NetworkSettings


def load_network(folder: Path, device: torch.device) -> Network:
    """The network that training saved in `folder`, ready to embed."""
    about = json.loads((folder / "settings.json").read_text())
    # Of the recipe only the network's shape.
    known = NetworkSettings.model_fields
    shape = {key: value for key, value in about["settings"].items() if key in known}
    settings = NetworkSettings.model_validate_json(json.dumps(shape))
    kind: Literal["relu", "linear"] = "linear" if about["system"] == "random_projection" else "relu"
    network = Network(settings, about["image_size"], about["speech_size"], kind)
    network.load_state_dict(load_file(folder / "model.safetensors"))
    return network.to(device).eval()


def embed(
    model: Path,
    inputs: Inputs,
    images_out: Path,
    words_out: Path,
    device: torch.device,
) -> None:
    """Embed every fragment of the corpus and every token that a caption uses."""
    network = load_network(model.parent, device)
    images = tables.read(IMAGES, inputs.images)
    fragments = load_fragments(inputs.fc7, set(images["image_id"]), network.context)
    write_images(network, fragments, images_out, device)
    spoken = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    words = load_words(inputs.logmel, spoken["token_id"].tolist())
    write_words(network, words, words_out, device)


@torch.no_grad()
def write_images(network: Network, fragments: Fragments, path: Path, device: torch.device) -> None:
    """Embed fragments, and write the table IMAGE_EMBEDDINGS."""
    vectors = _blocks(network.embed_images, fragments.features, device)
    table = tables.sized(IMAGE_EMBEDDINGS, embedding=vectors.shape[1])
    keys = {name: fragments.keys[name] for name in ("image_id", "region")}
    with tables.Writer(table, path) as writer:
        writer.write({**keys, "embedding": vectors})


@torch.no_grad()
def write_words(network: Network, words: Words, path: Path, device: torch.device) -> None:
    """Embed word tokens, and write the table WORD_EMBEDDINGS."""
    vectors = _blocks(network.embed_words, words.features, device)
    table = tables.sized(WORD_EMBEDDINGS, embedding=vectors.shape[1])
    with tables.Writer(table, path) as writer:
        writer.write({"token_id": words.token_ids, "embedding": vectors})


def _blocks(
    branch: Callable[[torch.Tensor], torch.Tensor], values: torch.Tensor, device: torch.device
) -> np.ndarray:
    parts = [branch(block.to(device)).cpu().numpy() for block in values.split(2048)]
    return np.concatenate(parts)
