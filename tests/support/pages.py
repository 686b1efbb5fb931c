"""A report as its reader finds it: its elements, sections and rows."""

from html.parser import HTMLParser

from seesay.settings.report import ReportSettings

SETTINGS = ReportSettings(
    title="Words & <pictures>", pictures=2, thumbnail=120, rows=50, examples=2
)
CAPTION = 'a dog <script>alert("1")</script> & שלום 🐕 on the grass'


class Page(HTMLParser):
    """The page's elements, the text in each section, and its table rows as lists of cells."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.sections: dict[str, str] = {}
        self.rows: list[list[str]] = []
        self.section, self.skip, self.cell = "", False, False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.skip = tag in ("script", "style")
        if tag == "section":
            self.section = dict(attrs)["id"]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.cell = True

    def handle_endtag(self, tag):
        self.skip = False
        if tag in ("td", "th"):
            self.cell = False

    def handle_data(self, data):
        if not self.skip:
            self.sections[self.section] = self.sections.get(self.section, "") + data
            if self.cell:
                self.rows[-1][-1] += data

    def row(self, *start: str) -> list[str]:
        """The one row whose first cells are `start`, without them."""
        (found,) = [row for row in self.rows if row[: len(start)] == list(start)]
        return found[len(start) :]
