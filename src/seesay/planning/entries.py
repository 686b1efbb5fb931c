"""Settings key by key, as Snakemake compares them and prints the ones that differ."""

import json
from collections.abc import Iterator
from typing import Any


def flat(values: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every key, as `section.key`, with its value, in the order of the settings.

    Descends into mappings and lists of mappings (`corpora.0.path`); any other list is one value.
    `key` is the prefix; it may be empty for a whole config.
    """
    inner: list[tuple[Any, Any]] = []
    if isinstance(values, dict):
        inner = list(values.items())
    elif isinstance(values, list) and all(isinstance(value, dict) for value in values):
        inner = list(enumerate(values))
    if not inner:
        yield key, values
    for name, value in inner:
        yield from flat(value, f"{key}.{name}" if key else str(name))


def entries(key: str, values: Any) -> list[str]:
    """One text a key, `regions.nms: 0.7`, in the order of the keys' names.

    A printed reason for a rerun then names only the changed keys.
    """
    ordered = json.loads(json.dumps(values, sort_keys=True))
    return [
        f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in flat(ordered, key)
    ]
