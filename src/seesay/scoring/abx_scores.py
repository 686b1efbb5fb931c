"""ABX as ZeroSpeech and fastabx score it: a mean of word pairs, each a mean of cells.

A and X are tokens of one word, B is a token of another by A's talker; the system is right when X
is nearer to A, and half right when it is as near to both. A cell holds all triplets of one word,
one other word, one talker of A and B and one of X (`within`: the same talker), and, if contexts
count, one context; its score is the share of triplets that are right. Cells are averaged within a
pair of words, and then pairs: a frequent word counts no more than a rare one, and a talker with
many tokens no more than one with few.

Dunbar et al. (2021), The Zero Resource Speech Challenge 2021; Poli et al. (2025), fastabx.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from seesay.shared.ranking import STEPS, Floats, Integers
from seesay.shared.vectors import unit


class Pairs(NamedTuple):
    """Ordered pairs of words, sorted, (pairs,) each: the word of A and X, and the word of B.

    `score` is the mean of the pair's `cells`, from 0 to 1, 0.5 by chance; `triplets` is the number
    of triplets in these cells.
    """

    word: Integers
    other: Integers
    score: Floats
    cells: Integers
    triplets: Integers


def score(
    asked: NDArray[np.float32],
    tokens: NDArray[np.float32],
    word: Integers,
    talker: Integers,
    context: Integers | None = None,
    within: bool = False,
) -> Pairs:
    """The score of every pair of words that has a triplet, from all of its triplets.

    `asked` holds the tokens as X, `tokens` as A and B, both (n, d); `word`, `talker` and `context`
    are (n,), from 0. With `context`, A, B and X share one context, and a pair's cells are averaged
    first by A's talker and then over talkers, as ZeroSpeech does; without it, all together. With
    `within`, X is another token by A's talker; otherwise X is by another talker. Cosines are
    rounded to 1e-6; the greatest cosine is nearest (angles give the same order).
    """
    place = np.zeros(len(word), dtype=np.int64) if context is None else context
    with threadpool_limits(limits=1, user_api="blas"):
        parts = list(_cells(asked, tokens, word, talker, place, within))
    rows = {
        name: np.concatenate([np.empty(0), *(part[name] for part in parts)])
        for name in ("word", "other", "talker", "total", "weight", "cells", "triplets")
    }
    if context is not None:
        rows = _summed(rows, ("word", "other", "talker"))
        rows["total"] = rows["total"] / rows["weight"]
        rows["weight"] = np.ones(len(rows["total"]))
    rows = _summed(rows, ("word", "other"))
    whole = {name: rows[name].astype(np.int64) for name in ("word", "other", "cells", "triplets")}
    return Pairs(score=rows["total"] / rows["weight"], **whole)


def _cells(
    asked: NDArray[np.float32],
    tokens: NDArray[np.float32],
    word: Integers,
    talker: Integers,
    place: Integers,
    within: bool,
) -> Iterator[dict[str, Floats]]:
    """Sums over cells by B's word, (words,) each, for each word, talker of A and context."""
    rows, columns = unit(asked) * STEPS, unit(tokens)
    by_talker = _groups(talker, place, order=word)
    by_word = _groups(word, place, order=talker)
    for (speaker, where), here in by_talker.items():
        for name in np.unique(word[here]):
            same = word[here] == name
            a, b = here[same], here[~same]
            x = a if within else by_word[int(name), where]
            x = x if within else x[talker[x] != speaker]
            if len(b) == 0 or len(x) <= within:
                continue
            near_a = np.floor(rows[x] @ columns[a].T + 0.5)
            near_b = np.floor(rows[x] @ columns[b].T + 0.5)
            if within:
                np.fill_diagonal(near_a, -np.inf)  # X is no A of its own: never right
            right = np.zeros(near_b.shape)
            for near in near_a.T:
                right += 0.5 * (1.0 + np.sign(near[:, None] - near_b))
            others, first, of_other = np.unique(word[b], return_index=True, return_counts=True)
            heard = talker[x]
            _, start, of_talker = np.unique(heard, return_index=True, return_counts=True)
            sums = np.add.reduceat(np.add.reduceat(right, start, axis=0), first, axis=1)
            size = (len(a) - within) * of_talker[:, None] * of_other
            yield {
                "word": np.full(len(others), name, dtype=np.float64),
                "other": others.astype(np.float64),
                "talker": np.full(len(others), speaker, dtype=np.float64),
                "total": (sums / size).sum(axis=0),
                "weight": np.full(len(others), len(start), dtype=np.float64),
                "cells": np.full(len(others), len(start), dtype=np.float64),
                "triplets": size.sum(axis=0).astype(np.float64),
            }


def _groups(label: Integers, place: Integers, order: Integers) -> dict[tuple[int, int], Integers]:
    """The positions of each label in each place, by `order`."""
    ranked = np.lexsort((order, place, label))
    keys = np.stack([label[ranked], place[ranked]])
    found, starts = np.unique(keys, axis=1, return_index=True)
    parts = np.split(ranked, starts[1:])
    return {(int(a), int(b)): part for (a, b), part in zip(found.T, parts, strict=True)}


def _summed(rows: dict[str, Floats], by: tuple[str, ...]) -> dict[str, Floats]:
    """Rows with equal keys merged into one, other columns summed; sorted by the keys."""
    keys = np.stack([rows[name] for name in by])
    found, number = np.unique(keys, axis=1, return_inverse=True)
    sums = {
        name: np.bincount(number, values, minlength=found.shape[1])
        for name, values in rows.items()
        if name not in ("word", "other", "talker")
    }
    return dict(zip(by, found, strict=True)) | sums
