"""Shared by the picture readers: reading lines, tables and lists."""

import csv
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from seesay.corpora import Reject
from seesay.corpora.captioned import Corpus
from seesay.shared.errors import InputError
from seesay.shared.printable import composed

LARGEST = 2**31  # most bytes of a text
# Column names in tables of captions, the project's own name first.
COLUMNS = {
    "image": ("image", "image_name"),
    "sent_no": ("sent_no", "comment_number"),
    "caption": ("caption", "orig_sent", "comment"),
}


def content_of(path: Path) -> bytes:
    """The bytes of a text, without byte order mark. Raises InputError if it is no regular file."""
    try:
        if path.is_file() and path.stat().st_size <= LARGEST:
            return path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise InputError(f"{path}: cannot be opened ({error.strerror}); correct it") from error
    raise InputError(f"{path}: no file of text, or one of more than 2 GB; replace it")


def lines(path: Path, where: str, rejects: list[Reject]) -> Iterator[tuple[int, str]]:
    """The lines of a text, composed, numbered from 1; rejects lines that are not UTF-8."""
    for number, line in enumerate(content_of(path).splitlines(), start=1):
        try:
            yield number, composed(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            reason = f"not UTF-8 (byte {error.start + 1} of the line); save the file as UTF-8"
            rejects.append(Reject(f"{where}:{number}", reason))


def read_table(path: Path, where: str, corpus: Corpus) -> None:
    """Read captions from a table with a header: image, sent_no and caption (see COLUMNS).

    Columns are separated by tabs or bars, between which quotes are literal, or by commas. Without
    sent_no, a picture's captions are numbered in their order. Raises InputError if the header lacks
    a column.
    """
    rows = lines(path, where, corpus.rejects)
    _, header = next(rows, (0, ""))
    separator = next((mark for mark in "\t|" if mark in header), ",")
    names = [name.strip().lower() for name in split_row(header, separator)]
    place = {
        column: next((names.index(name) for name in known if name in names), None)
        for column, known in COLUMNS.items()
    }
    image, sentence, caption = place["image"], place["sent_no"], place["caption"]
    if image is None or caption is None:
        raise InputError(
            f"{path}: line 1: the header needs image, sent_no and caption; it has {names}"
        )
    split = partial(split_row, separator=separator)
    for line, cells in whole_rows(rows, split, len(names), where, corpus.rejects):
        number = None if sentence is None else cells[sentence].strip()
        if number is not None and not is_number(number):
            reason = f"the caption's number is {number!r}; expected a number from 0"
            corpus.rejects.append(Reject(f"{where}:{line}", reason))
            continue
        order = None if number is None else int(number)
        corpus.add_caption(f"{where}:{line}", cells[image].strip(), order, cells[caption])


def whole_rows(
    numbered: Iterable[tuple[int, str]],
    split: Callable[[str], list[str]],
    width: int,
    where: str,
    rejects: list[Reject],
) -> Iterator[tuple[int, list[str]]]:
    """The cells of the rows below a header of `width` columns, with their line numbers.

    Skips blank lines, and rejects rows of another width.
    """
    for line, text in numbered:
        if not text.strip():
            continue
        cells = split(text)
        if len(cells) == width:
            yield line, cells
        else:
            reason = f"{len(cells)} columns where the header has {width}; correct the row"
            rejects.append(Reject(f"{where}:{line}", reason))


def is_number(text: str) -> bool:
    """Whether a text is a caption number of plausible length."""
    return text.isdecimal() and len(text) <= 9


def split_row(text: str, separator: str) -> list[str]:
    """The cells of a row; blanks beside bars belong to no cell."""
    if separator == ",":
        # A limit of the process: raised when a row needs it, never lowered.
        csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
        return next(csv.reader([text], skipinitialspace=True), [])
    cells = text.split(separator)
    return [cell.strip() for cell in cells] if separator == "|" else cells


def read_tokens(path: Path, where: str, corpus: Corpus) -> None:
    """Read captions from lines `NAME.jpg#0<TAB>caption`."""
    for line, text in lines(path, where, corpus.rejects):
        if not text.strip():
            continue
        key, tab, caption = text.partition("\t")
        name, mark, number = key.strip().rpartition("#")
        if not (tab and mark and is_number(number)):
            reason = "not of the form NAME.jpg#0<TAB>caption; correct or remove the line"
            corpus.rejects.append(Reject(f"{where}:{line}", reason))
            continue
        corpus.add_caption(f"{where}:{line}", name, int(number), caption)


def read_lists(lists: dict[str, Path], corpus: Corpus) -> tuple[dict[str, str], list[Reject]]:
    """Read one list of pictures for each split, a name or id a line.

    `lists` gives the file of each split. Returns the split of each id, and rejects for names of no
    picture and for lines that are not UTF-8. Raises InputError if a file is missing, or if a
    picture is in two splits, which would show the model its test pictures.
    """
    splits: dict[str, str] = {}
    rejects: list[Reject] = []
    for split, path in lists.items():
        if not path.is_file():
            raise InputError(f"{path}: no such file; it is to list the {split} pictures")
        for line, text in lines(path, path.name, rejects):
            name = text.strip()
            if not name:
                continue
            image_id = corpus.id_of(name)
            if image_id is None:
                reason = corpus.why_none(name, f"a row of the {split} list")
                rejects.append(Reject(f"{path.name}:{line}", reason))
            elif splits.setdefault(image_id, split) != split:
                raise InputError(
                    f"{path}: line {line}: {name} is listed for {splits[image_id]} too; "
                    "leave it in one list"
                )
    return splits, rejects
