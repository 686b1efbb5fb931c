"""Files of a corpus's folder: which exist, and which are pictures or sounds."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from seesay.corpora import Reject
from seesay.shared.errors import InputError
from seesay.shared.printable import composed

PICTURES = (".jpg", ".jpeg", ".png", ".jfif", ".webp", ".bmp", ".gif", ".tif", ".tiff")
COMMON = PICTURES[:3]  # preferred if two files have one id
# Unsupported picture formats, by the end of the name.
FOREIGN = {
    (".svg", ".svgz"): "a drawing of lines (SVG)",
    (".heic", ".heif"): "a HEIC picture",
    (".avif",): "an AVIF picture",
    (".jxl", ".jp2", ".j2k"): "a JPEG XL or JPEG 2000 picture",
    (".psd", ".xcf", ".eps", ".ai", ".pdf"): "a document of a drawing program",
    (".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".raf"): "a camera's raw picture",
    (".ico", ".tga", ".pcx", ".ppm", ".pgm", ".pbm"): "a picture of a rare kind",
}
# Suffixes that `seesay.shared.sound` reads, and other suffixes of audio.
AUDIO = (
    *(".wav", ".wave", ".rf64", ".w64", ".flac", ".aif", ".aiff", ".aifc", ".au", ".snd", ".caf"),
    *(".sph", ".ogg", ".oga", ".opus", ".mp3", ".mp2", ".mp1", ".mpga"),
)
UNREAD = (
    *(".m4a", ".m4b", ".aac", ".alac", ".mp4", ".m4v", ".mov", ".3gp", ".wma", ".wmv", ".asf"),
    *(".webm", ".weba", ".mka", ".mkv", ".avi", ".amr", ".awb", ".ac3", ".ape", ".wv", ".tta"),
    *(".spx", ".shn", ".gsm", ".ra", ".voc", ".htk", ".iff", ".8svx", ".avr", ".paf", ".pvf"),
)
TIMES = (".textgrid", ".ctm", ".wrd")  # files of word times beside audio
HEAD = 2**16  # bytes of a file that tell its format
# Folders that operating systems leave in archives and on disks.
DEBRIS = ("__MACOSX", "@eaDir", "$RECYCLE.BIN")


def visible_files(root: Path) -> list[Path]:
    """Every regular file below a folder that is not hidden, nor in a hidden folder, sorted.

    Includes broken links. Raises InputError if the folder does not exist, or cannot be listed.
    """
    return [path for path in _visible(root) if path.is_file() or not path.exists()]


def irregular(root: Path) -> list[Path]:
    """Other visible things below a folder: pipes, sockets and devices, which may never end."""
    return [path for path in _visible(root) if path.exists() and not path.is_file()]


def _visible(root: Path) -> list[Path]:
    if not root.is_dir():
        raise InputError(f"{root}: no such folder; correct its path in pictures.corpora")
    found: list[Path] = []
    seen = {root.resolve()}
    for folder, below, names in os.walk(root, followlinks=True, onerror=_unreadable):
        below.sort()
        kept = []
        for name in below:
            # A link back to a folder above would list every picture again, under other ids.
            real = Path(folder, name).resolve()
            if not name.startswith(".") and name not in DEBRIS and real not in seen:
                seen.add(real)
                kept.append(name)
        below[:] = kept
        found += [Path(folder, name) for name in names if not name.startswith(".")]
    return sorted(found)


def _unreadable(error: OSError) -> None:
    raise InputError(f"{error.filename}: cannot be looked into ({error.strerror}); correct it")


def is_picture(path: Path) -> bool:
    """Whether a file is a supported picture, by its name."""
    return path.suffix.lower() in PICTURES


def picture_called(name: str) -> str:
    """The id of a picture that a list names by its file, with or without extension."""
    path = Path(name.replace("\\", "/"))
    return stem(path) if is_picture(path) else composed(path.as_posix() if name else "")


def foreign(path: Path) -> str:
    """The unsupported picture format of a file, by its name; "" for every other file."""
    suffix = path.suffix.lower()
    return next((kind for suffixes, kind in FOREIGN.items() if suffix in suffixes), "")


def folder_among(root: Path, names: Sequence[str]) -> Path:
    """The first of the folders `names` in `root`, in any case; `root` if there is none."""
    if not root.is_dir():
        raise InputError(f"{root}: no such folder; correct its path in pictures.corpora")
    # Of two that differ only in case, take the one in small letters.
    there = {path.name.casefold(): path for path in sorted(root.iterdir()) if path.is_dir()}
    exact = [root / name for name in names if (root / name).is_dir()]
    found = [there[name.casefold()] for name in names if name.casefold() in there]
    return next(iter(exact + found), root)


def text_among(root: Path, folders: Sequence[Path], names: Sequence[str]) -> Path | None:
    """The first of the files `names` in one of `folders`, or anywhere below `root`.

    None if there is none. Raises InputError if several lie equally deep below `root`.
    """
    for name in names:
        for folder in folders:
            if (folder / name).is_file():
                return folder / name
    below = visible_files(root)
    for name in names:
        found = [path for path in below if path.name == name]
        depth = min((len(path.parts) for path in found), default=0)
        highest = [path for path in found if len(path.parts) == depth]
        if len(highest) > 1:
            raise InputError(f"{highest[0]} and {highest[1]}: two lists of captions; leave one")
        if highest:
            return highest[0]
    return None


def coco(content: Any) -> str:
    """What a JSON file in COCO's own layout holds; "" for other files."""
    notes = content.get("annotations", []) if isinstance(content, dict) else None
    images = content.get("images") if isinstance(content, dict) else None
    if not isinstance(notes, list) or not isinstance(images, list):
        return ""
    if "annotations" not in content:  # such as image_info_test2014.json
        alone = any(isinstance(image, dict) and "file_name" in image for image in images[:1])
        return "pictures alone" if alone else ""
    first = notes[0] if notes and isinstance(notes[0], dict) else {}
    kinds = {"caption": "captions", "keypoints": "key points", "segments_info": "segments"}
    return next((kind for key, kind in kinds.items() if key in first), "boxes")


