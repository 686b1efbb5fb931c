"""A job ends with the run that started it, and a helper process with its job.

A killed parent cannot end its children. A job that goes on without its run takes processors, and
holds its training, for nothing.
"""

import os
import select
import signal
import sys
import threading
import time
from pathlib import Path

LOOK = 1.0  # s between two looks, where the system cannot tell of a process's end
GRACE = 20.0  # s to remove what is half-written


def helper(module: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command and the environment to run one of our modules in a process of its own.

    The module is to begin with `end_with(os.getppid())`.
    """
    source = str(Path(__file__).parents[2])
    path = os.pathsep.join([source, *filter(None, [os.environ.get("PYTHONPATH")])])
    return [sys.executable, "-m", module, *arguments], os.environ | {"PYTHONPATH": path}


def end_with(process: int) -> None:
    """End this process when another one, given by its number, has ended.

    As SIGTERM does, and for good `GRACE` s later. Raises ValueError for no number of a process.
    """
    if process < 1:
        raise ValueError(f"{process} is no number of a process")
    # A descriptor of a process: its end wakes, and its number cannot come to mean another.
    try:
        descriptor = os.pidfd_open(process) if hasattr(os, "pidfd_open") else None
    except ProcessLookupError:
        process, descriptor = 0, None
    except OSError:
        descriptor = None
    threading.Thread(target=_watch, args=(process, descriptor), daemon=True).start()


def _watch(process: int, descriptor: int | None) -> None:
    if descriptor is not None:
        ended = select.poll()
        ended.register(descriptor, select.POLLIN)
        ended.poll()
    else:
        while process and _there(process):
            time.sleep(LOOK)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(128 + signal.SIGTERM)


def _there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
