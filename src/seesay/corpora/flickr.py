"""Shared by Flickr8k and Flickr30k: photographs in one folder, captions in one file."""

from dataclasses import dataclass, field
from pathlib import Path

from seesay.corpora import Evidence, Picture, Reject
from seesay.corpora.captioned import Corpus, Options
from seesay.corpora.files import Listing, folder_among, is_picture, text_among, visible_files
from seesay.corpora.listing import COLUMNS, read_lists, read_table, read_tokens
from seesay.shared.errors import InputError

TABLES = ("captions.tsv", "captions.csv", "captions.txt")


@dataclass(frozen=True)
class Layout:
    """The names of a corpus's files.

    Attributes:
        folders: Folders of the photographs, in any case; otherwise they are below the corpus's.
        texts: A folder that may hold the texts instead of the corpus's.
        captions: Files of captions: the first that exists, or anywhere below.
        lists: The list of the pictures of each split.
    """

    folders: tuple[str, ...]
    texts: str
    captions: tuple[str, ...]
    lists: dict[str, str] = field(default_factory=dict)

    def photographs(self, root: Path) -> Path:
        """The folder of the photographs."""
        return folder_among(root, self.folders)

    def captions_of(self, root: Path) -> Path:
        """The file of the captions."""
        found = text_among(root, (root, root / self.texts), self.captions)
        if found is None:
            other = next(
                (f"; {p.name} may be for the reader karpathy" for p in sorted(root.glob("*.json"))),
                "",
            )
            wanted = ", ".join(self.captions)
            raise InputError(f"{root}: no captions; expected one of {wanted}{other}")
        return found

    def lists_of(self, root: Path) -> dict[str, Path]:
        """The existing list of each split, in the texts' folder or beside the captions."""
        for folder in (root / self.texts, root, self.captions_of(root).parent):
            paths = {split: folder / name for split, name in self.lists.items()}
            if any(path.exists() for path in paths.values()):
                return paths
        return {}


def sources(root: Path, layout: Layout) -> list[Path]:
    """Every file that reading depends on: the photographs, the captions, the split's lists."""
    found = visible_files(layout.photographs(root))
    photographs = [path for path in found if is_picture(path)]
    lists = [path for path in layout.lists_of(root).values() if path.exists()]
    return sorted({*photographs, layout.captions_of(root), *lists})


def read(root: Path, options: Options, layout: Layout) -> tuple[list[Picture], list[Reject]]:
    """Read the photographs' names, their captions and their splits.

    Raises InputError when the folder, its photographs or its captions are missing.
    """
    base = layout.photographs(root)
    corpus = Corpus(captions_alone=options.captions_alone)
    corpus.add_folder(base)
    path = layout.captions_of(root)
    where = path.relative_to(root).as_posix()
    if path.name.endswith((".token", ".token.txt")):
        read_tokens(path, where, corpus)
    else:
        read_table(path, where, corpus)
    splits, rejects = read_lists(layout.lists_of(root), corpus)
    return corpus.pictures(splits), corpus.rejects + rejects


def recognise(folder: Listing, layout: Layout, names: tuple[str, ...]) -> Evidence | None:
    """Evidence of the layout by its first file of captions among `names`; a table by its header."""
    for name in names if folder.pictures else ():
        found = folder.find(name)
        columns = [column.lower() for column in folder.columns(found, "\t|,")] if found else []
        is_table = all(set(columns) & set(COLUMNS[column]) for column in ("image", "caption"))
        if found and (is_table or name.endswith((".token", ".token.txt"))):
            above = found.rpartition("/")[0]
            lists = {f"{above}/{each}".lstrip("/") for each in layout.lists.values()}
            split = bool(lists) and lists <= set(folder.names)
            shown = f"{found} has the columns {', '.join(columns)}" if is_table else f"has {found}"
            return Evidence(shown + f", and {', '.join(sorted(lists))}" * split, split=split)
    return None
