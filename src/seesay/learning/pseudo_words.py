"""The later parts of a training: words learnt again, as pseudo-words of a lexicon.

The word embeddings of the training set are clustered, and the picture branch and a vector for
each cluster learn anew, by the same loss, from which cluster a token is in. No transcript is
read, but by the setting that says so (`semantic_term`). The result is kept
where the validation set is better for it.

Then that may be done again, in rounds. The speech branch of the first part stays as it is: how
things sound is always said in its space, that of S, the embeddings of the first part, where a
token's shares of the pseudo-words come from. Round 1 clusters S. A later round clusters what the
round before made of it, E = shares(S) V: there pseudo-words that turned out to mean the same lie
together and become one, and the clusters so freed part others. What comes of it are groups of
tokens; the centroid of a group is the mean direction of its tokens' S, so that a token that
training never saw can be told by its sound as before. Rounds end when the validation criterion is
no better than before the round, or after `pseudo_rounds`; what was best is kept.
"""

import copy
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits
from torch import nn
from torch.nn.functional import normalize

from seesay.learning.examples import Data
from seesay.learning.features import Features
from seesay.learning.lexicon_measures import purity
from seesay.learning.measures import cost
from seesay.model.lexicon_layer import Lexicon, Said
from seesay.model.network import Network
from seesay.settings.training import TrainingSettings
from seesay.shared.randomness import stable_hash
from seesay.shared.vectors import unit

Rows = list[dict[str, Any]]
# Trains a network in place, for as many epochs, or with early stopping; returns its history.
Fit = Callable[[Network, Data, Data, TrainingSettings, int | None], Rows]


def learn(
    network: Network,
    train: Data,
    validation: Data,
    settings: TrainingSettings,
    seed: int,
    first: Rows,
    fit: Fit,
    epochs: Sequence[int] | None,
) -> tuple[Network, Rows, dict[str, float]]:
    """The network that is kept, the history of all parts, and what the lexicon is.

    `network` and its history `first` are of the first part. With `epochs` None a round is kept
    if the validation set is better for it, and the first that is not is the last; otherwise there
    is a round for each number of epochs, and the last is kept. What the kept lexicon is, or that
    of round 1 where none is kept, (words, purity, types found) is told from the transcripts of the
    training set, which nothing learns from.
    """
    network.eval()
    sounds = heard(network, train)
    kept, history = network, first
    about: dict[str, float] = {}
    embeddings, lowest = sounds, best(first, settings)
    paces = [None] * settings.pseudo_rounds if epochs is None else epochs
    for number, pace in enumerate(paces, start=1):
        draw = draw_of(seed, number)
        centroids, labels = cluster(embeddings.cpu().numpy(), settings.pseudo_words, draw)
        if number > 1:
            centroids, labels = means(sounds.cpu().numpy(), labels)
        found = told(len(centroids), labels, train.types)
        about = about or found
        whole, rows = again(
            network, centroids, labels, train, validation, settings, draw, fit, pace
        )
        last = history[-1]["epoch"]
        more = {"part": number + 1}
        rows = [row | more | {"epoch": row["epoch"] + last} for row in rows if row["epoch"]]
        better = epochs is not None or best(rows, settings) < lowest
        if better:
            kept, about, lowest = whole, found, best(rows, settings)
        for row in history if better else rows:
            row["kept"] = False
        history = history + rows
        if not better:
            break
        with torch.no_grad():
            embeddings = whole.speech[-1](sounds)
    return kept, history, about


def again(
    network: Network,
    centroids: np.ndarray,
    labels: np.ndarray,
    train: Data,
    validation: Data,
    settings: TrainingSettings,
    draw: int,
    fit: Fit,
    epochs: int | None,
) -> tuple[Network, Rows]:
    """One round: a copy of `network` with a lexicon and a new picture branch, and its history.

    `centroids` (k, d) and each training token's cluster, `labels` (n,), are of the space of the
    network's speech branch, which stays as it is.
    """
    whole = copy.deepcopy(network)
    lexicon = whole.speech[-1]
    assert isinstance(lexicon, Lexicon)
    device = lexicon.centroids.device
    lexicon.centroids[: len(centroids)] = torch.from_numpy(centroids)
    shares = lexicon.shares(heard(network, validation), len(centroids))
    likeliest = shares.argmax(dim=1).cpu().numpy()
    random = torch.Generator().manual_seed(draw % 2**63)
    whole.initialise(random, settings.init_gain, whole.image.cpu())
    whole.image.to(device)
    vectors = normalize(torch.randn(len(centroids), settings.embedding, generator=random))
    said = Said(vectors.to(device))
    # The same picture branch, before another speech branch.
    second = copy.copy(whole)
    second._modules = {**whole._modules, "speech": nn.Sequential(said)}
    numbers = torch.from_numpy(labels.astype(np.int64))[:, None].to(device)
    every = torch.arange(len(centroids), device=device)[:, None]
    rows = fit(
        second,
        replace(
            train,
            words=Features(numbers),
            known=labels,
            lexicon=every if settings.lexicon_term else None,
        ),
        replace(validation, words=Features(shares), known=likeliest),
        settings.of_words(),
        epochs,
    )
    lexicon.vectors[: len(centroids)] = said.vectors.detach()
    lexicon.used.fill_(len(centroids))
    return whole, rows


def draw_of(seed: int, number: int) -> int:
    """What seeds the clustering and the weights of a round, counted from 1."""
    more = [number] if number > 1 else []
    return stable_hash("training", seed, "pseudo-words", *more)


def told(words: int, labels: np.ndarray, types: np.ndarray) -> dict[str, float]:
    """What a lexicon of so many pseudo-words is, by the true types; it is printed, too."""
    pure, found = purity(labels, types)
    print(
        f"pseudo-words: {words} clusters, purity {pure:.3f}, {found} types found of"
        f" {len(np.unique(types))}",
        file=sys.stderr,
    )
    return {"words": words, "purity": pure, "types": found}


def best(rows: Rows, settings: TrainingSettings) -> float:
    """The cost on the validation set of the epoch that a part's history keeps.

    It is infinite where that is none of them: the weights before training were better.
    """
    kept = (row for row in rows if row["kept"] and row["split"] == "validation")
    return min((cost(row, settings) for row in kept), default=math.inf)


def pace(history: pd.DataFrame, settings: TrainingSettings) -> tuple[int, ...]:
    """Epochs of each part behind a model's kept weights: of the first, and of each round kept.

    `history` is the model's table of all parts.
    """
    rows = history[history["split"] == "validation"]
    kept = rows[rows["kept"]].iloc[0]
    epochs, ended = [], 0
    for part in range(1, int(kept["part"]) + 1):
        own = rows[rows["part"] == part]
        costs = [cost({"loss": row.loss, "r10": row.r10}, settings) for row in own.itertuples()]
        last = kept["epoch"] if part == kept["part"] else own["epoch"].iloc[int(np.argmin(costs))]
        epochs.append(int(last) - ended)
        ended = int(own["epoch"].max())
    return max(1, epochs[0]), *epochs[1:]


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


def means(sounds: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean directions (k, d) of groups of embeddings (n, d), and the groups (n,) as 0..k-1."""
    groups, labels = np.unique(labels, return_inverse=True)
    sums = np.zeros((len(groups), sounds.shape[1]))
    np.add.at(sums, labels, unit(sounds))
    return unit(sums).astype(np.float32), labels


@torch.no_grad()
def heard(network: Network, data: Data) -> torch.Tensor:
    """The embeddings (m, d) of a split's tokens, while the lexicon is empty."""
    return data.words.through(network.speech)
