"""The evaluation of the authors' code, beside ours (`evaluation.legacy`).

It reproduces two departures from the paper: features are standardised with the test set's
statistics, and a rank counts only strictly better items, so ties cost nothing and a collapsed net
is always first. A third, training on raw features, is `training.standardise: none`.
"""

import tempfile
from pathlib import Path

import pandas as pd
import torch

from seesay.learning.embedding import load_network, write_images, write_words
from seesay.learning.examples import Inputs, load
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.scoring import RANKS
from seesay.schemas.vision import IMAGES
from seesay.scoring.evaluation import evaluate
from seesay.settings.evaluation import EvaluationSettings
from seesay.shared import tables


def strict(ranks: pd.DataFrame) -> pd.DataFrame:
    """Rows of RANKS that count only strictly better items: everything tied comes after."""
    return ranks.assign(tied=0, tied_relevant=1, rank=1.0 + ranks["better"])


def rank_legacy(
    model: Path,
    inputs: Inputs,
    ranks: Path,
    experiment: str,
    system: str,
    seed: int,
    device: torch.device,
    threads: int = 1,
) -> None:
    """Write the table `ranks` of one trained system, with the authors' evaluation.

    The test pictures' fragments and tokens are embedded once more, standardised by their own
    means and deviations in place of those that the model was trained with, and searched among
    themselves (gallery `test`). Raises InputError as `evaluate` does.
    """
    network = load_network(model.parent, device)
    fragments, words, _, _ = load(inputs, "test", network.context)
    network.set_moments(fragments.features.moments(), words.features.moments(network.shared))
    images = tables.read(IMAGES, inputs.images)
    spoken = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    test = images.loc[images["split"] == "test", "image_id"]
    ranks.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ranks.parent, prefix=".legacy.") as name:
        folder = Path(name)
        write_images(network, fragments, folder / "images.parquet", device)
        write_words(network, words, folder / "words.parquet", device)
        tables.write(
            SPOKEN_CAPTIONS, folder / "spoken.parquet", spoken[spoken["image_id"].isin(test)]
        )
        evaluate(
            folder / "images.parquet",
            folder / "words.parquet",
            folder / "spoken.parquet",
            inputs.images,
            folder / "ranks.parquet",
            EvaluationSettings(galleries=("test",)),
            experiment,
            system,
            seed,
            threads,
        )
        tables.write(RANKS, ranks, strict(tables.read(RANKS, folder / "ranks.parquet")))
