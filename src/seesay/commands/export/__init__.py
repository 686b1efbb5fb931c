"""Both branches as ONNX files, checked against torch by the ONNX reference implementation."""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx.reference import ReferenceEvaluator
from torch import Tensor, nn

from seesay.commands.export import recipe
from seesay.learning.embedding import load_network, refuse_captions
from seesay.model.network import Network
from seesay.planning.folds import MODEL, model_folder
from seesay.shared import writing
from seesay.shared.errors import InputError
from seesay.shared.randomness import generator

TOLERANCE = 1e-4  # largest difference, as a share of the largest number in the embeddings
ROWS = 32  # test vectors of a branch
BRANCHES = ("image", "speech")


class Embedder(nn.Module):
    """One branch with its standardisation: raw features (rows, size) to embeddings (rows, d)."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, network: Network, branch: str) -> None:
        super().__init__()
        self.branch = getattr(network, branch)
        self.register_buffer("mean", getattr(network, f"{branch}_mean"))
        self.register_buffer("deviation", getattr(network, f"{branch}_deviation"))

    def forward(self, features: Tensor) -> Tensor:
        """Raw features (rows, size) to embeddings (rows, d)."""
        out: Tensor = self.branch((features - self.mean) / self.deviation)
        return out


def export(model: str | Path, folder: Path, tolerance: float = TOLERANCE) -> dict[str, float]:
    """Write image.onnx, speech.onnx and export.json into `folder`; return the differences.

    `model` is a folder <results>/training/{experiment}/{system}/{seed}. Each file takes raw
    features `features`, float32 (rows, size), and gives `embeddings`, (rows, d). The ONNX reference
    implementation computes both from random features. Raises InputError, and writes nothing, if a
    branch's largest difference exceeds `tolerance` times the largest number of its embeddings, or
    if there is no model. export.json says how features are made, unless the folder lies outside of
    its run's results: then `features` is null there.
    """
    home = Path(model)
    for name in ("model.safetensors", "settings.json"):
        if not (home / name).is_file():
            raise InputError(f"{home / name}: no such file; give {MODEL}")
    refuse_captions(home, "an exported branch takes vectors of one size")
    network = load_network(home, torch.device("cpu"))
    about: dict[str, Any] = json.loads((home / "settings.json").read_text())
    made = recipe.found(home)
    features = made and recipe.described(made, about["system"])
    written = {branch: convert(Embedder(network, branch).eval()) for branch in BRANCHES}
    differences = {}
    for branch, content in written.items():
        difference, greatest = compare(Embedder(network, branch).eval(), content)
        if not difference <= tolerance * greatest:
            raise InputError(
                f"{home}: the exported {branch} branch differs by {difference:g} where embeddings "
                f"reach {greatest:g}, more than {tolerance:g} of it; nothing was written"
            )
        differences[branch] = difference
    for branch, content in written.items():
        writing.write_bytes(folder / f"{branch}.onnx", content)
    about |= {"similarity": "cosine", "differences": differences, "features": features}
    writing.write_text(folder / "export.json", json.dumps(about, indent=2, sort_keys=True) + "\n")
    return differences


def report(arguments: argparse.Namespace) -> None:
    """The command `seesay export`: write the files, and print a line for each."""
    model = arguments.model
    if arguments.fold is not None:
        model = model_folder(model, arguments.fold)
    for branch, difference in export(model, arguments.out).items():
        print(f"{arguments.out / branch}.onnx: differs from the model by {difference:.2g} at most")


def convert(embedder: Embedder) -> bytes:
    """The ONNX model of a branch, for any number of rows."""
    example = torch.zeros(2, len(embedder.mean))
    program = torch.onnx.export(
        embedder,
        (example,),
        dynamo=True,
        input_names=["features"],
        output_names=["embeddings"],
        dynamic_shapes={"features": {0: torch.export.Dim("rows")}},
        verbose=False,
    )
    assert program is not None
    proto = program.model_proto
    onnx.checker.check_model(proto, full_check=True)
    content: bytes = proto.SerializeToString()
    return content


@torch.no_grad()
def compare(embedder: Embedder, content: bytes) -> tuple[float, float]:
    """The largest difference between torch and ONNX, and the largest number of torch's.

    On random features with the training set's means and deviations, seeded.
    """
    size = len(embedder.mean)
    noise = generator("export", size).normal(size=(ROWS, size))
    features = embedder.mean.numpy() + embedder.deviation.numpy() * noise
    features = features.astype(np.float32)
    ours = embedder(torch.from_numpy(features)).numpy()
    evaluator = ReferenceEvaluator(onnx.load_from_string(content))
    outputs: Any = evaluator.run(None, {"features": features})
    theirs = outputs[0]
    if theirs.shape != ours.shape:
        raise InputError(f"the exported branch gives {theirs.shape} in place of {ours.shape}")
    return float(np.abs(theirs - ours).max()), float(np.abs(ours).max())
