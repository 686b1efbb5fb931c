"""Small captioned pictures and word-aligned speech on disk, from lists of captions and words."""

from pathlib import Path

import pandas as pd
import yaml

from seesay.audio import speech
from seesay.captions import matching, words
from seesay.schemas.captions import REPLACEMENTS, SPOKEN_CAPTIONS, UNSAYABLE
from seesay.shared import tables
from seesay.vision import pictures
from support import configs
from support.pictures import jpeg
from support.speech_layouts import sound

SPLITS = ("train", "validation", "test")
GAP = 0.5  # s from onset to onset


def make(folder: Path, captions: dict[str, list[list[str]]], speech: dict[str, str]) -> dict:
    """Write the corpora, and give a config that reads them; all paths are relative.

    `captions` has for each split its pictures, each a list of captions; `speech` what each talker
    says, words apart by blanks.
    """
    for split in SPLITS:
        names = []
        for number, texts in enumerate(captions[split]):
            names.append(f"{split}_{number:02}")
            jpeg(folder / "pictures" / f"{names[-1]}.jpg")
            (folder / "pictures" / f"{names[-1]}.txt").write_text("\n".join(texts) + "\n")
        (folder / f"{split}.txt").write_text("\n".join(names) + "\n")
    rows = ["file\tspeaker\tonset\toffset\tword"]
    for talker, text in speech.items():
        words = text.split()
        sound(folder / "speech" / f"{talker}.wav", seconds=GAP * len(words) + 0.1)
        rows += [
            f"{talker}.wav\t{talker}\t{GAP * n:.3f}\t{GAP * n + 0.4:.3f}\t{word}"
            for n, word in enumerate(words)
        ]
    (folder / "speech").mkdir(exist_ok=True)
    (folder / "speech" / "words.tsv").write_text("\n".join(rows) + "\n")
    values = configs.complete()
    for section in ("scenes", "synthesis"):
        del values[section]
    values |= {"shards": 1, "seeds": [1], "results": "results", "experiments": {"paper": {}}}
    values["controls"] = []
    values["pictures"] |= {"corpora": [{"reader": "pascal1k", "path": "pictures"}]}
    values["pictures"]["split"] = {"method": "files", **{s: f"{s}.txt" for s in SPLITS}}
    values["speech"] |= {"corpora": [{"reader": "tsv", "path": "speech"}]}
    values["regions"] |= {"proposals": "grid", "candidates": 4, "min_area": 0.001}
    values["fc7"] |= {"weights": "random", "size": 64, "context": 4, "regions": 3}
    values["words"] |= {"min_count": 1}
    values["training"] |= {"speech_layers": [8], "embedding": 8, "max_epochs": 1}
    values["metrics"]["resamples"] = 50
    values["report"]["pictures"] = 2
    values["map"]["fragments"] = 20
    return values


def make_spoken(
    folder: Path, captions: dict[str, list[list[str]]], said: dict[tuple[str, int], dict[str, str]]
) -> dict:
    """As `make`, with recordings that say the captions: `said` has by picture and number of a
    caption what each talker says.
    """
    values = make(folder, captions, {})
    rows = ["file\tspeaker\tonset\toffset\tword\timage\tnumber"]
    for (picture, number), talkers in said.items():
        for talker, text in talkers.items():
            file, words = f"{picture}_{number}_{talker}.wav", text.split()
            sound(folder / "speech" / file, seconds=GAP * len(words) + 0.1)
            rows += [
                f"{file}\t{talker}\t{GAP * n:.3f}\t{GAP * n + 0.4:.3f}\t{word}\t{picture}\t{number}"
                for n, word in enumerate(words)
            ]
    (folder / "speech" / "words.tsv").write_text("\n".join(rows) + "\n")
    columns = {"picture": "image", "caption": "number"}
    corpus = {"reader": "tsv", "path": "speech", "options": {"columns": columns}}
    values["speech"]["corpora"] = [corpus]
    values["matching"] = {"method": "spoken"}
    return values


def write(folder: Path, values: dict) -> Path:
    """The config as a file."""
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(values))
    return path


def stages(folder: Path, config) -> dict[str, Path]:
    """Run the stages up to matching, as their scripts do."""
    names = ("images", "captions", "p", "recordings", "spoken_words", "s", "caption_words", "w")
    names += (
        "spoken_types",
        "spoken_tags",
        "replacements",
        "spoken_captions",
        "unsayable",
        "rejects",
    )
    at = {name: folder / "tables" / f"{name}.parquet" for name in names}
    shard = [folder / "tables" / "shard.parquet"]
    pictures.read_corpora(at["images"], at["captions"], at["p"], shard, config.pictures)
    speech.read_corpora(at["recordings"], at["spoken_words"], at["s"], shard, config.speech)
    words.extract_captions(at["captions"], at["caption_words"], at["w"], config.words)
    words.extract_types(at["spoken_words"], at["spoken_types"], at["spoken_tags"], config.words)
    given = ("images", "captions", "caption_words", "spoken_tags", "spoken_words")
    made = ("replacements", "spoken_captions", "unsayable", "rejects")
    spoken = [at["recordings"]] if config.matching.method == "spoken" else []
    matching.run_matching(*(at[n] for n in (*given, *made)), config.matching, *spoken)
    return at


def same_matching(matched, at):
    """Check that the tables of the stage matching, of `stages`, are those of `matched`."""
    for table, mine in (
        (SPOKEN_CAPTIONS, matched.spoken_captions),
        (UNSAYABLE, matched.unsayable),
        (REPLACEMENTS, matched.replacements),
    ):
        found = tables.read(table, at[table.name])
        mine = mine.sort_values(list(table.key), ignore_index=True)[found.columns]
        pd.testing.assert_frame_equal(mine, found, check_dtype=False)
