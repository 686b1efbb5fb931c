"""Pictures of SpokenCOCO or Places Audio, with what is said about them as captions.

The JSON files (see `seesay.corpora.formats.spoken_json`) name the pictures and give the captions,
in the same order as the readers `spokencoco` and `places_audio`, so that each recording finds its
caption. The option `images` is the folder of the pictures, where they are not below the corpus's
folder. A picture's split is that in its file's name: train, val or dev, or test.
"""

from pathlib import Path

from pydantic import Field

from seesay.corpora import Evidence, Picture, Reject, captioned
from seesay.corpora.captioned import Corpus
from seesay.corpora.files import Listing, is_picture, visible_files
from seesay.corpora.formats import spoken_json
from seesay.settings import UserPath
from seesay.settings.facts import Reader

ABOUT = Reader(
    "pictures",
    "JSON of SpokenCOCO and Places Audio",
    layout="the JSON files of SpokenCOCO or Places Audio, whose texts are the captions, and the"
    " pictures, in the subfolders that the JSON names (`train2014/`, `a/abbey/`, ...)",
    options="`captions` (every `.json` in the folder), `images` (the corpus's folder)",
)


class Options(captioned.Options, spoken_json.Files):
    """Where the JSON files and the pictures are."""

    images: UserPath | None = Field(
        default=None, description="folder of the pictures; null: the corpus's folder"
    )


def sources(root: Path, options: Options) -> list[Path]:
    """The JSON files and the pictures."""
    found = [path for path in visible_files(_images(root, options)) if is_picture(path)]
    return sorted({*found, *spoken_json.files(root, options)})


def read(root: Path, options: Options) -> tuple[list[Picture], list[Reject]]:
    """The pictures that the JSON files name, their captions and their splits."""
    corpus = Corpus(captions_alone=options.captions_alone)
    corpus.add_folder(_images(root, options))
    splits: dict[str, str] = {}
    for said in spoken_json.read(root, options, corpus.rejects):
        image_id = corpus.claim(said.picture)
        if image_id is None:
            corpus.rejects.append(Reject(said.where, corpus.why_none(said.picture)))
            continue
        corpus.add(said.where, image_id, said.number, said.text)
        first = splits.setdefault(image_id, said.split) if said.split else None
        if first != said.split:
            reason = f"its picture stays in the split {first}, where an earlier entry has it"
            corpus.rejects.append(Reject(said.where, reason, by_rule=True))
    named = {name for name, numbered in corpus.captions.items() if numbered}
    reason = "no entry of the JSON names it"
    unnamed = [Reject(name, reason, by_rule=True) for name in corpus.files if name not in named]
    return [p for p in corpus.pictures(splits) if p.image_id in named], corpus.rejects + unnamed


def _images(root: Path, options: Options) -> Path:
    """The folder of the pictures."""
    return root if options.images is None else root / options.images


def recognise(folder: Listing) -> Evidence | None:
    """Evidence of the layout: the JSON files of the speech, and pictures."""
    return spoken_json.recognise(folder, '"speaker"') if folder.pictures else None
