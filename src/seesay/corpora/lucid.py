"""LUCID (Baker and Hazan 2010): audio files with one table of word tokens, or with TextGrids.

If the folder holds `lucid_native.tokens.txt`, it is read: tab-separated with a header of at least
filename, onset, offset (s), word and talker. Otherwise the Praat TextGrids beside the audio files
are read, as the corpus is distributed (see `seesay.corpora.textgrid`). The file's name then gives
the talkers, the one on the first channel first.
"""

import re
from pathlib import Path

from pydantic import Field

from seesay.corpora import Evidence, Recording, Reject, SpokenWord, textgrid
from seesay.corpora.files import Listing
from seesay.corpora.spoken import AUDIO, Speech, files_below
from seesay.corpora.tsv import Columns, add_rows
from seesay.settings.facts import Reader
from seesay.shared.errors import InputError

ABOUT = Reader(
    "speech",
    "LUCID",
    layout="`NAME.TextGrid` with a word tier beside `NAME.wav`, in any folders, as LUCID is"
    " distributed; or `lucid_native.tokens.txt` and the wavs that it names",
    options="as `textgrid`",
    remedy=(
        "LUCID is the London UCL Clear Speech in Interaction Database (Valerie Hazan's group,"
        " University College London); its licence lets nobody hand it on, so everyone asks for it",
        "docs/paper.md says where to ask, and more of the layout",
    ),
)

TOKENS = "lucid_native.tokens.txt"
COLUMNS = Columns(file="filename", speaker="talker")
GRIDS = ".textgrid"
# Marks of noises, cut-off words and clitics; SIL and SILP are silence.
NOISES = re.compile(r"[<>!'-]|^(?i:silp?)$")
MARKS = "words with one of < > ! - ' dropped: noises, cut-offs and clitics"
# A letter for the sex and a number: F12, M3. Outside partners have one more letter: CF3, B2M1.
TALKER = re.compile(r"(?<![A-Za-z])(?:[BC]\d*)?[FM]\d+(?=[^/]*$)")


class Options(textgrid.Options):
    """How the TextGrids name tiers and talkers; the token table needs no options."""

    talker: re.Pattern[str] = Field(
        default=TALKER, description="regular expression of a talker in a recording's name"
    )
    noises: re.Pattern[str] = Field(
        default=NOISES, description="regular expression; a word in which it is found is dropped"
    )


def sources(root: Path, options: Options) -> list[Path]:
    """The token table or the TextGrids, and every audio file below `root`, sorted."""
    if (root / TOKENS).is_file():
        return [root / TOKENS, *files_below(root, *AUDIO)]
    found = files_below(root, *AUDIO, GRIDS)
    if not any(path.suffix.lower() == GRIDS for path in found):
        raise InputError(f"{root}: has no {TOKENS} and no TextGrid; see speech.corpora")
    return found


def read(root: Path, options: Options) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """Recordings, words and rejects of a LUCID folder.

    Words with one of the signs `< > ! - '` are noises, cut-offs and clitics; each recording counts
    them in one reject, with `by_rule` set. Raises InputError if the table lacks a column, or if
    there is neither a table nor a TextGrid.
    """
    files = sources(root, options)
    audio = [path for path in files if path.suffix.lower() in AUDIO]
    grids = [path for path in files if path.suffix.lower() == GRIDS]
    speech = Speech(root, audio, options.noises)
    textgrid.add_grids(speech, grids, options)
    if grids:
        return speech.result("interval of a TextGrid", MARKS)
    add_rows(speech, files[0], TOKENS, COLUMNS)
    return speech.result(f"row of {TOKENS}", MARKS)


def recognise(folder: Listing) -> Evidence | None:
    """Evidence of the layout: the table, or TextGrids that are all named by LUCID's talkers."""
    if TOKENS in folder.names and folder.audio:
        return Evidence(f"has {TOKENS}")
    grids = folder.ending(GRIDS) if folder.audio else []
    talkers = [TALKER.search(name.rpartition(".")[0]) for name in grids]
    if not grids or not all(talkers):
        return None
    return Evidence(f"all {len(grids):,} TextGrids have a talker as LUCID names them ({grids[0]})")
