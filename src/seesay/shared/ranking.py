"""Rank of each query's best relevant item in a gallery, by counting instead of sorting.

Similarity is the cosine, rounded to 1e-6 before any comparison; a vector of zeros has similarity 0
to everything. ReLU embeddings tie often, so items tied with the best relevant one are counted
separately; callers decide what a rank is under ties.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from seesay.shared.progress import progress
from seesay.shared.vectors import LARGE, room

STEPS = 1e6  # cosines are rounded to 1 / STEPS
BLOCK = 64  # queries compared at once: 64 x 28,000 cosines are 14 MB
FEWEST = 8  # and at least, of any gallery: with fewer the product is slow
ROWS = 4096  # vectors scaled at once

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ranks:
    """For each query, counts of the gallery items around its best relevant one.

    Every field is an int64 array of shape (queries,). `better` items are strictly more similar
    than the best relevant one, `tied` irrelevant and `tied_relevant` (>= 1) relevant ones are as
    similar, and `relevant` (>= 1) are relevant in all.
    """

    better: Integers
    tied: Integers
    tied_relevant: Integers
    relevant: Integers

    def expected(self) -> Floats:
        """The expected rank (from 1) of the first relevant item under random tie-breaking.

        Among `tied` + `tied_relevant` items in random order, the first relevant one has on
        average tied / (tied_relevant + 1) irrelevant ones before it.
        """
        before: Floats = self.tied / (self.tied_relevant + 1.0)
        return 1.0 + self.better + before


def count(
    queries: NDArray[np.float32],
    gallery: NDArray[np.float32],
    group: Integers,
    relevant: Sequence[Integers],
    own: Integers | None = None,
    threads: int = 1,
    block: int = BLOCK,
    description: str = "queries",
    hidden: Sequence[Integers] | None = None,
    pool: Callable[[Floats], Floats] | None = None,
) -> tuple[Integers, Ranks]:
    """Count the items around each query's best relevant one.

    `queries` has shape (q, d), `gallery` (n, d). Query i belongs to group `group[i]`, and
    `relevant[g]` holds the distinct gallery positions that are relevant to the queries of group g.
    `own[i]` is the position of query i itself, excluded from its gallery, as are the positions
    `hidden[i]`. `pool` turns the similarities (b, n) of the gallery into those (b, m) of the m
    items to rank; `relevant` then holds positions among the m.

    Returns the positions of the queries that have a relevant item, ascending, and their counts;
    other queries have no rank. Cosines are float64, in blocks of `block` queries, with `threads`
    threads; neither number changes a count. Progress is shown only with a `description`.
    """

    def lines() -> Iterator[tuple[Floats, Integers]]:
        for start, similarity in similarities(queries, gallery, threads, block, description):
            pooled = similarity if pool is None else pool(similarity)
            for query, line in enumerate(pooled, start):
                if hidden is not None:
                    line[hidden[query]] = -np.inf
                if own is not None:
                    line[own[query]] = -np.inf
                yield line, relevant[group[query]]

    return count_lines(lines())


def similarities(
    queries: NDArray[np.float32],
    gallery: NDArray[np.float32],
    threads: int = 1,
    block: int = BLOCK,
    description: str = "queries",
) -> Iterator[tuple[int, Floats]]:
    """Cosines of queries (q, d) and a gallery (n, d), in rounding steps, not yet rounded.

    Yields the first query of each block and its similarities (at most `block`, n); the next block
    reuses the memory.
    """
    columns = _unit(gallery).T
    # Fewer at once of a large gallery, so that memory does not grow with it.
    block = min(block, max(FEWEST, LARGE // (8 * max(1, len(gallery)))))
    buffer = np.empty((block, len(gallery)))
    blas = ThreadpoolController()  # it searches for libraries: do it once, not for every block
    starts = range(0, len(queries), block)
    for start in progress(starts, description, unit="block") if description else starts:
        # The scale makes a rounding step the unit of similarities.
        rows = _unit(queries[start : start + block]) * STEPS
        with blas.limit(limits=threads, user_api="blas"):
            product = np.matmul(rows, columns, out=buffer[: len(rows)])
        yield start, product


def count_lines(lines: Iterable[tuple[Floats, Integers]]) -> tuple[Integers, Ranks]:
    """Count the items around the best relevant one of each line.

    A line holds one query's similarities in steps, (n,), with -inf for excluded items, and the
    distinct relevant positions. Returns as `count` does.
    """
    kept: list[int] = []
    counts: list[tuple[int, int, int, int]] = []
    for query, (line, items) in enumerate(lines):
        there = items[line[items] > -np.inf]
        if len(there):
            kept.append(query)
            counts.append(_around(line, there))
    table = np.array(counts, dtype=np.int64).reshape(len(counts), 4)
    return np.array(kept, dtype=np.int64), Ranks(*np.ascontiguousarray(table.T))


def _around(similarity: Floats, items: Integers) -> tuple[int, int, int, int]:
    """Better, tied, tied relevant and relevant items, from one query's similarities in steps.

    Only the best one is rounded: x rounds (half up) to more than an integer b exactly if x >= b +
    1/2, and to b or more exactly if x >= b - 1/2.
    """
    near = similarity[items]
    best = np.floor(near.max() + 0.5)
    better = int(np.count_nonzero(similarity >= best + 0.5))
    level = int(np.count_nonzero(similarity >= best - 0.5)) - better
    level_relevant = int(np.count_nonzero(near >= best - 0.5))
    return better, level - level_relevant, level_relevant, len(items)


def _unit(vectors: NDArray[np.float32]) -> Floats:
    """The rows scaled to length 1 in float64; rows of zeros stay."""
    exact = room(len(vectors), vectors.shape[1], np.float64)
    for start in range(0, len(vectors), ROWS):
        block = exact[start : start + ROWS]
        block[:] = vectors[start : start + ROWS]
        length = np.sqrt(np.einsum("ij,ij->i", block, block))
        length[length == 0] = 1.0
        block /= length[:, None]
    return exact
