"""How many of the things that pass through a stage are in memory at once."""

import weakref
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

Thing = TypeVar("Thing")


class Alive:
    """Watches objects; `most` is the greatest number of them that were alive at once."""

    def __init__(self) -> None:
        self.most = 0
        self._watched: list[weakref.ref[Any]] = []

    def watch(self, thing: Any) -> None:
        """Count an object, which weak references can name, for as long as it lives."""
        self._watched = [each for each in self._watched if each() is not None]
        self._watched.append(weakref.ref(thing))
        self.most = max(self.most, len(self._watched))

    def each(self, things: Iterable[Thing]) -> Iterator[Thing]:
        """Yield things as they come, and watch them."""
        for thing in things:
            self.watch(thing)
            yield thing
