"""What the picture readers share: listing a folder, reading lines, matching captions."""

import csv
import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pydantic import Field

from seesay.corpora import Picture, Reject
from seesay.errors import InputError
from seesay.settings import Settings

PICTURES = (".jpg", ".jpeg", ".png")
NO_PICTURE = "a caption for no picture; add the picture or remove the caption"
# What a table of captions may call its columns, the project's own name first.
COLUMNS = {
    "image": ("image", "image_name"),
    "sent_no": ("sent_no", "comment_number"),
    "caption": ("caption", "orig_sent", "comment"),
}


class Options(Settings):
    """What every reader of pictures can be told."""

    captions_alone: bool = Field(
        default=False,
        description="a picture needs no file, its captions are enough: for the section fragments",
    )


@dataclass
class Corpus:
    """What a reader has gathered so far.

    Attributes:
        files: The pictures by `image_id`.
        captions: The captions read for each `image_id`, by caption number.
        rejects: What could not be read.
        captions_alone: Whether a caption makes a picture, without a file, where there is none.
    """

    files: dict[str, Path | None] = field(default_factory=dict)
    captions: dict[str, dict[int, str]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    captions_alone: bool = False

    def add_files(self, folder: Path, paths: Iterable[Path]) -> None:
        """Take the pictures among `paths`; a second file of one id is rejected.

        Ids are in Unicode's composed form, as captions are written; some file systems decompose.
        """
        for path in paths:
            if path.suffix.lower() not in PICTURES:
                continue
            image_id = stem(path.relative_to(folder))
            first = self.files.get(image_id)
            if first is not None:
                reason = f"its id is that of {first.name} too; rename or remove one"
                self.rejects.append(Reject(str(path.relative_to(folder)), reason))
            else:
                self.files[image_id] = path

    def add_caption(self, where: str, name: str, number: int | None, text: str) -> None:
        """Take a caption of the picture `name` (an id, or a file's name below the folder).

        `where` is the row's `file:line`; without a number the caption is the picture's next.
        """
        image_id = self.claim(name)
        if image_id is None:
            self.rejects.append(Reject(where, f"{name}: {NO_PICTURE}"))
            return
        known = self.captions.setdefault(image_id, {})
        number = len(known) if number is None else number
        if number in known:
            reason = f"{name} has a caption number {number} already; number each one once"
            self.rejects.append(Reject(where, reason))
        else:
            known[number] = text

    def claim(self, name: str) -> str | None:
        """As `id_of`, but where captions alone are enough a picture without a file is made."""
        image_id = self.id_of(name)
        if image_id is None and self.captions_alone:
            path = Path(name)
            image_id = stem(path) if path.suffix.lower() in PICTURES else path.as_posix()
            self.files[image_id] = None
        return image_id

    def id_of(self, name: str) -> str | None:
        """The id of the picture that a list calls `name`, None if there is none."""
        path = Path(name)
        if not path.name:
            return None
        cut = stem(path)
        if cut in self.files:
            file = self.files[cut]
            name_fits = file is not None and composed(file.name) == composed(path.name)
            if path.suffix.lower() in PICTURES if file is None else name_fits:
                return cut
        return composed(name) if composed(name) in self.files else None

    def pictures(self, splits: dict[str, str] | None = None) -> list[Picture]:
        """All pictures by id, each with its captions by number and its split, if listed."""
        found = []
        for image_id, path in sorted(self.files.items()):
            numbered = self.captions.get(image_id, {})
            captions = tuple(numbered[number] for number in sorted(numbered))
            found.append(Picture(image_id, path, captions, (splits or {}).get(image_id)))
        return found


def stem(path: Path) -> str:
    """A relative path as an id: with `/`, without the extension, composed."""
    return composed(path.with_suffix("").as_posix())


def composed(name: str) -> str:
    """A name in Unicode's composed form, whether a file system decomposed it or not."""
    return unicodedata.normalize("NFC", name)


def visible_files(root: Path) -> list[Path]:
    """Every file below a folder that is not hidden, nor in a hidden folder, sorted.

    Raises InputError when there is no such folder.
    """
    if not root.is_dir():
        raise InputError(f"{root}: no such folder; mend its path in pictures.corpora")
    found = []
    seen = {root.resolve()}
    for folder, below, names in os.walk(root, followlinks=True):
        below.sort()
        kept = []
        for name in below:
            # A link back to a folder above would give every picture again, under other ids.
            real = Path(folder, name).resolve()
            if not name.startswith(".") and real not in seen:
                seen.add(real)
                kept.append(name)
        below[:] = kept
        found += [Path(folder, name) for name in names if not name.startswith(".")]
    return sorted(found)


def lines(path: Path, where: str, rejects: list[Reject]) -> Iterator[tuple[int, str]]:
    """The lines of a text, composed, with their numbers from 1; one not in UTF-8 is rejected."""
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            yield number, composed(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            reason = f"not UTF-8 (byte {error.start + 1} of the line); save the file as UTF-8"
            rejects.append(Reject(f"{where}:{number}", reason))


def read_table(path: Path, where: str, corpus: Corpus) -> None:
    """Read captions from a table with a header: image, sent_no and caption (see COLUMNS).

    Columns are separated by tabs or bars, between which quotes stand for themselves, or by
    commas. Without sent_no a picture's captions are numbered as they come.
    Raises InputError when the header lacks a column.
    """
    rows = lines(path, where, corpus.rejects)
    _, header = next(rows, (0, ""))
    separator = next((mark for mark in "\t|" if mark in header), ",")
    names = split_row(header, separator)
    place = {
        column: next((names.index(name) for name in known if name in names), None)
        for column, known in COLUMNS.items()
    }
    image, sentence, caption = place["image"], place["sent_no"], place["caption"]
    if image is None or caption is None:
        raise InputError(
            f"{path}: line 1: the header wants image, sent_no and caption; it has {names}"
        )
    split = partial(split_row, separator=separator)
    for line, cells in whole_rows(rows, split, len(names), where, corpus.rejects):
        number = None if sentence is None else cells[sentence].strip()
        if number is not None and not number.isdecimal():
            reason = f"the caption's number is {number!r}; it wants a number from 0"
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

    Blank lines are passed over; a row of another width is rejected.
    """
    for line, text in numbered:
        if not text.strip():
            continue
        cells = split(text)
        if len(cells) == width:
            yield line, cells
        else:
            reason = f"{len(cells)} columns where the header has {width}; mend the row"
            rejects.append(Reject(f"{where}:{line}", reason))


def split_row(text: str, separator: str) -> list[str]:
    """The cells of a row; bars have blanks beside them, which are none of a cell's."""
    if separator == ",":
        csv.field_size_limit(len(text) + 1)
        return next(csv.reader([text]), [])
    cells = text.split(separator)
    return [cell.strip() for cell in cells] if separator == "|" else cells


def read_tokens(path: Path, where: str, corpus: Corpus) -> None:
    """Read captions from lines `NAME.jpg#0<TAB>caption`."""
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


def read_lists(
    lists: dict[str, Path], find: Callable[[str], str | None]
) -> tuple[dict[str, str], list[Reject]]:
    """Read one list of pictures a split, a name or id a line.

    `lists` gives the file of each split; `find` the id for a name. Returns the split of each
    id, and rejects for names of no picture and for lines that are not UTF-8.
    Raises InputError when a file is missing or a picture is in two splits: that would show the
    model what it is tested on.
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
            image_id = find(name)
            if image_id is None:
                reason = f"{name}: listed for {split}, but there is no such picture"
                rejects.append(Reject(f"{path.name}:{line}", reason))
            elif splits.setdefault(image_id, split) != split:
                raise InputError(
                    f"{path}: line {line}: {name} is listed for {splits[image_id]} too; "
                    "leave it in one list"
                )
    return splits, rejects
