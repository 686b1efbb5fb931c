"""The web page of the UIUC Pascal Sentences: a row has an <img> and its sentences in <td>s.

On the page the sentences are a table inside the row. The cells after a picture belong to it, so a
flat row, and a page with unclosed tags, read alike.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit


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
