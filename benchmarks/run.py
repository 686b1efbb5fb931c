"""Measure every stage beside its peer and write benchmarks/results.md (`make bench`).

With names of stages as arguments, measure those alone and only print: `run.py logmel fc7`.
"""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

from paired import Comparison, Figure, document

STAGES = ("matching", "logmel", "regions", "fc7", "training", "ranking")


def measure(stage: str) -> list[Comparison | Figure]:
    return import_module(stage).measure()


if __name__ == "__main__":
    # One thread each, as the rules run them; it must be said before anything loads a library.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    results = []
    # A process for each: what one leaves of the heap and of loaded libraries is not another's.
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        for stage in sys.argv[1:] or STAGES:
            print(f"measuring {stage} ...", file=sys.stderr)
            results += pool.submit(measure, stage).result()
    page = document(results)
    print(page)
    if len(sys.argv) == 1:
        (Path(__file__).parent / "results.md").write_text(page)
