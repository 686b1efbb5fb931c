"""Length and part of speech of a word type, which a replacement shares with its word."""

from collections import Counter
from collections.abc import Iterable

LONGEST = 5  # the length classes are 1-2, 3-4, 5-6, 7-8, 9-10, 11 and more letters


def letters(word: str) -> int:
    """A word's length without hyphens."""
    return len(word.replace("-", ""))


def length_class(word: str) -> int:
    """0 for 1-2 letters, 1 for 3-4, ... 5 for 11 and more."""
    return min((letters(word) - 1) // 2, LONGEST)


def majority(words: Iterable[str], tags: Iterable[str]) -> dict[str, str]:
    """Each word's most frequent tag; of equally frequent ones, the first by alphabet."""
    counts: dict[str, Counter[str]] = {}
    for word, tag in zip(words, tags, strict=True):
        counts.setdefault(word, Counter())[tag] += 1
    return {word: min(found, key=lambda t: (-found[t], t)) for word, found in counts.items()}