def stem(path: Path) -> str:
    """A relative path as an id: with `/`, without the extension, composed."""
    return composed((path.with_suffix("") if path.name else path).as_posix())


def tails(name: str) -> Iterator[str]:
    """A path, then without its first folder, and so on."""
    steps = name.split("/")
    for start in range(len(steps)):
        yield "/".join(steps[start:])


def unread(root: Path) -> list[Reject]:
    """Rejects for audio files below a folder in unsupported formats.

    A file is fine if a readable one has the same name beside it.
    """
    rejects = []
    paths = sorted([*visible_files(root), *irregular(root)])
    read = {path.with_suffix("") for path in paths if path.suffix.lower() in AUDIO}
    for path in paths:
        suffix = path.suffix.lower()
        if suffix in UNREAD:
            reason = f"{suffix[1:]} is a format that is not read; convert it to flac or wav"
        elif suffix in (*AUDIO, *TIMES) and not path.is_file():
            reason = "is no regular file, or a link to none; put one in its place"
        else:
            continue
        converted = suffix in UNREAD and path.with_suffix("") in read
        rejects.append(Reject(path.relative_to(root).as_posix(), reason, by_rule=converted))
    return rejects


@dataclass(frozen=True)
class Listing:
    """A folder as `recognise` of a reader sees it: the names of all files, the beginnings of some.

    Attributes:
        root: The folder.
        names: The visible files below it, relative, with `/`, sorted. None of them was opened.
    """

    root: Path
    names: tuple[str, ...]

    @classmethod
    def look(cls, root: Path) -> "Listing":
        """List a folder. Raises InputError if it does not exist, or cannot be listed."""
        start = len(root.parts)
        return cls(root, tuple("/".join(path.parts[start:]) for path in _visible(root)))

    @cached_property
    def pictures(self) -> list[str]:
        """The pictures, by their names."""
        return self.ending(*PICTURES)

    @cached_property
    def audio(self) -> list[str]:
        """The recordings in readable formats, by their names."""
        return self.ending(*AUDIO)

    def ending(self, *suffixes: str) -> list[str]:
        """The files with one of these suffixes, in any case."""
        return [name for name in self.names if name.lower().endswith(suffixes)]

    def top(self, *suffixes: str) -> list[str]:
        """Those of them that lie in the folder itself."""
        return [name for name in self.ending(*suffixes) if "/" not in name]

    def find(self, name: str) -> str:
        """The file of this name that lies highest; "" if there is none.

        Raises InputError if several lie equally high: the folder holds several corpora.
        """
        found = [each for each in self.names if f"/{each}".endswith(f"/{name}")]
        found.sort(key=lambda each: (each.count("/"), each))
        if len(found) > 1 and found[0].count("/") == found[1].count("/"):
            raise InputError(
                f"{self.root}: has {found[0]} and {found[1]}; give the folder of one corpus"
            )
        return found[0] if found else ""

    def head(self, name: str) -> str:
        """The beginning of a file as text; "" for a pipe, which may never end, or a broken link.

        Raises InputError if the file may not be read.
        """
        path = self.root / name
        if not path.is_file():
            return ""
        try:
            with path.open("rb") as file:
                return file.read(HEAD).decode("utf-8-sig", errors="replace")
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); correct it") from error

    def columns(self, name: str, separators: str) -> list[str]:
        """The cells of a file's first line, at the first of the separators that it has."""
        line = next(iter(self.head(name).splitlines()), "")
        separator = next((mark for mark in separators if mark in line), separators[-1])
        return [cell.strip().strip('"') for cell in line.split(separator)]
