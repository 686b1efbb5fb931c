"""Pseudo-word rounds: words are learnt again as clusters of their sounds.

The word embeddings of the training set are clustered, and a new picture branch and a vector for
each cluster are trained on cluster ids instead of sounds, with the same loss. No transcript is
read, unless a setting says so (`semantic_term`). The result is kept if it improves the validation
criterion.

This may be repeated in rounds. The speech branch of the first part stays as it is: a token's
shares of the pseudo-words always come from S, the embeddings of the first part. Round 1 clusters
S. A later round clusters the embeddings that the round before gave the tokens, E = shares(S) V:
there, pseudo-words that turned out to mean the same lie together and become one, and the clusters
so freed split others. The clusters are groups of tokens; a group's centroid is the mean direction
of its tokens' S, so that a token outside the training set is recognised by its sound as before.
Rounds end with the first that does not improve the validation criterion, or after `pseudo_rounds`;
the best is kept.
"""

import copy
import hashlib
import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits
from torch import nn
from torch.nn.functional import normalize

from seesay.learning import loop
from seesay.learning.checkpoints import State
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


def learn(
    network: Network,
    train: Data,
    validation: Data,
    settings: TrainingSettings,
    seed: int,
    first: Rows,
    epochs: Sequence[int] | None,
    state: State | None,
) -> tuple[Network, Rows, dict[str, float]]:
    """Train all rounds; returns the network that is kept, the history, and facts of its lexicon.

    `network` and its history `first` are those of the first part. With `epochs` None a round is
    kept if it improves the validation criterion, and the first that does not is the last;
    otherwise each number of `epochs` is a round, and the last is kept. The facts (`words`,
    `purity`, `types`) are those of round 1 if no round is kept; they read the transcripts of the
    training set, from which nothing is learnt. A killed run clusters again, and continues its last
    round from the round's own file beside `state`.
    """
    network.eval()
    sounds = embeddings(network, train)
    kept, history, whole = network, first, network
    facts: dict[str, float] = {}
    clustered, lowest = sounds, best(first, settings)
    paces = [None] * settings.pseudo_rounds if epochs is None else epochs
    for number, pace in enumerate(paces, start=1):
        centroids, labels = cluster(
            clustered.cpu().numpy(), settings.pseudo_words, draw_of(seed, number)
        )
        if number > 1:
            centroids, labels = means(sounds.cpu().numpy(), labels)
        found = lexicon_facts(len(centroids), labels, train.types)
        facts = facts or found
        saved = state.of_round(number, digest(whole, labels)) if state else None
        whole, rows = learn_round(
            network, centroids, labels, train, validation, settings, seed, number, pace, saved
        )
        last = history[-1]["epoch"]
        more = {"part": number + 1}
        rows = [row | more | {"epoch": row["epoch"] + last} for row in rows if row["epoch"]]
        better = epochs is not None or best(rows, settings) < lowest
        if better:
            kept, facts, lowest = whole, found, best(rows, settings)
        for row in history if better else rows:
            row["kept"] = False
        history = history + rows
        if not better:
            break
        with torch.no_grad():
            clustered = whole.speech[-1](sounds)
    return kept, history, facts


def learn_round(
    network: Network,
    centroids: np.ndarray,
    labels: np.ndarray,
    train: Data,
    validation: Data,
    settings: TrainingSettings,
    seed: int,
    number: int,
    epochs: int | None,
    state: State | None,
) -> tuple[Network, Rows]:
    """Train one round; returns a copy of `network` with a lexicon, and the round's history.

    `centroids` (k, d) float32 and `labels` (n,), each training token's cluster, are in the space of
    the network's speech branch, which stays as it is; the picture branch is new.
    """
    whole = copy.deepcopy(network)
    lexicon = whole.speech[-1]
    assert isinstance(lexicon, Lexicon)
    device = lexicon.centroids.device
    lexicon.centroids[: len(centroids)] = torch.from_numpy(centroids)
    shares = lexicon.shares(embeddings(network, validation), len(centroids))
    likeliest = shares.argmax(dim=1).cpu().numpy()
    random = torch.Generator().manual_seed(draw_of(seed, number) % 2**63)
    whole.initialise(random, settings.init_gain, whole.image.cpu())
    whole.image.to(device)
    vectors = normalize(torch.randn(len(centroids), settings.embedding, generator=random))
    said = Said(vectors.to(device))
    # The same picture branch, before another speech branch.
    second = copy.copy(whole)
    second._modules = {**whole._modules, "speech": nn.Sequential(said)}
    numbers = torch.from_numpy(labels.astype(np.int64))[:, None].to(device)
    every = torch.arange(len(centroids), device=device)[:, None]
    rows = loop.fit(
        second,
        replace(
            train,
            words=Features(numbers),
            known=labels,
            lexicon=every if settings.lexicon_term else None,
        ),
        replace(validation, words=Features(shares), known=likeliest),
        settings.of_words(),
        seed,
        epochs,
        state,
    )
    lexicon.vectors[: len(centroids)] = said.vectors.detach()
    lexicon.used.fill_(len(centroids))
    return whole, rows


def digest(network: Network, labels: np.ndarray) -> str:
    """A digest of what a round begins from: the weights before it, and its clusters."""
    found = hashlib.blake2b(labels.astype(np.int64).tobytes(), digest_size=10)
    for value in network.state_dict().values():
        found.update(value.cpu().numpy().tobytes())
    return found.hexdigest()


def draw_of(seed: int, number: int) -> int:
    """The seed of a round's clustering and weights; rounds count from 1."""
    more = [number] if number > 1 else []
    return stable_hash("training", seed, "pseudo-words", *more)


def lexicon_facts(words: int, labels: np.ndarray, types: np.ndarray) -> dict[str, float]:
    """Size, purity and types found of a lexicon with so many pseudo-words; prints them too."""
    pure, found = purity(labels, types)
    print(
        f"pseudo-words: {words} clusters, purity {pure:.3f}, {found} types found of"
        f" {len(np.unique(types))}",
        file=sys.stderr,
    )
    return {"words": words, "purity": pure, "types": found}


def best(rows: Rows, settings: TrainingSettings) -> float:
    """The validation cost of the epoch that a part keeps.

    It is infinite if none of `rows` is kept: the weights before training were better.
    """
    kept = (row for row in rows if row["kept"] and row["split"] == "validation")
    return min((cost(row, settings) for row in kept), default=math.inf)


def cluster(embeddings: np.ndarray, words: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """k-means of embeddings (n, d) on the unit sphere: centroids (k, d) and labels (n,).

    k is `words`, or the number of different rows if that is smaller. It runs on one thread, which
    gives the same bits everywhere.
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
    """Mean directions (k, d) float32 of groups of `sounds` (n, d), and labels (n,) as 0..k-1."""
    groups, labels = np.unique(labels, return_inverse=True)
    sums = np.zeros((len(groups), sounds.shape[1]))
    np.add.at(sums, labels, unit(sounds))
    return unit(sums).astype(np.float32), labels


@torch.no_grad()
def embeddings(network: Network, data: Data) -> torch.Tensor:
    """Embeddings (m, d) of a split's tokens, while the lexicon is empty."""
    return data.words.through(network.speech)
