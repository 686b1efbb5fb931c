"""Recordings and their transcripts, as the stage alignment finds them on disk.

The folder holds audio files, in any subfolder. Their transcripts are in `transcripts.tsv`
(tab-separated, with a header of file, talker and text, the file relative to the folder) or, without
that, in a text file beside each recording: `a.txt` for `a.wav`. The module is light, because the
Snakefile imports it.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from seesay.corpora import Evidence, Reject
from seesay.corpora.files import Listing, stem, visible_files
from seesay.corpora.listing import lines, whole_rows
from seesay.corpora.spoken import AUDIO, unread
from seesay.shared.errors import InputError
from seesay.shared.printable import composed

TRANSCRIPTS = "transcripts.tsv"
COLUMNS = ("file", "talker", "text")


@dataclass(frozen=True)
class Utterance:
    """One recording and its transcript.

    Attributes:
        file: The path relative to the folder, with `/` and the extension.
        path: The file.
        talker: The talker.
        text: The transcript as written.
        picture: The picture whose caption it says, as its reader names it; "" for none.
        caption: The number of this caption; None for none.
        start: Where it begins in the file, in s.
        end: Where it ends; None for the file's end.
    """

    file: str
    path: Path
    talker: str
    text: str
    picture: str = ""
    caption: int | None = None
    start: float = 0.0
    end: float | None = None


def sources(root: Path) -> list[Path]:
    """Every recording and every transcript below `root`, sorted; opens nothing.

    Raises InputError if there is no such folder, or no recording in it.
    """
    if not root.is_dir():
        raise InputError(f"{root}: no such folder; set alignment.path to the folder of recordings")
    files = visible_files(root)
    audio = [path for path in files if path.suffix.lower() in AUDIO and path.is_file()]
    if not audio:
        raise InputError(f"{root}: has no audio file; see alignment.path")
    texts = [path for path in files if path.suffix.lower() == ".txt"]
    return sorted(audio + ([root / TRANSCRIPTS] if root / TRANSCRIPTS in files else texts))


def read(root: Path, talker: str) -> tuple[list[Utterance], list[Reject]]:
    """The utterances of a folder, sorted by file, and rejects.

    `talker` says where talkers come from without `transcripts.tsv`: `folder` or `name`. Raises
    InputError if the folder or a column of `transcripts.tsv` is missing.
    """
    found = sources(root)
    rejects = unread(root)
    audio: dict[str, Path] = {}
    for path in (path for path in found if path.suffix.lower() in AUDIO):
        file = path.relative_to(root).as_posix()
        other = audio.get(stem(Path(file)))
        if other is not None:
            rejects.append(Reject(file, f"{other.name!r} has that name too; rename or remove one"))
        elif "\t" in file or file.splitlines() != [file.strip()]:
            reason = "its name holds a tab or a line break, or begins with a space; rename it"
            rejects.append(Reject(repr(file), reason))
        else:
            audio[stem(Path(file))] = path
    if root / TRANSCRIPTS in found:
        utterances = from_table(root, audio, rejects)
        missing = f"no transcript: no usable row of {TRANSCRIPTS} names it"
    else:
        texts = [path for path in found if path.suffix.lower() == ".txt"]
        utterances = from_texts(root, audio, texts, talker, rejects)
        missing = "no transcript: no usable .txt of that name lies beside it"
    told = {utterance.file for utterance in utterances} | {reject.id for reject in rejects}
    files = [path.relative_to(root).as_posix() for path in audio.values()]
    rejects += [Reject(file, missing) for file in files if file not in told]
    return sorted(utterances, key=lambda utterance: utterance.file), rejects


def from_table(root: Path, audio: dict[str, Path], rejects: list[Reject]) -> list[Utterance]:
    """The utterances that `transcripts.tsv` lists; bad rows are added to `rejects`."""
    rows = lines(root / TRANSCRIPTS, TRANSCRIPTS, rejects)
    header = next(rows, (0, ""))[1].split("\t")
    absent = [name for name in COLUMNS if name not in header]
    if absent:
        raise InputError(
            f"{root / TRANSCRIPTS}: line 1: no column {', '.join(absent)}; the header needs "
            f"{', '.join(COLUMNS)}, separated by tabs"
        )
    files = {composed(path.relative_to(root).as_posix()): path for path in audio.values()}
    utterances: dict[str, Utterance] = {}
    for line, cells in whole_rows(rows, _cells, len(header), TRANSCRIPTS, rejects):
        row = dict(zip(header, cells, strict=True))
        file = row["file"].replace("\\", "/").removeprefix("./")
        if file not in files:
            reason = f"no such file, or none that can be used, in {root}: {file}; correct the row"
        elif not row["talker"]:
            reason = f"no talker: {file}; correct the row"
        elif file in utterances:
            reason = f"there is a row for it already: {file}; write all that it says in one"
        else:
            utterances[file] = Utterance(file, files[file], row["talker"], row["text"])
            continue
        rejects.append(Reject(f"{TRANSCRIPTS}:{line}", reason))
    return list(utterances.values())


def _cells(text: str) -> list[str]:
    return [cell.strip() for cell in text.split("\t")]


def from_texts(
    root: Path, audio: dict[str, Path], texts: list[Path], talker: str, rejects: list[Reject]
) -> list[Utterance]:
    """The utterances of recordings with a text beside them; others are added to `rejects`."""
    utterances = []
    for text in texts:
        name = text.relative_to(root).as_posix()
        path = audio.get(stem(Path(name)))
        if path is None:
            rejects.append(Reject(name, "a transcript for no audio file of that name"))
            continue
        file = path.relative_to(root).as_posix()
        try:
            said = composed(text.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError as error:
            rejects.append(Reject(name, f"not UTF-8 ({error.reason}); save the file as UTF-8"))
            continue
        who = talker_of(Path(file), talker)
        if who:
            utterances.append(Utterance(file, path, who, said))
        else:
            reason = f"no talker by alignment.talker: {talker}; set the other, or write "
            rejects.append(Reject(file, f"{reason}{TRANSCRIPTS}"))
    return utterances


def talker_of(file: Path, talker: str) -> str:
    """The talker of a file, by its folder or its name; "" if neither names one.

    Folders with the same name belong to one talker, wherever they lie.
    """
    return file.parent.name if talker == "folder" else re.split("[_-]", file.stem)[0].strip()


def recognise(folder: Listing) -> Evidence | None:
    """Evidence of recordings with transcripts; its options are those of the section alignment."""
    if not folder.audio:
        return None
    if TRANSCRIPTS in folder.names and set(COLUMNS) <= set(folder.columns(TRANSCRIPTS, "\t")):
        return Evidence(f"{TRANSCRIPTS} has the columns {', '.join(COLUMNS)}", timed=False)
    texts = {name.rpartition(".")[0] for name in folder.ending(".txt")}
    paired = [name for name in folder.audio if name.rpartition(".")[0] in texts]
    if 2 * len(paired) < len(folder.audio):
        return None
    flat = not any("/" in name for name in paired)
    said = f"{len(paired):,} of {len(folder.audio):,} recordings have a .txt beside them"
    where = "up to the first _ or - of a file's name" if flat else "in the name of its folder"
    options = {"talker": "name"} if flat else {}
    return Evidence(f"{said}; the talker is {where}", options, rank=1, timed=False)
