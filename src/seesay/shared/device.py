"""Where torch computes: a resource of the machine, not a setting of the science."""

import torch

from seesay.shared.errors import InputError


def choose(device: str) -> torch.device:
    """The torch device of a `--device` option: `auto`, `cpu`, `cuda` or `cuda:<number>`.

    `auto` is the first CUDA device, or the CPU without one. Raises InputError for a device that
    torch does not know or this machine does not have.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(device)
    except RuntimeError:
        chosen = torch.device("meta")
    if chosen.type not in ("cpu", "cuda"):
        raise InputError(f"--device {device}: not a device; give auto, cpu, cuda or cuda:<number>")
    if chosen.type == "cuda" and (chosen.index or 0) >= torch.cuda.device_count():
        raise InputError(
            f"--device {device}: this machine has {torch.cuda.device_count()} CUDA devices that"
            " torch can use; give auto or cpu, or run where there is one"
        )
    return chosen
