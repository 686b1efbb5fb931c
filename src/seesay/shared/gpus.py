"""Whether this machine has a GPU; light, since the Snakefile imports it at every start."""

import os
from pathlib import Path

# Device files of NVIDIA's and AMD's drivers, and of the one of Windows' Linux.
DEVICES = ("nvidia[0-9]*", "kfd", "dxg")


def here(dev: Path = Path("/dev")) -> int:
    """How many GPUs a job that can use one takes on this machine: 1, or 0 where there is none.

    Seen by its device file, since torch, which computes on it, takes seconds to import. An empty
    CUDA_VISIBLE_DEVICES hides the GPU from torch, and here as well.
    """
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return 0
    return int(any(any(dev.glob(name)) for name in DEVICES))
