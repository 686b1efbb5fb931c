"""JSON in which no object has a key twice: Python keeps the last of them and says nothing."""

import json
from collections import Counter
from typing import Any


class RepeatedError(ValueError):
    """A key that is given twice, in one line."""


def loads(text: str | bytes) -> Any:
    """As `json.loads`, but raises RepeatedError where an object has a key twice."""
    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise RepeatedError(f"the key {counts.most_common(1)[0][0]!r} is given twice")
    return found
