"""Text that can be shown: captions, words and names of others may hold anything.

Half a surrogate cannot be written as UTF-8, a control character ends a terminal's line, and
either can end the renderer of the charts after everything is computed. So readers' text is
composed, and what still cannot be printed is refused where it is read.
"""

import re
import unicodedata

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


def printable(text: str) -> str:
    r"""The text with an escape in place of each character that does not print.

    >>> printable("a\tb\x07")
    'a\\tb\\x07'
    """
    return "".join(mark if mark.isprintable() else ascii(mark)[1:-1] for mark in text)
