"""Flickr8k: photographs with five captions each.

Captions are in `Flickr8k.token.txt` (lines `NAME.jpg#0<TAB>caption`) or in a table with a
header, `captions.tsv`, `.csv` or `.txt` (columns image, sent_no, caption). Photographs are in
`images/`, `Flicker8k_Dataset/` (the archive spells it so), `Flickr8k_Dataset/` or the corpus's
folder itself. Texts may be in `Flickr8k_text/`. The lists `Flickr_8k.trainImages.txt`,
`Flickr_8k.devImages.txt` and `Flickr_8k.testImages.txt` give the split, where they are there.
"""

from pathlib import Path

from seesay.corpora import Picture, Reject
from seesay.corpora.listing import (
    PICTURES,
    Corpus,
    lines,
    read_lists,
    read_table,
    visible_files,
)
from seesay.errors import InputError

FOLDERS = ("images", "Flicker8k_Dataset", "Flickr8k_Dataset")
TOKENS = "Flickr8k.token.txt"
CAPTIONS = (TOKENS, "captions.tsv", "captions.csv", "captions.txt")
LISTS = {
    "train": "Flickr_8k.trainImages.txt",
    "validation": "Flickr_8k.devImages.txt",
    "test": "Flickr_8k.testImages.txt",
}


def sources(root: Path) -> list[Path]:
    """Every file that reading depends on: the photographs, the captions, the split's lists."""
    found = visible_files(_photographs(root))
    photographs = [path for path in found if path.suffix.lower() in PICTURES]
    texts = [_captions(root), *(path for path in _lists(root).values() if path.exists())]
    return sorted({*photographs, *texts})


def read(root: Path) -> tuple[list[Picture], list[Reject]]:
    """Read the photographs' names, their captions and their splits.

    Raises InputError when the folder, its photographs or its captions are missing.
    """
    base = _photographs(root)
    corpus = Corpus()
    corpus.add_files(base, visible_files(base))
    if not corpus.files:
        raise InputError(f"{base}: no JPEG or PNG picture in it; put the photographs there")
    path = _captions(root)
    where = path.relative_to(root).as_posix()
    if path.name == TOKENS:
        _read_tokens(path, where, corpus)
    else:
        read_table(path, where, corpus)
    lists = _lists(root)
    if not any(path.exists() for path in lists.values()):
        return corpus.pictures(), corpus.rejects
    splits, rejects = read_lists(lists, corpus.id_of)
    return corpus.pictures(splits), corpus.rejects + rejects


def _photographs(root: Path) -> Path:
    """The folder of the photographs."""
    if not root.is_dir():
        raise InputError(f"{root}: no such folder; set pictures.path to the corpus's folder")
    return next((root / name for name in FOLDERS if (root / name).is_dir()), root)


def _captions(root: Path) -> Path:
    """The file of the captions."""
    for name in CAPTIONS:
        for folder in (root, root / "Flickr8k_text"):
            if (folder / name).is_file():
                return folder / name
    raise InputError(f"{root}: no captions; it wants one of {', '.join(CAPTIONS)}")


def _lists(root: Path) -> dict[str, Path]:
    """The list of each split, in the folder of the lists, whether it is there or not."""
    texts = root / "Flickr8k_text"
    inside = any((texts / name).exists() for name in LISTS.values())
    return {split: (texts if inside else root) / name for split, name in LISTS.items()}


def _read_tokens(path: Path, where: str, corpus: Corpus) -> None:
    """Read lines `NAME.jpg#0<TAB>caption`."""
    for line, text in lines(path, where, corpus.rejects):
        if not text.strip():
            continue
        key, tab, caption = text.partition("\t")
        name, mark, number = key.strip().rpartition("#")
        if not (tab and mark and number.isdecimal()):
            reason = "not of the form NAME.jpg#0<TAB>caption; mend or remove the line"
            corpus.rejects.append(Reject(f"{where}:{line}", reason))
            continue
        corpus.add_caption(f"{where}:{line}", name, int(number), caption)
