"""Where the workflow's files are: Snakefile, workflow/, envs/, profiles/ and config/.

In a clone they are at its top. The wheel carries them in the package, in `seesay/home` (setup.py).
"""

from pathlib import Path

from seesay.shared.errors import InputError

SOURCE = Path(__file__).resolve().parents[2]
PACKED = SOURCE / "seesay" / "home"
HOME = PACKED if PACKED.is_dir() else SOURCE.parent


def snakefile() -> Path:
    """The Snakefile; raises InputError if only the package's modules are here."""
    path = HOME / "Snakefile"
    if not path.is_file():
        raise InputError(
            f"{path}: no such file; this seesay has no workflow: install its wheel, or use a clone"
        )
    return path
