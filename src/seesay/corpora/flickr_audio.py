"""Flickr8k Audio Captions (Harwath and Glass 2015): `wavs/`, `wav2capt.txt`, `wav2spk.txt`.

Each wav says a caption: a line of `wav2capt.txt` has its name, its picture's and the caption's
number (`NAME_0.wav NAME.jpg #0`); without that file they come from the wav's name. A line of
`wav2spk.txt` has a wav's name and its talker's number. The words' times are in `flickr_8k.ctm`,
which names a file after the picture and the caption's number, `NAME.jpg_#0`; without a CTM the
words have no times, and what is said is what is written in the caption. Pictures are named as in
the reader `flickr8k`.
"""

import re
from pathlib import Path

from pydantic import Field

from seesay.corpora import Evidence, Recording, Reject, SpokenWord, ctm
from seesay.corpora.files import Listing, picture_called
from seesay.corpora.listing import is_number, lines
from seesay.corpora.spoken import AUDIO, Speech, called, files_below, named_file
from seesay.settings.facts import Reader

ABOUT = Reader(
    "speech",
    "Flickr8k Audio Captions",
    layout="Flickr8k Audio Captions: `wavs/`, `wav2capt.txt`, `wav2spk.txt`, optionally"
    " `flickr_8k.ctm`",
    options="`talkers` (wav2spk.txt), `captions` (wav2capt.txt), `talker`, `noises`",
    remedy=(
        "Flickr8k Audio Captions are from MIT (Harwath and Glass 2015); the word times in"
        " flickr_8k.ctm come with other works on the corpus, and alignment can make them",
    ),
)

SPOKEN = re.compile(
    r"(.+?)(?:(?:\.jpg)?_?#(\d+)|_(\d))"
)  # a spoken caption, in either form of its name
Caption = tuple[str, int]  # picture, and number of the caption


class Options(ctm.Options):
    """As for any CTM; the list of talkers has another name."""

    talkers: str | None = Field(
        default="wav2spk.txt", description="list below the folder: a wav's name and its talker"
    )
    captions: str = Field(
        default="wav2capt.txt",
        description="list below the folder: a wav's name, its picture's and #number of the caption;"
        " names tell it where the file or its line is missing",
    )


def sources(root: Path, options: Options) -> list[Path]:
    """The CTM, the lists of talkers and captions, and every wav below `root`, sorted."""
    lists = [] if options.talkers is None else [named_file(root, options.talkers, "talkers")]
    lists += [path for path in [root / options.captions] if path.is_file()]
    return sorted({*lists, *files_below(root, *AUDIO, ctm.CTM)})


def read(root: Path, options: Options) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """Recordings, words and rejects of the spoken captions."""
    files = sources(root, options)
    rejects: list[Reject] = []
    listed = captions(root, options, rejects)

    def caption(name: str) -> Caption | None:
        return listed.get(called(wav_name(name)).rpartition("/")[2]) or by_name(name)

    if any(path.suffix.lower() == ctm.CTM for path in files):
        found = ctm.read_renamed(root, options, wav_name, caption)
        return found[0], found[1], [*rejects, *found[2]]
    speech = Speech(root, [path for path in files if path.suffix.lower() in AUDIO])
    speech.rejects += rejects
    known = {}
    if options.talkers is not None:
        known = ctm.talkers(root / options.talkers, options.talkers, speech.rejects)
    for name, path in speech.files.items():
        own = path.stem
        talker = own if options.talkers is None else known.get((own, None), "")
        speech.say(name, name, talker, "", *(caption(own) or ("", None)))
    return speech.result("line of a CTM file")


def captions(root: Path, options: Options, rejects: list[Reject]) -> dict[str, Caption]:
    """The caption that each wav (its name without extension) says, from the list."""
    found: dict[str, Caption] = {}
    path = root / options.captions
    for line, text in lines(path, options.captions, rejects) if path.is_file() else ():
        cells = text.split()
        number = cells[-1].removeprefix("#") if cells else ""
        if len(cells) == 3 and is_number(number):
            found[called(cells[0])] = (picture_called(cells[1]), int(number))
        elif cells:
            reason = f"expected a wav, a picture and the number of its caption: {text.strip()}"
            rejects.append(Reject(f"{options.captions}:{line}", reason))
    return found


def wav_name(name: str) -> str:
    """`NAME.jpg_#0` or `NAME.jpg#0` as the wav's name, `NAME_0`; other names as they are."""
    before, mark, number = name.rpartition("#")
    if not mark:
        return name
    return f"{before.rstrip('_').removesuffix('.jpg')}_{number}"


def by_name(name: str) -> Caption | None:
    """The caption by a recording's name: picture `NAME` and 0 for `NAME.jpg_#0` and `NAME_0`.

    None for a name of another form.
    """
    found = SPOKEN.fullmatch(called(name).rpartition("/")[2])
    return (found[1], int(found[2] or found[3])) if found else None


def recognise(folder: Listing) -> Evidence | None:
    """Evidence of the layout: one of its lists, and recordings."""
    lists = [name for name in ("wav2capt.txt", "wav2spk.txt") if name in folder.names]
    if not lists or not folder.audio:
        return None
    times = folder.ending(ctm.CTM)
    options = {} if "wav2spk.txt" in lists else {"talkers": None}
    said = f"has {' and '.join(lists)}, {f'times in {times[0]}' if times else 'no word times'}"
    return Evidence(said, options, timed=bool(times), spoken=True)
