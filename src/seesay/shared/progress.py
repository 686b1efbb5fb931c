"""The one progress bar: a live bar on a terminal, a line every ten seconds in a log."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")
QUICK = 1.0  # s; what takes less shows no bar


class Bar(tqdm):  # type: ignore[type-arg]
    """A bar whose last state is shown, even if its first line was not yet due."""

    def close(self) -> None:
        """Show the last state of what took longer than `delay`."""
        self.last_print_t = time.time()
        super().close()


def progress(
    items: Iterable[T], description: str, unit: str = "it", total: int | None = None
) -> Iterator[T]:
    """Iterate over `items`, and show on standard error how many of `total` are done."""
    live = sys.stderr.isatty()
    yield from Bar(
        items,
        desc=description,
        unit=f" {unit}",
        total=total,
        file=sys.stderr,
        mininterval=0.2 if live else 10.0,
        delay=QUICK,
        dynamic_ncols=live,
        leave=True,
    )
