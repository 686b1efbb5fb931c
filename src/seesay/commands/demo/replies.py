"""Replies of the server, and who gives them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Reply:
    """An answer of the server: the status of HTTP, the media type, and the content."""

    status: int
    kind: str
    content: bytes


class Site(Protocol):
    """What is at each address."""

    def get(self, path: str) -> Reply:
        """The reply to GET."""

    def post(self, path: str, query: Mapping[str, str], content: bytes) -> Reply:
        """The reply to POST."""


def told(value: Any, status: int = 200) -> Reply:
    """A reply of JSON."""
    return Reply(status, "application/json", json.dumps(value, allow_nan=False).encode())


def refused(status: int, why: str) -> Reply:
    """A reply that says in one line why there is no other."""
    return told({"error": " ".join(why.split())}, status)
