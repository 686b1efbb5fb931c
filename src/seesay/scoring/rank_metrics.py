"""The metrics of ranks: median and mean rank, R@k, and what random ranking would give.

Ties are scored by expectation under random tie-breaking, so a net that gives everything the
same embedding scores exactly chance. R@k is the hit rate: the share of queries whose first
relevant item is at rank k or better.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.schemas.scoring import RANKED, RECALLS
from seesay.shared.ranking import Floats, Integers, Ranks

METRICS = (*RANKED, *(f"r{k}" for k in RECALLS))
SLACK = 1e-9  # a share of queries within this of one half is one half
CELLS = 4_000_000  # of the largest array held while walking up the ranks


def counts_of(run: pd.DataFrame) -> Ranks:
    """The counts around the best relevant item, of rows of the table `ranks`."""
    names = ["better", "tied", "tied_relevant", "relevant"]
    return Ranks(*(run[name].to_numpy(dtype=np.int64) for name in names))


def hits(ranks: Ranks, k: int) -> Floats:
    """The probability that each query's first relevant item is among the first `k`.

    With t irrelevant and r relevant items tied below b better ones, the first j = k - b places hold
    no relevant item with probability C(t, j) / C(t + r, j).
    """
    missed = np.ones(len(ranks.better))
    for place in range(k):
        inside = np.clip(place - ranks.better, 0, ranks.tied)
        step = (ranks.tied - inside) / (ranks.tied + ranks.tied_relevant - inside)
        missed *= np.where(place >= ranks.better, step, 1.0)
    return 1.0 - missed


def by_chance(run: pd.DataFrame) -> dict[str, float]:
    """Metrics of a random ranking for the queries of a run, by name."""
    pictures, image = np.unique(run["image_id"].to_numpy(dtype=str), return_inverse=True)
    luck = of_ranks(run, image, np.ones((1, len(pictures))), True)[:, 0]
    return dict(zip(METRICS, luck.tolist(), strict=True))


def of_ranks(run: pd.DataFrame, image: Integers, weights: Floats, by_chance: bool) -> Floats:
    """Metrics of a run's ranks, or those of chance, as from `summarise`."""
    ranks = counts_of(run)
    return summarise(chance(ranks, run["gallery_size"]) if by_chance else ranks, image, weights)


def summarise(ranks: Ranks, image: Integers, weights: Floats) -> Floats:
    """Metrics, in the order of METRICS, of one or more samples of the images.

    `image` is each query's image, 0 to i - 1; `weights` has shape (samples, i): how often each
    sample holds each image, with all its queries. Returns shape (6, samples): ranks from 1,
    R@k in percent.

    The median is that of the mixture of the queries' rank distributions F: the middle between
    inf{F >= 1/2} and inf{F > 1/2}, which without ties is the ordinary median.
    """
    images = weights.shape[1]
    queries = weights @ np.bincount(image, minlength=images)
    mean = weights @ np.bincount(image, ranks.expected(), minlength=images) / queries
    low, high = np.zeros(len(weights)), np.zeros(len(weights))
    recalls: list[Floats] = []
    for reached in _reached(ranks, image, images, len(weights)):
        if recalls and (weights @ reached[:, -1] / queries < 0.5 - SLACK).all():
            # No sample's median is here: most ranks of a large gallery.
            low, high = low + reached.shape[1], high + reached.shape[1]
            continue
        share = weights @ reached / queries[:, None]
        if not recalls:
            recalls = [100.0 * share[:, k - 1] for k in RECALLS]
        # Ranks that half of the queries have not reached.
        low += (share < 0.5 - SLACK).sum(axis=1)
        high += (share <= 0.5 + SLACK).sum(axis=1)
        if (share[:, -1] > 0.5 + SLACK).all():
            break
    return np.stack([1.0 + (low + high) / 2.0, mean, *recalls])


def chance(ranks: Ranks, gallery_size: pd.Series | NDArray[np.integer]) -> Ranks:
    """Ranks of the same queries if all items of their galleries were tied."""
    irrelevant = np.asarray(gallery_size, dtype=np.int64) - ranks.relevant
    return Ranks(np.zeros_like(irrelevant), irrelevant, ranks.relevant, ranks.relevant)


def _reached(ranks: Ranks, image: Integers, images: int, samples: int) -> Iterator[Floats]:
    """Walk up the ranks 1, 2, ... in blocks of b, yielding arrays of shape (images, b).

    Element (i, x) is the expected number of image i's queries whose first relevant item is at
    rank x or better. With t irrelevant and r relevant items tied below `better` others, the
    chance that none of the first j tied places holds a relevant item is hypergeometric:
    product over i < j of (t - i) / (t + r - i).
    """
    sure = ranks.tied == 0
    sure_rank, sure_image = ranks.better[sure] + 1, image[sure]
    # Equal queries of an image are computed once.
    columns = [image, ranks.better, ranks.tied, ranks.tied_relevant]
    alike, number = np.unique(np.stack(columns)[:, ~sure], axis=1, return_counts=True)
    owner, better, tied, tied_relevant = alike[:, :, None]
    present, starts = np.unique(owner, return_index=True)
    missed = np.ones((alike.shape[1], 1))
    counted = np.zeros((images, 1))
    last = int((ranks.better + ranks.tied).max(initial=0)) + 1
    block = max(min(CELLS // (samples + images + len(missed)), 4096, last), *RECALLS)
    for first in range(1, last + 1, block):
        here = (sure_rank >= first) & (sure_rank < first + block)
        cell = sure_image[here] * block + sure_rank[here] - first
        mass = np.bincount(cell, minlength=images * block).reshape(images, block)
        reached = counted + mass.cumsum(axis=1)
        counted = reached[:, -1:].copy()
        if len(missed):
            place = np.arange(first - 1, first - 1 + block) - better
            inside = np.clip(place, 0, tied)
            step = (tied - inside) / (tied + tied_relevant - inside)
            misses = missed * np.cumprod(np.where(place == inside, step, 1.0), axis=1)
            missed = misses[:, -1:].copy()
            hits = number[:, None] * (1.0 - misses)
            reached[present] += np.add.reduceat(hits, starts, axis=0)
        yield reached
