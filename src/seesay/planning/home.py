"""Where the workflow's files are: Snakefile, workflow/, envs/, profiles/ and config/.

In a clone they are at its top. The wheel carries them in the package, in `seesay/home` (setup.py).
"""

import os
import platform
from pathlib import Path

from seesay.shared.errors import InputError

SOURCE = Path(__file__).resolve().parents[2]
PACKED = SOURCE / "seesay" / "home"
HOME = PACKED if PACKED.is_dir() else SOURCE.parent


def alone(home: str) -> Path:
    """The folder for the PYTHONPATH of jobs: it has seesay and no other package.

    In a clone at `home` this is its `src`. An installed seesay lies among all other packages, which
    another environment (`--sdm conda`) must not see, so a link in `.snakemake` leads to it.
    """
    source = Path(home, "src")
    if source.is_dir():
        return source
    link = Path(".snakemake", "source", "seesay").absolute()
    if not link.is_symlink() or link.readlink() != SOURCE / "seesay":
        link.parent.mkdir(parents=True, exist_ok=True)
        # Several jobs of a cluster may do so at once.
        new = link.with_name(f"{os.getpid()}.{platform.node()}")
        new.symlink_to(SOURCE / "seesay")
        new.replace(link)
    return link.parent


def snakefile() -> Path:
    """The Snakefile; raises InputError if only the package's modules are here."""
    path = HOME / "Snakefile"
    if not path.is_file():
        raise InputError(
            f"{path}: no such file; this seesay has no workflow: install its wheel, or use a clone"
        )
    return path
