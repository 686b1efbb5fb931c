"""Flickr30k: photographs with five captions each.

Captions are in `results_20130124.token` (lines `NAME.jpg#0<TAB>caption`), in `results.csv`
(columns image_name, comment_number and comment, between bars), or in a table as in Flickr8k.
Photographs are in `images/`, `flickr30k-images/`, `flickr30k_images/` or the corpus's folder
itself. Texts may be in `flickr30k/`. The corpus has no split of its own; Karpathy's is read
with the reader `karpathy`.
"""

from pathlib import Path

from seesay.corpora import Evidence, Picture, Reject, flickr
from seesay.corpora.captioned import Options
from seesay.corpora.files import Listing
from seesay.settings.facts import Reader

ABOUT = Reader(
    "pictures",
    "Flickr30k",
    layout="as `flickr8k`, with `results_20130124.token` or `results.csv`",
)

LAYOUT = flickr.Layout(
    folders=("images", "flickr30k-images", "flickr30k_images"),
    texts="flickr30k",
    captions=("results_20130124.token", "results.csv", *flickr.TABLES),
)
DEFAULT = Options()


def sources(root: Path, options: Options = DEFAULT) -> list[Path]:
    """Every file that reading depends on: the photographs and the captions."""
    return flickr.sources(root, LAYOUT)


def read(root: Path, options: Options = DEFAULT) -> tuple[list[Picture], list[Reject]]:
    """Read the photographs' names and their captions.

    Raises InputError when the folder, its photographs or its captions are missing.
    """
    return flickr.read(root, options, LAYOUT)


def recognise(folder: Listing) -> Evidence | None:
    """Evidence of the layout; a table without a name of its own counts as Flickr8k's."""
    return flickr.recognise(folder, LAYOUT, LAYOUT.captions[:2])
