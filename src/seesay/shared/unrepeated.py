"""Reads JSON and refuses repeated keys, of which Python silently keeps the last."""

import json
from collections import Counter
from typing import Any


class RepeatedError(ValueError):
    """A repeated key, in one line."""


def loads(text: str | bytes) -> Any:
    """`json.loads`, but raises RepeatedError if an object has a key twice."""
    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise RepeatedError(f"the key {counts.most_common(1)[0][0]!r} is given twice")
    return found
