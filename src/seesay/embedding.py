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
from seesay.examples import Inputs, load_fragments, load_words
from seesay.matching import SPOKEN_CAPTIONS
from seesay.network import Network
from seesay.pictures import IMAGES
from seesay.settings.training import TrainingSettings


def load_network(folder: Path, device: torch.device) -> Network:
    """The network that training saved in `folder`, ready to embed."""
    about = json.loads((folder / "settings.json").read_text())
    settings = TrainingSettings.model_validate_json(json.dumps(about["settings"]))
    kind: Literal["relu", "linear"] = "linear" if about["system"] == "random_projection" else "relu"
    network = Network(settings, about["image_size"], about["speech_size"], kind)
    network.load_state_dict(load_file(folder / "model.safetensors"))
    return network.to(device).eval()


@torch.no_grad()
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
    fragments = load_fragments(inputs.fc7, set(images["image_id"]))
    vectors = _blocks(network.embed_images, fragments.features, device)
    size = vectors.shape[1]
    with tables.Writer(tables.sized(IMAGE_EMBEDDINGS, embedding=size), images_out) as writer:
        writer.write(
            {
                "image_id": fragments.keys["image_id"],
                "region": fragments.keys["region"],
                "embedding": vectors,
            }
        )
    del fragments
    spoken = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    words = load_words(inputs.logmel, spoken["token_id"].tolist())
    vectors = _blocks(network.embed_words, words.features, device)
    with tables.Writer(tables.sized(WORD_EMBEDDINGS, embedding=size), words_out) as writer:
        writer.write({"token_id": words.token_ids, "embedding": vectors})


def _blocks(
    branch: Callable[[torch.Tensor], torch.Tensor], values: torch.Tensor, device: torch.device
) -> np.ndarray:
    parts = [branch(block.to(device)).cpu().numpy() for block in values.split(2048)]
    return np.concatenate(parts)
