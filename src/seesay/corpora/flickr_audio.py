"""Flickr8k Audio Captions (Harwath and Glass 2015): `wavs/`, `wav2spk.txt`, `flickr_8k.ctm`.

The CTM names a file after the picture and the caption's number, `NAME.jpg_#0`; the wav is
`NAME_0.wav`, and each line of `wav2spk.txt` has its name and its talker's number. A word's picture
is `NAME`, as in the reader `flickr8k`.
"""

import re
from pathlib import Path

from pydantic import Field

from seesay.corpora import Recording, Reject, SpokenWord, ctm
from seesay.corpora.spoken import called
from seesay.settings.facts import Reader

ABOUT = Reader(
    "speech",
    "Flickr8k Audio Captions",
    layout="Flickr8k Audio Captions: `wavs/`, `wav2spk.txt`, `flickr_8k.ctm`",
    options="as `ctm`",
)

SPOKEN = re.compile(
    r"(.+?)(?:(?:\.jpg)?_?#\d+|_\d)"
)  # a spoken caption, in either form of its name


class Options(ctm.Options):
    """As for any CTM; the list of talkers has another name."""

    talkers: str | None = Field(
        default="wav2spk.txt", description="list below the folder: a wav's name and its talker"
    )


def sources(root: Path, options: Options) -> list[Path]:
    """The CTM, the list of talkers and every wav below `root`, sorted."""
    return ctm.sources(root, options)


def read(root: Path, options: Options) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """Recordings, words and rejects of the spoken captions."""
    return ctm.read_renamed(root, options, wav_name, picture)


def wav_name(name: str) -> str:
    """`NAME.jpg_#0` or `NAME.jpg#0` as the wav's name, `NAME_0`; other names as they are."""
    before, mark, number = name.rpartition("#")
    if not mark:
        return name
    return f"{before.rstrip('_').removesuffix('.jpg')}_{number}"


def picture(name: str) -> str:
    """The picture of a spoken caption: `NAME` for `NAME.jpg_#0` and for `NAME_0`.

    "" for a name of another form.
    """
    found = SPOKEN.fullmatch(called(name).rpartition("/")[2])
    return found[1] if found else ""
