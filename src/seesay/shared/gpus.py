"""Whether this machine has a GPU; light, since the Snakefile imports it at every start."""

import os
from pathlib import Path

# Device files of the drivers of NVIDIA, AMD, and Linux on Windows.
DEVICES = ("nvidia[0-9]*", "kfd", "dxg")


def here(dev: Path = Path("/dev")) -> int:
    """GPUs that a job takes on this machine: 1, or 0 without one.

    Checks device files, because importing torch takes seconds. An empty CUDA_VISIBLE_DEVICES hides
    the GPU, as it does from torch.
    """
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return 0
    return int(any(any(dev.glob(name)) for name in DEVICES))
