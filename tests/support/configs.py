"""The config files that ship, with every key that they may leave out."""

from typing import Any

from seesay.planning.config import load
from seesay.planning.config_file import read
from support import ROOT

CONFIGS = sorted((ROOT / "config").glob("*.yaml"))


def complete(name: str = "config.yaml") -> dict[str, Any]:
    """A shipped config with all of its keys, as JSON has them; each call gives its own."""
    return load(read(ROOT / "config" / name)).model_dump(mode="json")
