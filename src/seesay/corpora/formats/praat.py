"""Praat's TextGrids, in the long or the short text format, read by tokens as Praat reads them.

Tokens are texts in quotes (a quote inside is doubled) and free-standing numbers. Everything else,
such as `xmin`, `=` and `intervals [1]:`, is skipped, and `!` begins a comment, so line ends,
indentation and words between the tokens do not matter. The reader accepts more than Praat: `xmin=0`
without blanks, and intervals beyond a tier's count.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import NamedTuple

from seesay.shared.printable import composed

TOKEN = re.compile(
    r"""
    "(?P<text>(?:[^"]|"")*+)"(?!\S)
    | (?P<undoubled>"[^\n]*)      # the next line is read afresh
    | (?P<number>[-+]?\.?[0-9]\S*)
    | ![^\n]*
    | (?:(?:(?:intervals|points):)?(?:class|name|xmin|xmax|size|text|time|number|mark))?=(?=\S)
    | \S+
    """,
    re.VERBOSE,
)
NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
# The kinds of tokens of one entry of a tier.
SHAPES = {"IntervalTier": ["number", "number", "text"], "TextTier": ["number", "text"]}
HEADER = ["text", "text", "number", "number", "number"]  # class, name, xmin, xmax, count
OTHERS = {
    "ooBinaryFile": "it is a binary file of Praat's; open it in Praat and save it as a text file",
    "Praat chronological TextGrid": "it is a chronological TextGrid; open it in Praat and save it"
    " as a text file",
}
Entries = list[tuple[float, float, str]]


class NoTextGridError(ValueError):
    """The file is no TextGrid; the cause in one line."""


class Token(NamedTuple):
    """A text or a number, and the line on which it begins."""

    kind: str
    value: str
    line: int


@dataclass(frozen=True)
class Tier:
    """A tier: its name, its class, the number of entries that it claims, and their tokens."""

    name: str
    kind: str
    claim: Token
    tokens: list[Token]

    @property
    def count(self) -> int:
        """The number of entries that it claims; 1 if that is no number."""
        return _count(self.claim)

    @property
    def cut(self) -> bool:
        """Whether it has fewer tokens than its count needs, or ends within a text."""
        short = len(self.tokens) < self.count * len(SHAPES[self.kind])
        return short or (self.tokens or [self.claim])[-1].kind == "undoubled"

    def intervals(self) -> Entries:
        """(onset, offset, text) of each interval that is not empty, in s.

        Ignores trailing tokens that are no interval, as Praat does. Raises NoTextGridError if
        intervals are missing or damaged.
        """
        _number(self.claim)
        shape = SHAPES[self.kind]
        found: Entries = []
        tokens = iter(self.tokens)
        while entry := list(islice(tokens, len(shape))):
            beyond = len(found) >= self.count and [t.kind for t in entry[:2]] != shape[:2]
            if beyond:
                return [row for row in found if row[2]]
            if [token.kind for token in entry] != shape[: len(entry)]:
                raise NoTextGridError(_damage(entry, shape, f"the tier {self.name!r}"))
            if len(entry) == len(shape):
                onset, offset, text = entry
                found.append((_number(onset), _number(offset), _plain(text.value)))
        if self.cut or len(self.tokens) % len(shape):
            count = max(self.count, len(found) + 1)
            raise NoTextGridError(f"cut off: {len(found)} intervals where {count} should be")
        return [row for row in found if row[2]]


@dataclass(frozen=True)
class Grid:
    """A TextGrid: where it begins and ends, in s, and its tiers."""

    start: float
    end: float
    tiers: list[Tier]


def parse(content: bytes, encoding: str | None = None) -> Grid:
    """A TextGrid in UTF-8, in UTF-16 with a byte-order mark, or otherwise in `encoding`.

    Raises NoTextGridError if it is no TextGrid, or lacks a tier. A tier's entries are parsed when
    requested. Text in none of these encodings holds surrogates.
    """
    text = decoded(content, encoding)
    first, _, rest = text.partition("\n")
    other = next((reason for mark, reason in OTHERS.items() if mark in first), None)
    if other is not None or "ooTextFile" not in first:
        raise NoTextGridError(other or "its first line does not say ooTextFile")
    found = list(_tokens(rest))
    kind = found[0].value if found and found[0].kind == "text" else "nothing"
    if kind.split()[:1] != ["TextGrid"]:
        raise NoTextGridError(f"it holds {_short(kind)}, not a TextGrid")
    places = [place for place in range(1, len(found)) if _is_header(found, place)]
    head = found[1 : places[0] if places else None]
    wanted = ["number"] * 3  # xmin, xmax, number of tiers
    if [token.kind for token in head] != wanted:
        raise NoTextGridError(_damage(head, wanted, "its head"))
    tiers = []
    for place, end in pairwise([*places, len(found)]):
        body = found[place + len(HEADER) : end]
        name, claim = _plain(found[place + 1].value), found[place + len(HEADER) - 1]
        tiers.append(Tier(name, found[place].value, claim, body))
    size = _count(head[2])
    if len(tiers) < size:
        raise NoTextGridError(f"cut off: {len(tiers)} tiers where {size} should be")
    return Grid(_number(head[0]), _number(head[1]), tiers)


def decoded(content: bytes, encoding: str | None) -> str:
    """The text of a file with `\\n` at the end of every line."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        whole = content[: len(content) // 2 * 2]
        text = whole.decode("utf-16", errors="surrogatepass")
    else:
        content = content.removeprefix(b"\xef\xbb\xbf")
        text = content.decode("utf-8", errors="surrogateescape")
        if encoding is not None and not readable(text):
            text = content.decode(encoding, errors="surrogateescape")
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip()


def readable(text: str) -> bool:
    """Whether all of a text was in its assumed encoding."""
    return re.search("[\ud800-\udfff]", text) is None


def _tokens(text: str) -> Iterator[Token]:
    """The texts and numbers of a file without its first line."""
    breaks = [match.start() for match in re.finditer("\n", text)]
    for match in TOKEN.finditer(text):
        if match.lastgroup:
            line = 2 + bisect_right(breaks, match.start())
            value = match.group(match.lastgroup)
            yield Token(match.lastgroup, value.replace('""', '"'), line)


def _is_header(tokens: list[Token], place: int) -> bool:
    """Whether a tier begins here: entries never have two texts side by side."""
    kinds = [token.kind for token in tokens[place : place + len(HEADER)]]
    return tokens[place].value in SHAPES and kinds == HEADER


def _number(token: Token) -> float:
    if not NUMBER.fullmatch(token.value):
        raise NoTextGridError(f"line {token.line}: {_short(token.value)} is no number")
    return float(token.value)


def _count(token: Token) -> int:
    return int(min(float(token.value), 1e9)) if NUMBER.fullmatch(token.value) else 1


def _plain(text: str) -> str:
    return composed(text).strip()


def _damage(found: list[Token], wanted: list[str], where: str) -> str:
    """What is wrong with tokens of other kinds than wanted."""
    for token, kind in zip(found, wanted, strict=False):
        if token.kind == "undoubled":
            return f"line {token.line}: a text is cut off, or a quote inside it is not doubled"
        if token.kind != kind:
            return f"line {token.line}: {where} has {_short(token.value)} where a {kind} should be"
    if len(found) > len(wanted):
        extra = found[len(wanted)]
        return f"line {extra.line}: {where} has {_short(extra.value)} too many"
    return f"cut off: the file ends in {where}"


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}...")
