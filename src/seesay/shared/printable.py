"""Text that can be printed: captions, words and names may hold anything.

Half a surrogate cannot be written as UTF-8, a control character breaks a terminal's line, and
either can stop the chart renderer after everything is computed. Readers therefore compose text, and
refuse what still cannot be printed.
"""

import re
import unicodedata
from typing import Any

SPACES = re.compile(r"\s")


def composed(text: str) -> str:
    """Text in Unicode's composed form (NFC): `é` is one character, however it was typed."""
    return unicodedata.normalize("NFC", text)


def cleaned(text: str) -> str:
    """Text composed, with plain blanks and without invisible marks.

    Marks (joiners, soft hyphens, writing directions) only affect how text is shown, and would
    separate a word from the same word without them.
    """
    seen = (mark for mark in SPACES.sub(" ", text) if unicodedata.category(mark) != "Cf")
    return composed("".join(seen))


def unprintable(text: str) -> str:
    """The first character that cannot be printed, as `U+0007`; "" if there is none."""
    return next((f"U+{ord(mark):04X}" for mark in text if not mark.isprintable()), "")


# Occur within words of many scripts and within emoji; and the no-break space.
JOINERS = "\u200c\u200d\xa0"


def printable(text: str) -> str:
    r"""The text with an escape in place of each character that does not print.

    >>> printable("a\tb\x07")
    'a\\tb\\x07'
    """
    return "".join(c if c.isprintable() or c in JOINERS else ascii(c)[1:-1] for c in text)


def printing(spec: Any) -> Any:
    """A chart, or any such value, with printable texts; the renderer may fail at others."""
    if isinstance(spec, str):
        return printable(spec)
    if isinstance(spec, dict):
        return {key: printing(value) for key, value in spec.items()}
    return [printing(value) for value in spec] if isinstance(spec, list) else spec
