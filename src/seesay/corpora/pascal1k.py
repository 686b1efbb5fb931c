"""Pascal1K, the UIUC Pascal Sentences (Rashtchian et al. 2010).

JPEGs, flat or one folder a category, at the root or below `images/`; the sentences of a picture,
one a line, in `sentence/` under the same relative path or beside the picture, or all of them in
`sentences.tsv` (image, sent_no, and caption or orig_sent).
"""

from pathlib import Path

from seesay.corpora import Picture, Reject, pictures_below, read_table
from seesay.errors import InputError

TABLE = "sentences.tsv"


def sources(root: Path) -> list[Path]:
    """Every picture and every text that reading depends on, sorted."""
    pictures = pictures_below(folder(root))
    if (root / TABLE).is_file():
        return sorted([*pictures, root / TABLE])
    return sorted([*pictures, *(p for p in root.rglob("*.txt") if not p.name.startswith("."))])


def folder(root: Path) -> Path:
    """Where the pictures are. Raises InputError when there is no such folder."""
    if not root.is_dir():
        raise InputError(f"{root}: no such folder; set pictures.path to the folder of Pascal1K")
    return root / "images" if (root / "images").is_dir() else root


def read(root: Path) -> tuple[list[Picture], list[Reject]]:
    """Pictures with their sentences, and rejects."""
    base = folder(root)
    pictures = {p.relative_to(base).with_suffix("").as_posix(): p for p in pictures_below(base)}
    if not pictures:
        raise InputError(f"{base}: holds no JPEG; set pictures.path to the folder of Pascal1K")
    if (root / TABLE).is_file():
        captions, rejects = read_table(root / TABLE, set(pictures))
    else:
        captions, rejects = _texts(root, base, pictures)
    return [Picture(i, path, captions.get(i, ())) for i, path in sorted(pictures.items())], rejects


def _texts(
    root: Path, base: Path, pictures: dict[str, Path]
) -> tuple[dict[str, tuple[str, ...]], list[Reject]]:
    texts = {}
    for place in (base, root / "sentence"):
        if place.is_dir():
            for path in sorted(place.rglob("*.txt")):
                if not path.name.startswith("."):
                    texts[path.relative_to(place).with_suffix("").as_posix()] = path
    captions, rejects = {}, []
    for image_id, path in sorted(texts.items()):
        if image_id not in pictures:
            if path.parent != root:
                rejects.append(Reject(str(path), "captions of no picture; add the picture"))
            continue
        try:
            lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
        except UnicodeDecodeError as error:
            rejects.append(Reject(str(path), f"not UTF-8 ({error.reason}); save it as UTF-8"))
            continue
        captions[image_id] = tuple(lines)
    return captions, rejects
