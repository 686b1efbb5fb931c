"""Measures of a network that hears captions between epochs: loss, scores, R@10, ties."""

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from seesay.learning.batches import captions
from seesay.learning.captions.scores import caption_scores
from seesay.learning.criterion import K, hits
from seesay.learning.examples import Data, Pairs
from seesay.learning.losses.paper import cosines
from seesay.learning.measures import activity, means, tied
from seesay.model.network import Network
from seesay.model.padded import moments
from seesay.settings.captions import TrainingSection
from seesay.shared.ranking import STEPS, Floats, Integers, count_lines

CAPTIONS = 64  # captions scored at once


@torch.no_grad()
def measure(network: Network, data: Data, settings: TrainingSection) -> dict[str, float]:
    """As `seesay.learning.measures.measure`, of captions; `tied_words` are moments.

    The units of the speech branch are not counted.
    """
    network.eval()
    images, dead_images = activity(network.image, data.fragments)
    heard, dead_heard = activity(network.speech, data.words)
    sums = captions.validate(network, data, settings, images, heard)
    r10 = math.nan
    if settings.criterion == "r10":
        lengths = torch.from_numpy(captions.heard_of(data).lengths)
        counts = moments(lengths, settings.stride).numpy()
        r10 = recall(images, heard, counts, data.pairs, settings)
    return means(sums, data) | {
        "r10": r10,
        "dead_image_units": dead_images,
        "dead_speech_units": dead_heard,
        "tied_images": tied(images),
        "tied_words": tied(heard),
    }


@torch.no_grad()
def recall(
    images: Tensor, heard: Tensor, counts: np.ndarray, pairs: Pairs, settings: TrainingSection
) -> float:
    """R@10 in percent: the mean of two searches, pictures by caption and captions by picture.

    `images` (n, d) are a split's fragments and `heard` (m, d) the moments of its captions, of which
    each has `counts` (captions,). The split is its own gallery; ties count by expectation.
    """
    fragments = np.concatenate(pairs.fragments)
    owner = np.repeat(np.arange(len(pairs.fragments)), [len(rows) for rows in pairs.fragments])
    scores = np.concatenate([
        caption_scores(
            cosines(heard[start : start + len(moment)], images[fragments]),
            torch.from_numpy(moment).to(heard.device),
            torch.from_numpy(owner).to(heard.device),
            int(moment[-1]) + 1, len(pairs.fragments), settings.caption_pooling,
            settings.temperature,
        ).cpu().numpy()
        for start, moment in _blocks(counts)
    ])  # fmt: skip
    picture = np.full(len(counts), -1)
    for place, rows in enumerate(pairs.words):
        picture[rows] = place
    used = np.flatnonzero(picture >= 0)
    shares = [_share(scores[used], list(picture[used][:, None]))]
    shares.append(_share(scores[used].T, [np.searchsorted(used, rows) for rows in pairs.words]))
    return 100 * float(np.mean(shares))


def _share(scores: np.ndarray, relevant: list[Integers]) -> float:
    """The share of queries with a relevant item among the first `K`."""
    lines: Floats = scores.astype(np.float64) * STEPS
    _, ranks = count_lines(zip(lines, relevant, strict=True))
    return float(hits(ranks, K).mean())


def _blocks(counts: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """The first moment of each block of captions, and the caption of each moment, from 0."""
    first = np.concatenate([[0], np.cumsum(counts)])
    for start in range(0, len(counts), CAPTIONS):
        some = counts[start : start + CAPTIONS]
        yield int(first[start]), np.repeat(np.arange(len(some)), some)
