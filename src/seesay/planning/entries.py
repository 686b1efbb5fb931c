"""Settings as a list of texts, one a key: what Snakemake compares, and prints where it differs."""

import json
from typing import Any


def entries(key: str, values: Any) -> list[str]:
    """One text a key, `regions.nms: 0.7`, in the order of the keys.

    Mappings and lists of mappings are gone into, so that a printed reason for a rerun has the
    changed keys alone; any other list is one value. `key` may be empty for a whole config.
    """
    inner: list[tuple[str, Any]] = []
    if isinstance(values, dict):
        inner = sorted(values.items())
    elif isinstance(values, list) and all(isinstance(value, dict) for value in values):
        inner = [(str(place), value) for place, value in enumerate(values)]
    if not inner:
        return [f"{key}: {json.dumps(values, ensure_ascii=False, sort_keys=True)}"]
    names = [(f"{key}.{name}" if key else name, value) for name, value in inner]
    return [text for name, value in names for text in entries(name, value)]
