"""What Flickr8k and Flickr30k share: photographs in one folder, captions in one file."""

from dataclasses import dataclass, field
from pathlib import Path

from seesay.corpora import Picture, Reject
from seesay.corpora.listing import (
    PICTURES,
    Corpus,
    Options,
    read_lists,
    read_table,
    read_tokens,
    visible_files,
)
from seesay.errors import InputError

TABLES = ("captions.tsv", "captions.csv", "captions.txt")


@dataclass(frozen=True)
class Layout:
    """What a corpus's files are called.

    Attributes:
        folders: The folder of the photographs: the first that is there, or else the corpus's.
        texts: A folder in which the texts may be instead of the corpus's.
        captions: The file of the captions: the first that is there.
        lists: The list of the pictures of each split.
    """

    folders: tuple[str, ...]
    texts: str
    captions: tuple[str, ...]
    lists: dict[str, str] = field(default_factory=dict)

    def photographs(self, root: Path) -> Path:
        """The folder of the photographs."""
        if not root.is_dir():
            raise InputError(f"{root}: no such folder; mend its path in pictures.corpora")
        return next((root / name for name in self.folders if (root / name).is_dir()), root)

    def captions_of(self, root: Path) -> Path:
        """The file of the captions."""
        for name in self.captions:
            for folder in (root, root / self.texts):
                if (folder / name).is_file():
                    return folder / name
        raise InputError(f"{root}: no captions; it wants one of {', '.join(self.captions)}")

    def lists_of(self, root: Path) -> dict[str, Path]:
        """The list of each split, in the folder of the lists; none where none is there."""
        texts = root / self.texts
        inside = any((texts / name).exists() for name in self.lists.values())
        paths = {split: (texts if inside else root) / name for split, name in self.lists.items()}
        return paths if any(path.exists() for path in paths.values()) else {}


def sources(root: Path, layout: Layout) -> list[Path]:
    """Every file that reading depends on: the photographs, the captions, the split's lists."""
    found = visible_files(layout.photographs(root))
    photographs = [path for path in found if path.suffix.lower() in PICTURES]
    lists = [path for path in layout.lists_of(root).values() if path.exists()]
    return sorted({*photographs, layout.captions_of(root), *lists})


def read(root: Path, options: Options, layout: Layout) -> tuple[list[Picture], list[Reject]]:
    """Read the photographs' names, their captions and their splits.

    Raises InputError when the folder, its photographs or its captions are missing.
    """
    base = layout.photographs(root)
    corpus = Corpus(captions_alone=options.captions_alone)
    corpus.add_files(base, visible_files(base))
    if not corpus.files and not options.captions_alone:
        raise InputError(f"{base}: no JPEG or PNG picture in it; put the photographs there")
    path = layout.captions_of(root)
    where = path.relative_to(root).as_posix()
    if path.name.endswith((".token", ".token.txt")):
        read_tokens(path, where, corpus)
    else:
        read_table(path, where, corpus)
    splits, rejects = read_lists(layout.lists_of(root), corpus.id_of)
    return corpus.pictures(splits), corpus.rejects + rejects
