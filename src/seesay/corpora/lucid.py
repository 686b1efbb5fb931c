"""LUCID (Baker and Hazan 2010): wav files and one table of word tokens.

The folder holds `lucid_native.tokens.txt`, tab-separated with a header of at least filename,
onset, offset (s), word and talker, and the wav files that it names, in any subfolder.
"""

from pathlib import Path

import pandas as pd

from seesay.corpora import Recording, Reject, SpokenWord
from seesay.errors import InputError

TOKENS = "lucid_native.tokens.txt"
COLUMNS = ("filename", "onset", "offset", "word", "talker")
# They mark noises, cut-off words and clitics.
MARKS = r"[<>!\-']"


def sources(root: Path) -> list[Path]:
    """The token table and every wav or flac file below `root`, sorted."""
    if not root.is_dir():
        raise InputError(f"{root}: no such folder; set speech.path to the folder of LUCID")
    if not (root / TOKENS).is_file():
        raise InputError(f"{root}: has no {TOKENS}; set speech.path to the folder that has it")
    return [root / TOKENS, *audio(root)]


def audio(root: Path) -> list[Path]:
    """Every audio file below `root`, sorted, hidden ones left out."""
    return sorted(
        path
        for path in root.rglob("*")
        if path.suffix.lower() in (".wav", ".flac") and not path.name.startswith(".")
    )


def read(root: Path) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """Recordings, words and rejects of a LUCID folder."""
    table, *files = sources(root)
    try:
        rows = pd.read_csv(table, sep="\t", dtype=str, keep_default_na=False, quoting=3)
    except (UnicodeDecodeError, ValueError) as error:
        raise InputError(f"{table}: not a tab-separated UTF-8 table ({error})") from error
    missing = [name for name in COLUMNS if name not in rows.columns]
    if missing:
        raise InputError(
            f"{table}: the header lacks {', '.join(missing)}; it wants {', '.join(COLUMNS)}"
        )
    rows = rows.fillna("")
    by_name: dict[str, Path] = {}
    for path in files:
        relative = path.relative_to(root).with_suffix("").as_posix()
        by_name.setdefault(path.stem, path)
        by_name[relative] = path
    rows["line"] = rows.index + 2
    rows["name"] = rows["filename"].str.replace(r"\.(wav|flac)$", "", regex=True, case=False)
    onset = pd.to_numeric(rows["onset"], errors="coerce")
    offset = pd.to_numeric(rows["offset"], errors="coerce")
    rows = rows.assign(start=onset, end=offset)
    marked = rows["word"].str.contains(MARKS, regex=True)
    problems = {
        "no onset or offset in seconds": onset.isna() | offset.isna(),
        "the offset is not after the onset": offset <= onset,
        "a negative onset": onset < 0,
        "no word": rows["word"].str.strip() == "",
        "no talker": rows["talker"].str.strip() == "",
        "no such audio file below the folder": ~rows["name"].isin(by_name),
    }
    rejects, good = [], ~marked
    for reason, bad in problems.items():
        for row in rows[bad & good].itertuples():
            rejects.append(
                Reject(
                    f"{TOKENS}:{row.line}",
                    f"{reason}: {row.filename}, {row.onset}, {row.offset}, {row.word!r}",
                )
            )
        good &= ~bad
    for name, count in rows[marked].groupby("name").size().items():
        rejects.append(
            Reject(
                f"{TOKENS}:{name}", f"{count} words with a noise, cut-off or clitic mark dropped"
            )
        )
    rows = rows[good]
    ids = {
        name: by_name[name].relative_to(root).with_suffix("").as_posix()
        for name in rows["name"].unique()
    }
    recording = rows["name"].map(ids)
    talkers = rows.groupby(recording)["talker"].first()
    recordings = [Recording(i, by_name[i], talkers[i]) for i in sorted(set(recording))]
    words = [
        SpokenWord(*fields)
        for fields in zip(
            recording,
            rows["talker"],
            rows["word"].str.strip(),
            rows["start"],
            rows["end"],
            strict=True,
        )
    ]
    words.sort(key=lambda word: (word.recording_id, word.onset, word.offset))
    return recordings, words, rejects
