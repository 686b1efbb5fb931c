"""Which reader fits a folder: asks each reader of a stage, and says what it saw if none does."""

import importlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from seesay.audio import transcripts
from seesay.corpora import READERS, Evidence
from seesay.corpora.files import UNREAD, Listing
from seesay.settings.choice import about
from seesay.shared.errors import InputError
from seesay.shared.printable import printable

Stage = Literal["pictures", "speech"]
ALIGNMENT = "alignment"  # in place of a reader: recordings with transcripts beside them
PAGE = "docs/your-own-corpus.md"


@dataclass(frozen=True)
class Recognised:
    """A folder, its reader, and why.

    Attributes:
        path: The folder, as it was given.
        reader: The name of the reader; `ALIGNMENT` for recordings with transcripts beside them.
        evidence: What decided.
        files: How many visible files the folder has.
    """

    path: str
    reader: str
    evidence: Evidence
    files: int

    @property
    def title(self) -> str:
        """The name of the layout."""
        if self.reader == ALIGNMENT:
            return "recordings with transcripts"
        return str(about("seesay.corpora", self.reader).title)


def recognised(stage: Stage, path: str, wanted: str | None = None) -> Recognised:
    """The reader of a folder; of several the one with the highest rank, or the one wanted.

    Raises InputError, in one line, if the folder does not exist, if no reader's layout fits, or if
    several fit equally well.
    """
    shown = printable(path)
    try:
        root = Path(path).expanduser()
    except RuntimeError:
        raise InputError(f"{shown}: no such user's home; write the path in full") from None
    if not root.is_dir():
        raise InputError(f"{shown}: no such folder; give the folder of the {stage}")
    names = (*READERS[stage], ALIGNMENT) if stage == "speech" else READERS[stage]
    if wanted is not None and wanted not in names:
        raise InputError(f"{wanted}: no reader of {stage}; there are {', '.join(names)}")
    folder = Listing.look(root)
    found = {name: _evidence(name, folder) for name in ([wanted] if wanted else names)}
    fits = {name: evidence for name, evidence in found.items() if evidence}
    if not fits:
        what = f"not the layout of {wanted}" if wanted else f"no layout of {stage} that is known"
        raise InputError(f"{shown}: {what}; it has {_seen(stage, folder)}; see {PAGE}")
    highest = max(evidence.rank for evidence in fits.values())
    best = {name: evidence for name, evidence in fits.items() if evidence.rank == highest}
    if len(best) > 1:
        said = "; ".join(f"{name} ({printable(each.said)})" for name, each in best.items())
        raise InputError(
            f"{shown}: {len(best)} layouts fit: {said}; choose one with --{stage}-reader, see"
            f" {PAGE}"
        )
    return Recognised(path, *best.popitem(), len(folder.names))


def _evidence(name: str, folder: Listing) -> Evidence | None:
    if name == ALIGNMENT:
        return transcripts.recognise(folder)
    found: Evidence | None = importlib.import_module(f"seesay.corpora.{name}").recognise(folder)
    return found


def _seen(stage: Stage, folder: Listing) -> str:
    """What a folder holds: how many files of each kind, with an example, and a likely mistake."""
    kinds = Counter(PurePosixPath(name).suffix.lower() for name in folder.names)
    shown = []
    for kind, count in kinds.most_common(4):
        example = next(n for n in folder.names if PurePosixPath(n).suffix.lower() == kind)
        shown.append(f"{count:,} {kind or 'without suffix'} ({printable(example)})")
    if len(kinds) > len(shown):
        shown.append("others")
    unread = folder.ending(*UNREAD)
    if stage == "pictures" and folder.audio and not folder.pictures:
        shown.append("but no picture: seesay init PICTURES SPEECH has the pictures first")
    elif stage == "pictures" and folder.pictures:
        shown.append("but no captions in a known form: give the folder that holds them too")
    elif stage == "speech" and not folder.audio and unread:
        shown.append("but no recording that is read: convert them to flac or wav")
    elif stage == "speech" and not folder.audio:
        shown.append("but no recording")
    return ", ".join(shown) if kinds else "no file"
