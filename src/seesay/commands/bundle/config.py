"""The config of a run as files: what differs from the defaults, and every setting."""

from pathlib import Path
from typing import Any

import yaml

from seesay.planning.config import Config, load
from seesay.planning.config_file import read
from seesay.planning.entries import flat
from seesay.shared.errors import InputError

SHORT = "# What differs from the defaults of seesay: the config of a run alike.\n"
WHOLE = "# Every setting of the run, defaults included.\n"


def short(config: Config) -> str:
    """The keys that differ from their defaults, as YAML."""
    values = config.model_dump(mode="json", exclude_defaults=True)
    if load(values, whole=False) != config:
        values = config.model_dump(mode="json")
    return SHORT + _text(values)


def whole(config: Config) -> str:
    """Every key, as YAML."""
    return WHOLE + _text(config.model_dump(mode="json"))


def given(file: Path, config: Config, results: Path) -> bytes:
    """The user's own config file. Raises InputError if it is not of this run."""
    found = load(read(file), [file], whole=False)
    if found != config:
        one, other = (dict(flat(each.model_dump(mode="json"))) for each in (found, config))
        keys = sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
        raise InputError(
            f"{file}: not the config of {results}: {keys[0]} differs; give that of the run, or"
            " leave --config out"
        )
    return file.read_bytes()


def _text(values: dict[str, Any]) -> str:
    text: str = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=100)
    return text
