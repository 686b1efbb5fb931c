"""A table of words: one row a word, with its file, talker, onset and offset in s.

The table has a header, and is separated by tabs, or by commas if its name ends in .csv. Columns may
have any names and any order; the option `columns` maps them, and null means that there is none.
Without an onset a word begins where its file does, without an offset it ends there, and without a
speaker its talker is `unknown`. `picture` and `caption` name the caption that a file says. With
`text`, a row is a file and what it says, without word times. A file is named with or without its
extension, and with its subfolder if the name alone is ambiguous.
"""

from functools import partial
from pathlib import Path
from typing import Any

from pydantic import Field

from seesay.corpora import UNKNOWN_TALKER, Evidence, Recording, Reject, SpokenWord, spoken
from seesay.corpora.files import Listing
from seesay.corpora.formats import headers
from seesay.corpora.listing import is_number, lines, split_row, whole_rows
from seesay.corpora.spoken import AUDIO, Speech, channel_of, files_below, named_file
from seesay.settings import Settings
from seesay.settings.facts import Reader
from seesay.shared.errors import InputError

ABOUT = Reader(
    "speech",
    "table of words",
    layout="a table with a header, a word a row: file, speaker, onset, offset (s), word,"
    " optionally picture and caption; or a file a row, with its text",
    options="`table` (words.tsv), `columns` (the header's names), `noises`",
)

TIMED = {"onset", "offset", "word", "channel"}  # columns of words that have times


class Columns(Settings):
    """The header's names of the columns."""

    file: str = Field(default="file", description="the audio file")
    onset: str | None = Field(
        default="onset", description="start of the word, in s; null: that of its file"
    )
    offset: str | None = Field(
        default="offset", description="end of the word, in s; null: that of its file"
    )
    word: str = Field(default="word", description="the word")
    speaker: str | None = Field(
        default="speaker", description=f"who speaks; null: nobody knows, {UNKNOWN_TALKER!r}"
    )
    channel: str | None = Field(
        default=None, description="its channel, 1, 2, ... or A, B; null where there is none"
    )
    picture: str | None = Field(
        default=None,
        description="the picture that the word is said about: its file or id; null where there is"
        " none, and an empty cell for a word about none",
    )
    text: str | None = Field(
        default=None,
        description="what the whole file says, one row a file, where words have no times: onset,"
        " offset, word and channel are not read; an empty cell for what is written in the caption",
    )
    caption: str | None = Field(
        default=None,
        description="the number, from 0, of the picture's caption that the whole file says; null"
        " where files say no captions",
    )


class Options(spoken.Options):
    """What is read, and how."""

    table: str = Field(default="words.tsv", description="the table, below the corpus's folder")
    columns: Columns = Field(default=Columns(), description="the header's names")


def sources(root: Path, options: Options) -> list[Path]:
    """The table and every audio file below `root`, sorted."""
    return [named_file(root, options.table, "options.table"), *files_below(root, *AUDIO)]


def read(root: Path, options: Options) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """Recordings, words and rejects. Raises InputError if the table lacks a column."""
    table, *files = sources(root, options)
    speech = Speech(root, files, options.noises)
    add_rows(speech, table, options.table, options.columns)
    return speech.result(f"row of {options.table}")


def add_rows(speech: Speech, table: Path, where: str, columns: Columns) -> None:
    """Take the rows of a table into `speech`; `where` is the table's name in the rejects.

    Rejects rows with another number of cells than the header, or not in UTF-8. Raises InputError if
    the header lacks a column, or has one twice.
    """
    numbered = lines(table, where, speech.rejects)
    comma = table.suffix.lower() == ".csv"
    header = _cells(next(numbered, (0, ""))[1], comma)
    unread = TIMED if columns.text is not None else set()
    wanted = [name for name in columns.model_dump(exclude=unread).values() if name is not None]
    missing = [name for name in wanted if name not in header]
    if missing:
        raise InputError(
            f"{table}: line 1: no column {', '.join(missing)}; the header needs "
            f"{', '.join(wanted)}, separated by {'commas' if comma else 'tabs'}"
        )
    twice = [name for name in wanted if header.count(name) > 1]
    if twice:
        raise InputError(f"{table}: line 1: two columns are called {twice[0]!r}; rename one")
    split = partial(_cells, comma=comma)
    for line, cells in whole_rows(numbered, split, len(header), where, speech.rejects):
        row = dict(zip(header, cells, strict=True))
        number = "" if columns.caption is None else row[columns.caption]
        if number and not is_number(number):
            reason = f"the caption's number is {number!r}; expected a number from 0"
            speech.rejects.append(Reject(f"{where}:{line}", reason))
            continue
        picture = "" if columns.picture is None else row[columns.picture]
        caption = int(number) if number else None
        talker = UNKNOWN_TALKER if columns.speaker is None else row[columns.speaker]
        if columns.text is not None:
            said = (talker, row[columns.text], picture, caption)
            speech.say(f"{where}:{line}", row[columns.file], *said)
        else:
            _add(speech, f"{where}:{line}", where, row, columns, talker, picture, caption)


def _add(
    speech: Speech,
    line: str,
    where: str,
    row: dict[str, str],
    columns: Columns,
    talker: str,
    picture: str,
    caption: int | None,
) -> None:
    """Take the word of a row."""
    channel = None if columns.channel is None else channel_of(row[columns.channel])
    if columns.channel is not None and channel is None:
        reason = f"the channel is {row[columns.channel]!r}; expected 1, 2, ... or A, B"
        speech.rejects.append(Reject(line, reason))
        return
    file = row[columns.file]
    onset = 0.0 if columns.onset is None else row[columns.onset]
    offset = None if columns.offset is None else row[columns.offset]
    word = row[columns.word]
    speech.add(
        line, f"{where}, {file}", file, talker, word, onset, offset, channel, picture, caption
    )


def _cells(text: str, comma: bool) -> list[str]:
    """The cells of a row; between tabs, quotes are literal."""
    cells = split_row(text, "," if comma else "\t")
    return [cell.strip() for cell in cells]


def recognise(folder: Listing) -> Evidence | None:
    """Evidence of the layout: a table whose columns have names that tell what they hold."""
    found: dict[str, dict[str, str | None]] = {}
    for name in folder.top(".tsv", ".csv") if folder.audio else ():
        header = folder.columns(name, "," if name.lower().endswith(".csv") else "\t")
        columns = headers.kinds_of(header) if name != "transcripts.tsv" else None  # alignment's own
        if columns:
            found[name] = columns
    own = Options()
    table = own.table if own.table in found else next(iter(found), "")
    if not table:
        return None
    if len(found) > 1 and table != own.table:
        raise InputError(f"{folder.root}: {' and '.join(found)} are tables of words; leave one")
    kinds, default = found[table], own.columns.model_dump()
    unread = TIMED if kinds["text"] else set()
    columns = {k: name for k, name in kinds.items() if name != default[k] and k not in unread}
    options: dict[str, Any] = {} if table == own.table else {"table": table}
    shown = ", ".join(
        f"{name} ({kind})" if name != kind else kind for kind, name in kinds.items() if name
    )
    return Evidence(
        f"{table} has the columns {shown}",
        options | ({"columns": columns} if columns else {}),
        rank=2,
        timed=not kinds["text"],
        spoken=bool(kinds["picture"] and kinds["caption"]),
    )
