"""Write the tables of what a config can choose from the modules' facts (`ABOUT`).

python docs/choices.py
"""

from pathlib import Path

from tasks import written

from seesay.corpora import READERS
from seesay.settings.choice import about, names

DOCS = Path(__file__).parent
SEGMENTATIONS = "seesay.audio.segmentations"
NETWORKS, PROPOSALS, CORPORA = "seesay.vision.networks", "seesay.vision.proposals", "seesay.corpora"


def networks() -> list[list[str]]:
    """The image networks, below the names of the columns."""
    rows = [["`fc7.network`", "network", "trained on", "size, px", "features", "weights (licence)"]]
    for name in names(NETWORKS):
        facts = about(NETWORKS, name)
        least, most, step = facts.sides
        sizes = f"{least} to {most}" + (f", a multiple of {step}" if step > 1 else "")
        package = f"in a package of `seesay[{facts.extra}]`" if facts.extra else "in a package"
        weights = f"{package if facts.packaged else '`fetch`'} ({facts.terms})"
        data = f"{facts.data}'s {facts.labels}"
        rows.append([f"`{name}`", facts.title, data, sizes, f"{facts.width:,}", weights])
    return rows


def proposals() -> list[list[str]]:
    """The methods that propose boxes, below the names of the columns."""
    rows = [["`regions.proposals`", "method", "weights"]]
    for name in names(PROPOSALS):
        facts = about(PROPOSALS, name)
        weights = f"those of `{facts.network}`" if facts.network else "none"
        rows.append([f"`{name}`", facts.title, weights])
    return rows


def segmentations() -> list[list[str]]:
    """The methods that find tokens, below the names of the columns."""
    rows = [["`segmentation.method`", "boundaries", "after", "keys"]]
    for name in names(SEGMENTATIONS):
        facts = about(SEGMENTATIONS, name)
        keys = ", ".join(f"`{key}`" for key in facts.reads)
        rows.append([f"`{name}`", facts.title, facts.source, keys])
    return rows


def readers(stage: str) -> list[list[str]]:
    """The readers of a stage, below the names of the columns."""
    rows = [["reader", "layout", "options (and their defaults)"]]
    for name in READERS[stage]:
        facts = about(CORPORA, name)
        rows.append([f"`{name}`", facts.layout, facts.options])
    return rows


# Tables of each page, by the name in their marks.
TABLES = {
    "images.md": {"proposals": proposals(), "networks": networks()},
    "segmentation.md": {"segmentations": segmentations()},
    "your-own-corpus.md": {
        "readers of speech": readers("speech"),
        "readers of pictures": readers("pictures"),
    },
}


def rewritten(page: str, text: str) -> str:
    """The text of a page with all of its tables written again."""
    for name, rows in TABLES[page].items():
        text = written(text, name, rows)
    return text


if __name__ == "__main__":
    for page in TABLES:
        path = DOCS / page
        path.write_text(rewritten(page, path.read_text(encoding="utf-8")), encoding="utf-8")
