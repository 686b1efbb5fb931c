"""The peak memory of a stage's script, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from seesay.settings import Settings
from support import ROOT

# Runs a script as the workflow does, and ends with its greatest resident set in kB.
CHILD = """
import runpy, sys
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
status = open("/proc/self/status").read()
print(status.partition("VmHWM:")[2].split()[0])
"""


def peak(script: str, settings: Settings, **paths: Path | str | None) -> float:
    """Run a script of the workflow with named paths, None for an empty list; its peak in MB."""
    named: list[str] = []
    for name, path in paths.items():
        named += [f"--{name}", *([] if path is None else [str(path)])]
    command = [sys.executable, "-c", CHILD, str(ROOT / "workflow" / "scripts" / f"{script}.py")]
    result = subprocess.run(
        [*command, *named, "--device", "cpu", "--settings", settings.compared()],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return int(result.stdout.split()[-1]) / 1024
