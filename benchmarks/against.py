"""Training beside that of an earlier commit, in turns: `python benchmarks/against.py COMMIT [N]`.

Each of N rounds (3) trains an epoch on random features with the code of either commit, each in a
process of its own with one thread, and counts processor time. Prints the median pictures a second
of both, and the median of the rounds' ratios.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PICTURES, FRAGMENTS, TOKENS, TYPES = 60, 20, 25, 100
PAPER = {"image_layers": (), "relu_cap": 6.0, "l2": 1e-4, "max_norm": 6.0, "criterion": "loss"}
BEST = {
    "speech_layers": (256,), "output": "linear", "batch_pictures": 20, "loss": "infonce",
    "pooling": "logsumexp", "optimiser": "adamw", "criterion": "r10",
}  # fmt: skip
# A name, the settings, and the numbers of a fragment and of a token.
RECIPES = (
    ("paper of config.yaml", PAPER | {"speech_layers": (256, 256, 256)}, 1280, 2840),
    ("paper of paper.yaml", PAPER | {"speech_layers": (1024, 1024, 1024)}, 4096, 2840),
    ("best of config.yaml", BEST, 1280, 1600),
)


def trained(
    values: dict[str, Any], width: int, size: int, pictures: int, rng: Any, device: str = "cpu"
) -> tuple[Any, ...]:
    """A network, its optimiser, random features of so many pictures, and settings, on a device.

    They are what `loop.train_epoch` takes, in its order. Imports are in here: the code may be that
    of another commit.
    """
    import numpy as np
    import torch

    from seesay.learning import optimisers
    from seesay.learning.examples import Data, Pairs
    from seesay.learning.features import Features
    from seesay.model.network import Network
    from seesay.settings.training import TrainingSettings

    settings = TrainingSettings(max_epochs=2, patience=2, **values)
    shown, heard = pictures * FRAGMENTS, pictures * TOKENS
    pairs = Pairs(
        [f"{number:03}" for number in range(pictures)],
        np.split(np.arange(shown), pictures),
        np.split(np.arange(heard), pictures),
    )
    random = torch.Generator().manual_seed(1)
    features = (
        Features(torch.randn(*shape, generator=random).to(device))
        for shape in ((shown, width), (heard, size))
    )
    types = rng.integers(TYPES, size=heard)
    data = Data(*features, pairs, types, types % 7, types)
    network = Network(settings, width, size)
    network.initialise(random, settings.init_gain)
    network.to(device)
    return network, optimisers.build(network, settings), data, settings


def epochs() -> dict[str, float]:
    """Pictures a second of each recipe, in an epoch after one that is not counted."""
    import numpy as np
    import torch

    from seesay.learning import loop, measures

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    rng, found = np.random.default_rng(0), {}
    for name, values, width, size in RECIPES:
        network, optimiser, data, settings = trained(values, width, size, PICTURES, rng)
        for epoch in range(2):
            began = time.process_time()
            loop.train_epoch(network, optimiser, data, settings, np.random.default_rng(epoch))
            measures.measure(network, data, settings)
            found[name] = PICTURES / (time.process_time() - began)
    return found


def run(source: Path) -> dict[str, float]:
    """`epochs` with the code in a folder."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    said = subprocess.run(
        [sys.executable, __file__],
        env=os.environ | one | {"PYTHONPATH": str(source)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    figures: dict[str, float] = json.loads(said.stdout)
    return figures


def main() -> None:
    commit, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(
            ["git", "archive", commit, "src"], cwd=ROOT, stdout=subprocess.PIPE, check=True
        )
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        pairs = [(run(Path(folder) / "src"), run(ROOT / "src")) for _ in range(rounds)]
    print(f"| training, with its validation | {commit} | now | ratio |\n|---|---|---|---|")
    for name in pairs[0][0]:
        before, now = zip(*((old[name], new[name]) for old, new in pairs), strict=True)
        ratios = [b / a for a, b in zip(before, now, strict=True)]
        print(
            f"| {name} | {statistics.median(before):.1f} pictures/s | {statistics.median(now):.1f}"
            f" | **{statistics.median(ratios):.2f}** ({min(ratios):.2f}-{max(ratios):.2f}) |"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main()
    else:
        print(json.dumps(epochs()))
