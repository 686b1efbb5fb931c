"""LUCID (Baker and Hazan 2010): wav files and one table of word tokens.

The folder holds `lucid_native.tokens.txt`, tab-separated with a header of at least filename,
onset, offset (s), word and talker, and the wav files that it names, in any subfolder. A file
is named with or without its extension and, where the name alone is not clear, its subfolder.
"""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from seesay.corpora import Recording, Reject, SpokenWord
from seesay.corpora.listing import lines, stem, visible_files
from seesay.errors import InputError

TOKENS = "lucid_native.tokens.txt"
COLUMNS = ("filename", "onset", "offset", "word", "talker")
AUDIO = (".wav", ".flac")
# They mark noises, cut-off words and clitics.
MARKS = "[<>!'-]"


def sources(root: Path) -> list[Path]:
    """The token table and every wav or flac file below `root`, sorted."""
    if not root.is_dir():
        raise InputError(f"{root}: no such folder; set speech.path to the folder of LUCID")
    if not (root / TOKENS).is_file():
        raise InputError(f"{root}: has no {TOKENS}; set speech.path to the folder that has it")
    return [root / TOKENS, *(path for path in visible_files(root) if path.suffix.lower() in AUDIO)]


def read(root: Path) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """Recordings, words and rejects of a LUCID folder.

    Words with one of the signs `< > ! - '` are no words but noises, cut-offs and clitics; they
    are counted in one reject a recording, with `by_rule` set. Raises InputError when the table
    lacks a column.
    """
    table, *files = sources(root)
    rejects: list[Reject] = []
    rows = read_rows(table, rejects)
    by_name, ids = named(root, files)
    for path in sorted(set(files) - set(ids.values())):
        reason = "another audio file has that name but for its extension; remove one"
        rejects.append(Reject(str(path.relative_to(root)), reason))
    rows["id"] = [by_name.get(stem_of(name), "") for name in rows["filename"]]
    marked = rows["word"].str.contains(MARKS, regex=True)
    problems = {
        f"no file of that name among the {len(files)} audio files": rows["id"] == "",
        "two audio files have that name; write its subfolder too": rows["id"] == "?",
        "no onset or offset in seconds": ~np.isfinite(rows["onset"]) | ~np.isfinite(rows["offset"]),
        "a negative onset": rows["onset"] < 0,
        "the offset is not after the onset": rows["offset"] <= rows["onset"],
        "no word": rows["word"] == "",
        "no talker": rows["talker"] == "",
    }
    good = ~marked
    for reason, bad in problems.items():
        for line, row in rows.loc[bad & good, "row"].items():
            rejects.append(Reject(f"{TOKENS}:{line}", f"{row}: {reason}"))
        good &= ~bad
    for name, count in rows.loc[marked, "filename"].value_counts().sort_index().items():
        reason = f"{count} words with one of < > ! - ' dropped: noises, cut-offs and clitics"
        rejects.append(Reject(f"{TOKENS}, {name}", reason, by_rule=True))

    rows = rows[good]
    talkers = rows.groupby("id")["talker"].first()
    unnamed = sorted(set(ids) - set(talkers.index))
    rejects += [Reject(name, f"no usable row of {TOKENS} names this recording") for name in unnamed]
    recordings = [Recording(name, ids[name], talkers[name]) for name in talkers.index]
    columns = ["id", "talker", "word", "onset", "offset"]
    rows = rows.sort_values(["id", "onset", "offset", "word"], kind="stable")
    words = [SpokenWord(*row) for row in rows[columns].itertuples(index=False)]
    return recordings, words, rejects


def read_rows(table: Path, rejects: list[Reject]) -> pd.DataFrame:
    """The rows of the token table, indexed by line: `COLUMNS`, and `row` as it stands there.

    Times are float64, NaN where they are no numbers. Rows that have not as many cells as the
    header, or are not UTF-8, are rejected.
    """
    numbered = lines(table, TOKENS, rejects)
    _, first = next(numbered, (0, ""))
    header = first.split("\t")
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise InputError(
            f"{table}: line 1: no column {', '.join(missing)}; the header wants "
            f"{', '.join(COLUMNS)}, separated by tabs"
        )
    found, places = [], []
    for line, text in numbered:
        cells = text.split("\t")
        if len(cells) == len(header):
            found.append(cells)
            places.append(line)
        elif text.strip():
            reason = f"{len(cells)} columns where the header has {len(header)}; mend the row"
            rejects.append(Reject(f"{TOKENS}:{line}", reason))
    rows = pd.DataFrame(found, index=places, columns=header, dtype="str")[list(COLUMNS)]
    rows = rows.apply(lambda column: column.str.strip())
    shown = rows["filename"] + " " + rows["onset"] + " " + rows["offset"] + " " + rows["word"]
    times = {name: pd.to_numeric(rows[name], errors="coerce") for name in ("onset", "offset")}
    return rows.assign(row=shown, **times)


def named(root: Path, files: list[Path]) -> tuple[dict[str, str], dict[str, Path]]:
    """The recording_id by each name a file may be called, and the file by recording_id.

    A bare name that is several files' has the id "?".
    """
    ids = {stem(path.relative_to(root)): path for path in files}
    counts = Counter(Path(name).name for name in ids)
    by_name = {Path(name).name: name for name in ids}
    by_name = {name: found if counts[name] == 1 else "?" for name, found in by_name.items()}
    return by_name | {name: name for name in ids}, ids


def stem_of(name: str) -> str:
    """A file's name as the table writes it, with / and without the extension of audio."""
    name = name.replace("\\", "/").removeprefix("./")
    return name[: -len(Path(name).suffix)] if Path(name).suffix.lower() in AUDIO else name
