"""ranking: counting around the best relevant item, beside a full argsort a query."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from paired import Comparison, Figure, interleave, seconds

from seesay.shared.ranking import Ranks, count

SIZE = 200
QUERIES, GALLERY, RELEVANT = 500, 28_000, 28
WHOLE = (20_000, 28_000)


def measure() -> list[Comparison | Figure]:
    queries, gallery, group, relevant = problem(QUERIES, GALLERY)
    found: dict[str, object] = {}

    def ours() -> None:
        found["counts"] = count(queries, gallery, group, relevant)[1]

    def peer() -> None:
        found["ranks"] = by_sorting(queries, gallery, relevant)

    times = interleave(ours, peer, rounds=5)
    counts, ranks = found["counts"], found["ranks"]
    assert isinstance(counts, Ranks)
    # Among items tied at 1e-6 the sort takes any order; and float32 moves a few across.
    slack = counts.tied + counts.tied_relevant + 3
    assert (np.abs(ranks - 1 - counts.better) <= slack).all()
    comparison = Comparison(
        "evaluation",
        f"ranks of the first relevant item of {QUERIES:,} queries among {GALLERY:,} items",
        "cosines in one matrix, a full `argsort` a query",
        QUERIES,
        "queries/s",
        *times,
    )
    return [comparison, *whole()]


def whole() -> list[Figure]:
    """Time and peak memory of the whole corpus as queries and gallery, in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    measured = json.loads(done.stdout)
    what = f"{WHOLE[0]:,} queries among {WHOLE[1]:,} items"
    return [
        Figure("evaluation", f"{what}, time on one thread", seconds(measured["seconds"])),
        Figure("evaluation", f"{what}, peak memory of the process", f"{measured['mb']:.0f} MB"),
    ]


def by_sorting(queries: np.ndarray, gallery: np.ndarray, relevant: list[np.ndarray]) -> np.ndarray:
    """Ranks (queries,) of the first relevant item, by sorting the whole gallery."""
    unit = [v / np.linalg.norm(v, axis=1, keepdims=True) for v in (queries, gallery)]
    order = np.argsort(-(unit[0] @ unit[1].T), axis=1)
    hits = [np.isin(row, items) for row, items in zip(order, relevant, strict=True)]
    return np.array([hit.argmax() + 1 for hit in hits])


def problem(
    queries: int, gallery: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[np.ndarray]]:
    """Embeddings after a ReLU, and for each query the items that are relevant to it."""
    rng = np.random.default_rng(1)
    vectors = [
        np.maximum(rng.standard_normal((rows, SIZE)), 0).astype(np.float32)
        for rows in (queries, gallery)
    ]
    relevant = [np.sort(rng.choice(gallery, size=RELEVANT, replace=False)) for _ in range(queries)]
    return *vectors, np.arange(queries), relevant


if __name__ == "__main__":
    inputs = problem(*WHOLE)
    began = time.perf_counter()
    count(*inputs)
    taken = time.perf_counter() - began
    # Linux alone; getrusage's figure would be no less than the peak of the process that began it.
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps({"seconds": taken, "mb": peak}))
