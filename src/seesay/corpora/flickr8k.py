"""Flickr8k and Flickr30k: a folder of JPEGs and one table of captions.

The table is `Flickr8k.token.txt` (NAME.jpg#0, tab, caption) or a TSV or CSV with the header image,
sent_no, caption. The split lists of the corpus are read where they are.
"""

from pathlib import Path

from seesay.corpora import Picture, Reject, pictures_below, read_table
from seesay.errors import InputError

TABLES = ("Flickr8k.token.txt", "captions.tsv", "captions.csv", "captions.txt", "results_20130124.token")
FOLDERS = ("images", "Flicker8k_Dataset", "Flickr8k_Dataset", "flickr30k-images")
LISTS = {
    "train": "Flickr_8k.trainImages.txt",
    "validation": "Flickr_8k.devImages.txt",
    "test": "Flickr_8k.testImages.txt",
}


def sources(root: Path) -> list[Path]:
    """The table, the split lists and every picture, sorted."""
    table, base = layout(root)
    lists = [root / name for name in LISTS.values() if (root / name).is_file()]
    return sorted([table, *lists, *pictures_below(base)])


def layout(root: Path) -> tuple[Path, Path]:
    """The table of captions and the folder of pictures. Raises InputError without either."""
    if not root.is_dir():
        raise InputError(f"{root}: no such folder; set pictures.path to the folder of Flickr8k")
    for name in TABLES:
        if (root / name).is_file():
            base = next((root / f for f in FOLDERS if (root / f).is_dir()), root)
            return root / name, base
    raise InputError(f"{root}: has no table of captions; it may be {', '.join(TABLES)}")


def read(root: Path) -> tuple[list[Picture], list[Reject]]:
    """Pictures with their captions and splits, and rejects."""
    table, base = layout(root)
    pictures = {p.relative_to(base).with_suffix("").as_posix(): p for p in pictures_below(base)}
    if not pictures:
        raise InputError(f"{base}: holds no JPEG; set pictures.path to the folder of Flickr8k")
    captions, rejects = read_table(table, set(pictures))
    splits: dict[str, str] = {}
    for split, name in LISTS.items():
        if (root / name).is_file():
            for line in (root / name).read_text(encoding="utf-8").split():
                splits[line.removesuffix(".jpg")] = split
    found = [
        Picture(i, path, captions.get(i, ()), splits.get(i)) for i, path in sorted(pictures.items())
    ]
    return found, rejects
