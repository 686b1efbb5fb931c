"""Praat's TextGrids: their word tiers, from the long or the short text format."""

import re
from typing import Any

from praatio.utilities import textgrid_io
from praatio.utilities.errors import PraatioException

# The number of intervals that a tier says it has, in the long and in the short format.
LONG = re.compile(r"intervals: ?size ?= ?(\d+)")
SHORT = re.compile(r'"IntervalTier"\s*\n"(?:[^"]|"")*"\s*\n\S+\s*\n\S+\s*\n(\d+)')
Entries = list[tuple[float, float, str]]


class NoTextGridError(ValueError):
    """A file that is no TextGrid, with the cause in one line."""


def word_tiers(content: bytes, names: tuple[str, ...]) -> list[tuple[str, Entries]]:
    """The word tiers of a TextGrid: a label, and (onset, offset, text) of each interval, in s.

    They are the interval tiers called as the first of `names` that any of them is called, with
    whatever stands before or after it as the label. Empty intervals are left out. `content` is
    UTF-8, or UTF-16 with a byte-order mark. Raises NoTextGridError when it is no TextGrid.
    """
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
        if "TextGrid" not in text[:200]:
            raise NoTextGridError("its first lines do not say TextGrid")
        # praatio reads no 1e-05, which Praat writes, in the long format.
        text = re.sub(r"(= ?)(\d[\d.]*e-\d+)(?=\s*$)", _plain, text, flags=re.MULTILINE)
        tiers = textgrid_io.parseTextgridStr(text, includeEmptyIntervals=True)["tiers"]
        tiers = [tier for tier in tiers if tier["class"] == "IntervalTier"]
        there = [len(tier["entries"]) for tier in tiers]
        declared = [int(count) for count in LONG.findall(text) or SHORT.findall(text)]
        # praatio stops at the end of a file that is cut off and does not say so.
        if declared and declared != there:
            raise NoTextGridError(
                f"cut off: {sum(there)} intervals where {sum(declared)} should be"
            )
        return _called(tiers, names)
    except (PraatioException, ValueError, LookupError, TypeError) as error:
        cause = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise NoTextGridError(cause) from error


def _called(tiers: list[dict[str, Any]], names: tuple[str, ...]) -> list[tuple[str, Entries]]:
    for name in names:
        labels = [label_of(tier["name"], name) for tier in tiers]
        found = zip(labels, tiers, strict=True)
        chosen = [(label, _entries(tier)) for label, tier in found if label is not None]
        if chosen:
            return chosen
    return []


def _entries(tier: dict[str, Any]) -> Entries:
    rows = [(float(start), float(end), str(text).strip()) for start, end, text in tier["entries"]]
    return [row for row in rows if row[2]]


def _plain(found: re.Match[str]) -> str:
    return f"{found.group(1)}{float(found.group(2)):.17f}"


def label_of(tier: str, name: str) -> str | None:
    """What a tier's name has beside `name`, as F12 in `F12 - words`; None where that is not in it.

    Case does not matter; a label is set off by spaces or by one of _ . : -
    """
    pattern = rf"(?:(.*?)[\s_.:-]+)?{re.escape(name)}(?:[\s_.:-]+(.*?))?"
    match = re.fullmatch(pattern, tier.strip(), flags=re.IGNORECASE)
    return None if match is None else (match.group(1) or match.group(2) or "").strip()
