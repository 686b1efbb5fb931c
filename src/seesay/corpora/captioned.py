"""Collects the pictures and captions of a reader: which belong together, and which are left out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field

from seesay.corpora import Picture, Reject
from seesay.corpora.files import (
    COMMON,
    foreign,
    irregular,
    is_picture,
    picture_called,
    stem,
    tails,
    visible_files,
)
from seesay.settings import Settings
from seesay.shared.errors import InputError
from seesay.shared.printable import composed


class Options(Settings):
    """Options of every picture reader."""

    captions_alone: bool = Field(
        default=False,
        description="a picture needs no file, its captions are enough: for the section fragments",
    )


@dataclass
class Corpus:
    """What a reader has collected so far.

    Attributes:
        files: The pictures by `image_id`.
        captions: The captions read for each `image_id`, by caption number.
        rejects: The rejects.
        captions_alone: Whether a caption makes a picture without a file.
    """

    files: dict[str, Path | None] = field(default_factory=dict)
    captions: dict[str, dict[int, str]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    captions_alone: bool = False

    def __post_init__(self) -> None:
        self.whole: dict[str, str] = {}  # ids by each path that ends in them
        self.ends: dict[str, list[str]] = {}  # ids by each end of their path
        self.refused: set[str] = set()
        for image_id, path in self.files.items():
            self._index(image_id, path)

    def _index(self, image_id: str, path: Path | None) -> None:
        if path is None:
            return
        named = composed(f"{image_id}{path.suffix}")
        self.whole[named] = image_id
        for end in {*tails(image_id), *tails(named)}:
            self.ends.setdefault(end, []).append(image_id)

    def add_folder(self, folder: Path) -> None:
        """Take the pictures below a folder.

        Raises InputError if there is none, unless captions alone are enough.
        """
        self.add_files(folder, visible_files(folder))
        for path in irregular(folder):
            self._refuse(path.relative_to(folder), "a pipe, a socket or a device; remove it")
        if not self.files and not self.captions_alone:
            first = next((f"; {r.id}: {r.reason}" for r in self.rejects), "; put some there")
            raise InputError(f"{folder}: no picture (JPEG, PNG, ...) below it{first}")

    def add_files(self, folder: Path, paths: Iterable[Path]) -> None:
        """Take the pictures among `paths`; a second file of one id is rejected.

        Ids are in Unicode's composed form, as captions are written; some file systems decompose.
        """
        for path in sorted(paths, key=_common_first):
            name = path.relative_to(folder)
            if is_picture(path):
                first = self.files.get(stem(name))
                if first is not None:
                    reason = f"its id is that of {first.name!r} too; rename or remove one"
                    self._refuse(name, reason)
                else:
                    self.files[stem(name)] = path
                    self._index(stem(name), path)
            elif foreign(path):
                self._refuse(name, f"{foreign(path)}, which is not read; save it as PNG or JPEG")

    def _refuse(self, name: Path, reason: str) -> None:
        self.rejects.append(Reject(name.as_posix(), reason))
        self.refused |= set(tails(composed(name.as_posix()))) | set(tails(stem(name)))

    def add_caption(self, where: str, name: str, number: int | None, text: str) -> None:
        """Take a caption of the picture `name` (an id, or a file's name below the folder).

        `where` is the row's `file:line`; a caption without a number is the picture's next.
        """
        image_id = self.claim(name)
        if image_id is None:
            self.rejects.append(Reject(where, self.why_none(name)))
        else:
            self.add(where, image_id, number, text)

    def add(self, where: str, image_id: str, number: int | None, text: str) -> None:
        """Take a caption of a known picture."""
        known = self.captions.setdefault(image_id, {})
        number = len(known) if number is None else number
        if number in known:
            reason = f"a second caption {number} of {image_id!r}; number each one once"
            self.rejects.append(Reject(where, reason))
        else:
            known[number] = text

    def claim(self, name: str) -> str | None:
        """`id_of`, but if captions alone are enough, makes a picture without a file."""
        found = self.matches(name)
        if len(found) == 1:
            return found[0]
        path = Path(name.replace("\\", "/"))
        if found or not self.captions_alone or path.name in ("", ".."):
            return None
        image_id = picture_called(name)
        self.files[image_id] = None
        return image_id

    def id_of(self, name: str) -> str | None:
        """The id of the picture that a list names; None unless there is exactly one."""
        found = self.matches(name)
        return found[0] if len(found) == 1 else None

    def matches(self, name: str) -> list[str]:
        """The ids that a list may mean by `name`: a path, or an end that several paths may share.

        Ignores folders in the name that the corpus does not have.
        """
        name = composed(name.replace("\\", "/"))
        for end in tails(name):
            if end in self.whole:
                return [self.whole[end]]
            if end in self.files:
                return [end]
            path = Path(end)
            if is_picture(path) and self.files.get(stem(path), path) is None:
                return [stem(path)]
            if end == name and end in self.ends:
                return sorted(set(self.ends[end]))
        return []

    def why_none(self, name: str, what: str = "a caption") -> str:
        """Why `what` does not name exactly one picture."""
        found = self.matches(name)
        if len(found) > 1:
            return f"{what} for one of several pictures: {found[:2]}; give its folder too"
        path = Path(composed(name.replace("\\", "/")))
        if {path.as_posix(), stem(path)} & self.refused:
            return f"{what} for a picture that was refused: {name!r}; see its own row"
        return f"{what} for no picture: {name!r}; add the picture or remove the row"

    def pictures(self, splits: dict[str, str] | None = None) -> list[Picture]:
        """All pictures by id, each with its captions by number and its split, if listed."""
        found = []
        for image_id, path in sorted(self.files.items()):
            numbered = self.captions.get(image_id, {})
            captions = tuple(numbered[number] for number in sorted(numbered))
            found.append(Picture(image_id, path, captions, (splits or {}).get(image_id)))
        return found


def _common_first(path: Path) -> tuple[bool, Path]:
    return path.suffix.lower() not in COMMON, path
