"""Karpathy's JSON: captions and splits of Flickr8k, Flickr30k or COCO in one file.

`dataset_flickr8k.json` and similar files hold `images`, each with a `filename`, a `split` (train,
val, test; in COCO also restval), `sentences` with their `raw` text, and in COCO the picture's
folder as `filepath`. Photographs are in a folder named as for Flickr8k or Flickr30k, or in the
corpus's folder itself. Pictures that the file does not name are not part of the corpus.
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from seesay.corpora import Evidence, Picture, Reject, captioned, flickr8k, flickr30k
from seesay.corpora.captioned import Corpus
from seesay.corpora.files import Listing, coco, is_picture, visible_files
from seesay.corpora.flickr import Layout
from seesay.corpora.listing import content_of
from seesay.settings.facts import Reader
from seesay.shared import unrepeated
from seesay.shared.errors import InputError

ABOUT = Reader(
    "pictures",
    "Karpathy’s JSON",
    layout="pictures and Karpathy's JSON (`dataset_flickr8k.json`, `dataset_coco.json`), with his"
    " split",
    options="`captions` (the only JSON file), `restval` (train)",
)

LAYOUT = Layout(tuple(dict.fromkeys(flickr8k.LAYOUT.folders + flickr30k.LAYOUT.folders)), "", ())
SPLITS = {"train": "train", "val": "validation", "test": "test", "restval": "train"}


class Options(captioned.Options):
    """Options of this reader."""

    captions: str = Field(
        default="", description="name of the JSON file; empty: the only one in the folder"
    )
    restval: Literal["train", "leave_out"] = Field(
        default="train",
        description="what COCO's remaining validation pictures (restval) are for: training, as in"
        " most of the literature, or nothing",
    )


DEFAULT = Options()


def sources(root: Path, options: Options = DEFAULT) -> list[Path]:
    """Every file that reading depends on: the photographs and the JSON file."""
    found = visible_files(LAYOUT.photographs(root))
    photographs = [path for path in found if is_picture(path)]
    return sorted({*photographs, _dataset(root, options)})


def read(root: Path, options: Options = DEFAULT) -> tuple[list[Picture], list[Reject]]:
    """Read the pictures that the JSON file names, their captions and their splits.

    Raises InputError if the folder or the file is missing, if the file is not Karpathy's JSON, or
    if it puts a picture into two splits.
    """
    path = _dataset(root, options)
    entries = _images(path)
    base = LAYOUT.photographs(root)
    corpus = Corpus(captions_alone=options.captions_alone)
    corpus.add_folder(base)
    named: dict[str, str | None] = {}
    for place, entry in enumerate(entries):
        where = f"{path.name}, images[{place}]"
        fault = _fault(entry)
        if fault:
            corpus.rejects.append(Reject(where, fault))
            continue
        image_id = _claim(entry, corpus)
        if image_id is None:
            corpus.rejects.append(Reject(where, corpus.why_none(entry["filename"])))
            continue
        unused = entry["split"] == "restval" and options.restval == "leave_out"
        split = None if unused else SPLITS[entry["split"]]
        if named.setdefault(image_id, split) != split:
            raise InputError(
                f"{path}: images[{place}]: {entry['filename']} is in the split"
                f" {named[image_id]} too; leave it in one"
            )
        for number, sentence in enumerate(entry["sentences"]):
            corpus.add(f"{where}, {number}", image_id, number, sentence["raw"])
    reason = f"{path.name} does not name it"
    unnamed = [Reject(name, reason, by_rule=True) for name in corpus.files if name not in named]
    pictures = corpus.pictures({name: split for name, split in named.items() if split})
    return [p for p in pictures if p.image_id in named], corpus.rejects + unnamed


def _dataset(root: Path, options: Options) -> Path:
    """The JSON file."""
    if not root.is_dir():
        raise InputError(f"{root}: no such folder; correct its path in pictures.corpora")
    found = [root / options.captions] if options.captions else sorted(root.glob("*.json"))
    if len(found) != 1 or not found[0].is_file():
        have = ", ".join(path.name for path in sorted(root.glob("*.json"))) or "none"
        raise InputError(
            f"{root}: it needs one JSON file such as dataset_flickr8k.json, or its name in"
            f" pictures.corpora as options.captions; JSON files there: {have}"
        )
    return found[0]


def _images(path: Path) -> list[Any]:
    """The file's entries, one a picture."""
    try:
        content = unrepeated.loads(content_of(path))
    except (ValueError, RecursionError) as error:
        cause = str(error) or "nested too deeply"
        raise InputError(f"{path}: not JSON ({cause}); correct it, or fetch it again") from error
    if coco(content):
        raise InputError(
            f"{path}: this is COCO's own layout ({coco(content)}), not Karpathy's; fetch his"
            " dataset_coco.json"
        )
    images = content.get("images") if isinstance(content, dict) else None
    if not isinstance(images, list):
        raise InputError(f"{path}: no list named images in it; expected Karpathy's layout")
    return images


def _fault(entry: Any) -> str:
    """What is wrong with an entry; "" if nothing."""
    if not isinstance(entry, dict) or not isinstance(entry.get("filename"), str):
        return "no filename; correct or remove the entry"
    if not isinstance(entry.get("split"), str) or entry["split"] not in SPLITS:
        return f"the split {entry.get('split')!r} is none of {', '.join(SPLITS)}; correct it"
    texts = entry.get("sentences")
    if not isinstance(texts, list) or not all(
        isinstance(text, dict) and isinstance(text.get("raw"), str) for text in texts
    ):
        return "no sentences with a raw text; correct or remove the entry"
    return ""


def _claim(entry: dict[str, Any], corpus: Corpus) -> str | None:
    """The id of an entry's picture, below the folder that COCO's entries name, or without it."""
    folder = entry.get("filepath")
    below = f"{folder}/{entry['filename']}" if isinstance(folder, str) else entry["filename"]
    return corpus.id_of(below) or corpus.id_of(entry["filename"]) or corpus.claim(below)


def recognise(folder: Listing) -> Evidence | None:
    """Evidence of the layout: a JSON file that begins as Karpathy's do."""
    keys = ('"images"', '"sentences"', '"raw"', '"filename"', '"split"')
    there = folder.top(".json") if folder.pictures else []
    found = [name for name in there if all(key in folder.head(name) for key in keys)]
    if len(found) > 1:
        raise InputError(f"{folder.root}: {' and '.join(found)} are both Karpathy's; leave one")
    options = {"captions": found[0]} if len(there) > 1 and found else {}
    return Evidence(f"{found[0]} is Karpathy's JSON", options, split=True) if found else None
