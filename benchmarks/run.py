"""Measure every stage beside its peer and write benchmarks/results.md (`make bench`).

With names of stages as arguments, measure those alone and only print: `run.py logmel fc7`.
"""

import os
import sys
from importlib import import_module
from pathlib import Path

STAGES = ("logmel", "fc7", "training", "ranking")

if __name__ == "__main__":
    # One thread each, as the rules run them; it must be said before anything loads a library.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"

    from paired import document

    results = []
    for stage in sys.argv[1:] or STAGES:
        print(f"measuring {stage} ...", file=sys.stderr)
        results += import_module(stage).measure()
    page = document(results)
    print(page)
    if len(sys.argv) == 1:
        (Path(__file__).parent / "results.md").write_text(page)
