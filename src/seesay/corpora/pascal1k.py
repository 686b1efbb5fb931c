"""Pascal1K, the UIUC Pascal Sentences: pictures with five sentences each.

Pictures are JPEG or PNG files, flat or one folder a category, in the corpus's folder or in
its `images/`. Their sentences are, one a line, in a text of the same relative path in
`sentence/` or beside the picture; or, all together, in `sentences.tsv` (columns image, sent_no
and orig_sent or caption).
"""

from pathlib import Path

from seesay.corpora import Picture, Reject
from seesay.corpora.listing import (
    NO_PICTURE,
    PICTURES,
    Corpus,
    lines,
    read_table,
    stem,
    visible_files,
)
from seesay.errors import InputError

TEXTS, TABLE = ("sentence", "sentences"), "sentences.tsv"
# Texts about a folder, not about a picture.
NOTICES = {"attribution", "copying", "licence", "license", "notice", "readme"}


def sources(root: Path) -> list[Path]:
    """Every file that reading depends on: the pictures, the texts, the table."""
    return [path for path in visible_files(root) if is_picture(path) or is_text(root, path)]


def is_picture(path: Path) -> bool:
    """Whether a file is a picture by its name."""
    return path.suffix.lower() in PICTURES


def is_text(root: Path, path: Path) -> bool:
    """Whether a file holds sentences by its name."""
    named = path.suffix.lower() == ".txt" and path.stem.lower() not in NOTICES
    return named or path == root / TABLE


def read(root: Path) -> tuple[list[Picture], list[Reject]]:
    """Read the pictures' names and their sentences.

    Raises InputError when the folder is missing or has no picture.
    """
    paths = sources(root)
    base = root / "images" if (root / "images").is_dir() else root
    corpus = Corpus()
    corpus.add_files(base, [path for path in paths if path.is_relative_to(base)])
    if not corpus.files:
        raise InputError(f"{base}: no JPEG or PNG picture below it; put some there")
    for path in paths:
        where = path.relative_to(root).as_posix()
        if path == root / TABLE:
            read_table(path, where, corpus)
        elif not is_picture(path):
            _read_text(path, where, _named(path, root, base), corpus)
    return corpus.pictures(), corpus.rejects


def _named(path: Path, root: Path, base: Path) -> str:
    """The id of the picture that a text is for."""
    below = path.relative_to(root)
    if below.parts[0] in TEXTS:
        return stem(below.relative_to(below.parts[0]))
    return stem(path.relative_to(base)) if path.is_relative_to(base) else stem(below)


def _read_text(path: Path, where: str, image_id: str, corpus: Corpus) -> None:
    """Read a text of one sentence a line."""
    if image_id not in corpus.files:
        corpus.rejects.append(Reject(where, NO_PICTURE))
        return
    for line, text in lines(path, where, corpus.rejects):
        corpus.add_caption(f"{where}:{line}", image_id, line - 1, text)
