"""The web page of the UIUC Pascal Sentences: a row has an <img> and its sentences in <td>s.

On the page the sentences are a table inside the row. The cells after a picture belong to it, so a
flat row, and a page with unclosed tags, read alike.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

from seesay.corpora.files import COMMON

NAME = "pascal-sentences.html"  # of the page's file in the corpus's folder
MOST = 5_000  # most pictures of a page; Pascal1K has 1,000


@dataclass
class Row:
    """A picture of the page: its `src`, and its sentences with their lines, from 1."""

    source: str
    line: int
    sentences: list[tuple[int, str]] = field(default_factory=list)

    @property
    def steps(self) -> tuple[str, ...]:
        """The folders and the file's name in the picture's address."""
        return PurePosixPath(unquote(urlsplit(self.source).path)).parts


class _Page(HTMLParser):
    """Collects the rows of a page; a cell ends where the next begins, closed or not."""

    ENDS = frozenset({"td", "th", "tr", "table", "tbody", "img"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[Row] = []
        self.cell: list[str] | None = None
        self.line = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.ENDS:
            self._end_cell()
        if tag == "img":
            self.rows.append(Row(dict(attrs).get("src") or "", self.getpos()[0]))
        elif tag == "td":
            self.cell, self.line = [], self.getpos()[0]

    def handle_endtag(self, tag: str) -> None:
        if tag in self.ENDS:
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)

    def _end_cell(self) -> None:
        text = " ".join("".join(self.cell or []).split())
        if text and self.rows:
            self.rows[-1].sentences.append((self.line, text))
        self.cell = None


def parse(content: bytes) -> list[Row]:
    """The pictures of a page in their order, including those without a sentence.

    Reads a page that is not UTF-8 as Windows-1252, as browsers do.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    page = _Page()
    page.feed(text)
    page.close()
    page._end_cell()
    return page.rows


def addresses(page: Path, url: str) -> dict[str, str]:
    """The address of each picture with sentences, by its path below the folder.

    `url` is the page's own address.
    """
    last = urlsplit(url).path.rpartition("/")[2]
    # The page's addresses are relative to a folder, which ends in a slash.
    base = url if "." in last or not last else f"{url}/"
    found = {}
    for row in parse(page.read_bytes()):
        # At most the category and the file's name: a page cannot lead elsewhere.
        steps = [step for step in row.steps if step != "/"]
        plain = all(re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_. -]*", step) for step in steps[-2:])
        if row.sentences and plain and steps and steps[-1].lower().endswith(COMMON):
            found["/".join(steps[-2:])] = urljoin(base, row.source)
    return found


def fault(page: Path) -> str:
    """What is wrong with a file that is to be the page; "" if nothing."""
    count = len(addresses(page, ""))
    if count > MOST:
        return f"a page of {count:,} pictures, where Pascal1K has 1,000"
    return "" if count else "no page of pictures with sentences"
