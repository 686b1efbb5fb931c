"""Ends a job with its run, and a helper process with its job.

A killed parent cannot end its children. A job without its run would use processors, and hold its
training, for nothing.
"""

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

LOOK = 1.0  # s between two checks, on systems that do not report a process's end
GRACE = 20.0  # s to remove half-written files


def helper(module: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command and environment that run one of our modules in its own process.

    The module must begin with `end_with(os.getppid())`.
    """
    source = str(Path(__file__).parents[2])
    path = os.pathsep.join([source, *filter(None, [os.environ.get("PYTHONPATH")])])
    return [sys.executable, "-m", module, *arguments], os.environ | {"PYTHONPATH": path}


def asked(module: str, work: object) -> subprocess.CompletedProcess[str]:
    """Run one of our modules in its own process: `work` goes to its standard input, as JSON."""
    command, environment = helper(module)
    return subprocess.run(
        command,
        input=json.dumps(work),
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def last_words(done: subprocess.CompletedProcess[str]) -> str:
    """The last line that a process wrote to standard error: why it failed."""
    return (done.stderr.strip().splitlines() or ["no message"])[-1]


def end_with(process: int) -> None:
    """End this process when the process with this number has ended.

    Sends SIGTERM first, and kills `GRACE` s later. Raises ValueError if the number is no process.
    """
    if process < 1:
        raise ValueError(f"{process} is no number of a process")
    # Unlike a number, a process descriptor never means another process, and its end wakes us.
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
