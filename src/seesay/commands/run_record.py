"""The record of a finished run: its settings, the code of each stage, and package versions."""

import json
from pathlib import Path
from typing import Any

from seesay.shared.errors import InputError

RECORD = "report/run.json"


def record_of(results: Path) -> dict[str, Any] | None:
    """The record in a results folder, with `config`, `codes` and `versions`; None without one.

    Raises InputError if it is no such JSON.
    """
    path = results / RECORD
    if not path.is_file():
        return None
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        config, _, _ = (dict(record[name]) for name in ("config", "codes", "versions"))
        if not (dict(config["experiments"]) and list(config["seeds"])):
            raise ValueError("nothing was run")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not what the rule report writes; make it again") from error
    return record
