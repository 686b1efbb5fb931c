"""Text that can be shown: captions, words and names of others may hold anything.

Half a surrogate cannot be written as UTF-8, a control character ends a terminal's line, and
either can end the renderer of the charts after everything is computed. So readers' text is
composed, and what still cannot be printed is refused where it is read.
"""

import re
import unicodedata
from typing import Any

SPACES = re.compile(r"\s")


def composed(text: str) -> str:
    """Text in Unicode's composed form (NFC): `é` is one character, however it was typed."""
    return unicodedata.normalize("NFC", text)


def cleaned(text: str) -> str:
    """Text composed, with a blank for every other space and without invisible marks.

    Marks (joiners, soft hyphens, directions of writing) only say how to show the text, and
    would keep a word apart from the same one without them.
    """
    seen = (mark for mark in SPACES.sub(" ", text) if unicodedata.category(mark) != "Cf")
    return composed("".join(seen))


def unprintable(text: str) -> str:
    """The first character that cannot be printed, as `U+0007`; "" where there is none."""
    return next((f"U+{ord(mark):04X}" for mark in text if not mark.isprintable()), "")


# Within words of many scripts, and within emoji; and the space that does not break.
JOINERS = "\u200c\u200d\xa0"


def printable(text: str) -> str:
    r"""The text with an escape in place of each character that does not print.

    >>> printable("a\tb\x07")
    'a\\tb\\x07'
    """
    return "".join(c if c.isprintable() or c in JOINERS else ascii(c)[1:-1] for c in text)


def printing(spec: Any) -> Any:
    """A chart, or any such value, whose texts all print: a renderer may give up at others."""
    if isinstance(spec, str):
        return printable(spec)
    if isinstance(spec, dict):
        return {key: printing(value) for key, value in spec.items()}
    return [printing(value) for value in spec] if isinstance(spec, list) else spec
