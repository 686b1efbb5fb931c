"""Sphinx's settings of the site that `make docs` builds from the pages and the docstrings."""

from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

CONTENTS = Path(__file__).with_name("contents.md")

project = "seesay"
author = "The authors of seesay"
version = release = installed("seesay")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
# The source is the whole repository, so that links lead where they lead in it.
include_patterns = ["*.md", "benchmarks/*.md", "config/*.md", "docs/*.md"]
exclude_patterns = ["docs/contents.md"]
root_doc = "README"
html_theme = "furo"
html_title = "seesay"
html_show_sourcelink = False
# Without the text around each find, which a browser does not fetch from files.
html_show_search_summary = False
myst_heading_anchors = 4
# In docstrings, `name` is code.
default_role = "literal"
napoleon_use_rtype = False
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 80
autodoc_member_order = "bysource"


def with_contents(app: Any, name: str, source: list[str]) -> None:
    """Append the table of contents to the README, which has none in the repository."""
    if name == root_doc:
        source[0] += "\n" + CONTENTS.read_text(encoding="utf-8")


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("source-read", with_contents)
