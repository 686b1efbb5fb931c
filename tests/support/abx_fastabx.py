"""What fastabx says of small items that are made here: the numbers in abx_fastabx.json.

fastabx 0.9.0 wants Python 3.12 and this project's lock is of 3.11, so its numbers are stored. They
were made, and are made again, in a virtual environment of Python 3.12 by

    pip install fastabx==0.9.0
    python tests/support/abx_fastabx.py > tests/support/abx_fastabx.json

This file needs numpy alone until `theirs` is called. fastabx keeps the score of a cell as float32,
which is right to 6e-8 and no further. A cell of n triplets has some half of 2n, so its exact score
is known from both; fastabx's own code then averages these in double precision (`exact`), beside
what it prints (`printed`). Both are error rates.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

MODES = [(speaker, context) for speaker in ("within", "across") for context in ("within", "any")]


def items(seed):
    """Vectors (n, d) float32, and each token's word, talker and context, int64 (n,).

    Odd seeds have vectors of +1 and -1 alone, 16 of them: cosines are then exact in float32, and
    many are tied. Frequent words and talkers of many tokens are nearer to their own kind.
    """
    rng = np.random.default_rng(seed)
    n, d = 150, 16
    word = np.minimum(rng.geometric(0.3, n) - 1, 7)
    talker = np.minimum(rng.geometric(0.4, n) - 1, 4)
    context = rng.integers(0, 3, n)
    middles = rng.normal(size=(8, d)) * np.linspace(1.5, 0.2, 8)[:, None]
    voices = 0.7 * rng.normal(size=(5, d))
    vectors = middles[word] + voices[talker] + rng.normal(size=(n, d))
    if seed % 2:
        vectors = np.where(vectors > 0, 1.0, -1.0)
    return vectors.astype(np.float32), word, talker, context


def write(folder, vectors, word, talker, context):
    """An item file and its features, a vector a row of one file, at 50 a second."""
    import torch

    (folder / "features").mkdir()
    torch.save(torch.from_numpy(vectors), folder / "features" / "tokens.pt")
    lines = ["#file onset offset #phone prev-phone next-phone speaker"]
    for i in range(len(word)):
        times = f"{i / 50:.2f} {(i + 1) / 50:.2f}"
        lines.append(f"tokens {times} w{word[i]} c{context[i]} c{context[i]} t{talker[i]}")
    (folder / "all.item").write_text("\n".join(lines) + "\n")
    return folder / "all.item"


def theirs(item, root, speaker, context):
    """fastabx's error rate as it is printed and by exact cells, and its cells and triplets."""
    import polars as pl
    from fastabx import Dataset, Score, Task, zerospeech_abx
    from fastabx.score import score_details

    limits = {"max_size_group": None, "max_x_across": None, "device": "cpu", "progress": False}
    printed = zerospeech_abx(item, root, speaker=speaker, context=context, frequency=50, **limits)
    dataset = Dataset.from_item(item, root, 50, device="cpu", progress=False)
    places = ["prev-phone", "next-phone"] if context == "within" else []
    by, across = ([*places, "speaker"], []) if speaker == "within" else (places, ["speaker"])
    task = Task(dataset, on="#phone", by=by, across=across)
    cells = Score(task, "angular", progress=False).cells
    halves = (pl.col("score").cast(pl.Float64) * pl.col("size") * 2).round()
    cells = cells.with_columns(score=halves / (pl.col("size") * 2))
    levels = ([("next-phone", "prev-phone")] if context == "within" else []) + ["speaker"]
    exact = score_details(cells, levels=levels)["score"].mean()
    return {
        "printed": printed,
        "exact": exact,
        "cells": len(cells),
        "triplets": int(cells["size"].sum()),
    }


def main():
    from importlib.metadata import version

    found = {"fastabx": version("fastabx"), "python": sys.version.split()[0], "scores": []}
    for seed in range(4):
        with tempfile.TemporaryDirectory() as name:
            item = write(Path(name), *items(seed))
            for speaker, context in MODES:
                row = {"seed": seed, "speaker": speaker, "context": context}
                row |= theirs(item, item.parent / "features", speaker, context)
                found["scores"].append(row)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
