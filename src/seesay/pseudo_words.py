"""The second part of a training: words learnt again, as pseudo-words of a lexicon.

The word embeddings of the training set are clustered, and the picture branch and a vector for
each cluster learn anew, by the same loss, from which cluster a token is in. No transcript is
read. The result is kept where the validation set is better for it.
"""

import copy
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits
from torch import nn
from torch.nn.functional import normalize

from seesay.examples import Data
from seesay.lexicon import Lexicon, Said
from seesay.network import Network
from seesay.randomness import stable_hash
from seesay.settings.training import TrainingSettings
from seesay.training_measures import cost

Rows = list[dict[str, Any]]
# Trains a network in place and returns its history.
Fit = Callable[[Network, Data, Data, TrainingSettings], Rows]

# What only the sounds themselves have.
PLAIN = {"pseudo_words": 0, "time_shift": 0, "time_mask": 0, "filter_mask": 0}


def learn(
    network: Network,
    train: Data,
    validation: Data,
    settings: TrainingSettings,
    seed: int,
    first: Rows,
    fit: Fit,
    compare: bool,
) -> tuple[Network, Rows, dict[str, float]]:
    """The network that is kept, the history of both parts, and what the lexicon is.

    `network` and its history `first` are of the first part. With `compare` the second part is
    kept if the validation set is better for it, else always. What the lexicon is (words, purity,
    types found) is told from the transcripts of the training set, which nothing learns from.
    """
    network.eval()
    sounds = heard(network, train)
    draw = stable_hash("training", seed, "pseudo-words")
    centroids, labels = cluster(sounds.cpu().numpy(), settings.pseudo_words, draw)
    pure, types = purity(labels, train.types)
    about = {"words": len(centroids), "purity": pure, "types": types}
    print(
        f"pseudo-words: {len(centroids)} clusters, purity {pure:.3f}, {types} types found of"
        f" {len(np.unique(train.types))}",
        file=sys.stderr,
    )
    whole = copy.deepcopy(network)
    lexicon = whole.speech[-1]
    assert isinstance(lexicon, Lexicon)
    lexicon.centroids[: len(centroids)] = torch.from_numpy(centroids)
    shares = lexicon.shares(heard(network, validation), len(centroids))
    random = torch.Generator().manual_seed(draw % 2**63)
    whole.initialise(random, settings.init_gain, whole.image.cpu())
    whole.image.to(sounds.device)
    vectors = normalize(torch.randn(len(centroids), settings.embedding, generator=random))
    said = Said(vectors.to(sounds.device))
    # The same picture branch, before another speech branch.
    second = copy.copy(whole)
    second._modules = {**whole._modules, "speech": nn.Sequential(said)}
    known = torch.from_numpy(labels.astype(np.float32))[:, None].to(sounds.device)
    plain = settings.model_copy(update=PLAIN)
    rows = fit(second, replace(train, words=known), replace(validation, words=shares), plain)
    lexicon.vectors[: len(centroids)] = said.vectors.detach()
    lexicon.used.fill_(len(centroids))

    last = first[-1]["epoch"]
    rows = [row | {"epoch": row["epoch"] + last, "part": 2} for row in rows if row["epoch"]]
    better = not compare or best(rows, settings) < best(first, settings)
    loser = first if better else rows
    for row in loser:
        row["kept"] = False
    return whole if better else network, first + rows, about


def best(rows: Rows, settings: TrainingSettings) -> float:
    """The lowest cost on the validation set."""
    return min(cost(row, settings) for row in rows if row["split"] == "validation")


def pace(history: pd.DataFrame, settings: TrainingSettings) -> tuple[int, int]:
    """Epochs of both parts behind a model's kept weights; the second may be 0.

    `history` is the model's table of both parts.
    """
    rows = history[history["split"] == "validation"]
    first = rows[rows["part"] == 1]
    kept = rows[rows["kept"]].iloc[0]
    if kept["part"] == 1:
        return max(1, int(kept["epoch"])), 0
    costs = [cost({"loss": row.loss, "r10": row.r10}, settings) for row in first.itertuples()]
    before = int(first["epoch"].iloc[int(np.argmin(costs))])
    return max(1, before), int(kept["epoch"] - first["epoch"].max())


def cluster(embeddings: np.ndarray, words: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """k-means of embeddings (n, d) on the unit sphere: centroids (k, d) and each row's, (n,).

    k is `words`, or as many as there are different rows. One thread: the same bits everywhere.
    """
    length = np.linalg.norm(embeddings, axis=1, keepdims=True)
    unit = (embeddings / np.where(length > 0, length, 1.0)).astype(np.float32)
    count = min(words, len(np.unique(unit, axis=0)))
    with threadpool_limits(limits=1):
        found = KMeans(count, n_init=1, max_iter=50, random_state=seed % 2**32).fit(unit)
    centroids = found.cluster_centers_
    norm = np.linalg.norm(centroids, axis=1, keepdims=True)
    return centroids / np.where(norm > 0, norm, 1.0), found.labels_


def purity(clusters: np.ndarray, types: np.ndarray) -> tuple[float, int]:
    """How well pseudo-words (n,) stand for the true types (n,), as integers.

    The share of tokens whose type is the commonest of their cluster, and the number of types
    that are the commonest of some cluster.
    """
    counts = np.zeros((clusters.max() + 1, types.max() + 1), np.int64)
    np.add.at(counts, (clusters, types), 1)
    used = counts.sum(axis=1) > 0
    return float(counts.max(axis=1).sum() / len(types)), len(set(counts.argmax(axis=1)[used]))


@torch.no_grad()
def heard(network: Network, data: Data) -> torch.Tensor:
    """The embeddings (m, d) of a split's tokens, while the lexicon is empty."""
    return torch.cat([network.speech(block) for block in data.words.split(2048)])
