"""Flickr8k: photographs with five captions each.

Captions are in `Flickr8k.token.txt` (lines `NAME.jpg#0<TAB>caption`) or in a table with a
header, `captions.tsv`, `.csv` or `.txt` (columns image, sent_no, caption). Photographs are in
`images/`, `Flicker8k_Dataset/` (the archive spells it so), `Flickr8k_Dataset/` or the corpus's
folder itself. Texts may be in `Flickr8k_text/`. The lists `Flickr_8k.trainImages.txt`,
`Flickr_8k.devImages.txt` and `Flickr_8k.testImages.txt` give the split, if they exist.
"""

from pathlib import Path

from seesay.corpora import Evidence, Picture, Reject, flickr
from seesay.corpora.captioned import Options
from seesay.corpora.files import Listing
from seesay.settings.facts import Reader

ABOUT = Reader(
    "pictures",
    "Flickr8k",
    layout="pictures in `images/`, `Flicker8k_Dataset/` or subfolders; captions in"
    " `Flickr8k.token.txt`, or in a table `captions.tsv`, `.csv` or `.txt` (image, optionally"
    " sent_no, caption), such as Kaggle's `Images/` and `captions.txt`",
)

LAYOUT = flickr.Layout(
    folders=("images", "Flicker8k_Dataset", "Flickr8k_Dataset"),
    texts="Flickr8k_text",
    captions=("Flickr8k.token.txt", *flickr.TABLES),
    lists={
        "train": "Flickr_8k.trainImages.txt",
        "validation": "Flickr_8k.devImages.txt",
        "test": "Flickr_8k.testImages.txt",
    },
)
DEFAULT = Options()


def sources(root: Path, options: Options = DEFAULT) -> list[Path]:
    """Every file that reading depends on: the photographs, the captions, the split's lists."""
    return flickr.sources(root, LAYOUT)


def read(root: Path, options: Options = DEFAULT) -> tuple[list[Picture], list[Reject]]:
    """Read the photographs' names, their captions and their splits.

    Raises InputError when the folder, its photographs or its captions are missing.
    """
    return flickr.read(root, options, LAYOUT)


def recognise(folder: Listing) -> Evidence | None:
    """Evidence of the layout: the captions' file, with the split's lists beside it."""
    return flickr.recognise(folder, LAYOUT, LAYOUT.captions)
