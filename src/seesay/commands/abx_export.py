"""The test words of a finished run as ZeroSpeech's item files, with one system's embeddings.

    form.item, lemma.item          a token a line, by the word's form and by its lemma
    features/tokens.pt             its embedding: row i is line i, at 50 rows a second
    recordings_form.item, ...      the same lines with the recordings' own times, for others
    tokens.tsv                     line by line: token, recording, times, form, lemma, talker
    neighbours.tsv                 pairs of forms that one phone tells apart

fastabx (Poli et al. 2025) reads them as they are; docs/abx.md has its calls.
"""

import argparse
import io
import re
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd
import torch

from seesay.commands.run_tokens import spoken_words
from seesay.planning import folds
from seesay.scoring.abx import Items, items, neighbours, pairs
from seesay.scoring.corpus import load
from seesay.shared import writing
from seesay.shared.errors import InputError

RATE = 50  # rows of features in a second; each token has one row
HEADER = "#file onset offset #phone prev-phone next-phone speaker"
TABLES = {
    "images": "embedding/{experiment}/{system}/{seed}/images.parquet",
    "words": "embedding/{experiment}/{system}/{seed}/words.parquet",
    "spoken_captions": "matching/spoken_captions.parquet",
    "pictures": "pictures/images.parquet",
}


def export(
    results: Path, experiment: str, system: str, seed: int, folder: Path, fold: int = 0
) -> Items:
    """Write the files of this module's docstring into `folder`, and return the items.

    Takes the test tokens and the embeddings of `fold`. Raises InputError if the run lacks the fold
    or a table, and for the system `frequency`, which ignores the query and has no embedding of one.
    """
    if system == "frequency":
        raise InputError("--system frequency: it looks at no query; export another system")
    names = {"experiment": experiment, "system": system, "seed": seed}
    home = folds.home_of(results, fold)
    paths = {name: home / path.format(**names) for name, path in TABLES.items()}
    words = spoken_words(results, paths["spoken_captions"])  # of all folds
    for path in (*paths.values(), words):
        if not path.is_file():
            raise InputError(
                f"{path}: no such file; give the results folder of a finished run, and an"
                " experiment, system and seed of it"
            )
    found = items(load(**paths), words)
    for category in ("form", "lemma"):
        rows = np.arange(len(found.frame))
        made = found.frame.assign(file="tokens", start=rows / RATE, end=(rows + 1) / RATE)
        _write_items(folder / f"{category}.item", made, category, ("file", "start", "end"))
        own = ("recording_id", "onset", "offset")
        _write_items(folder / f"recordings_{category}.item", found.frame, category, own)
    content = io.BytesIO()
    torch.save(torch.from_numpy(np.ascontiguousarray(found.vectors)), content)
    writing.write_bytes(folder / "features" / "tokens.pt", content.getvalue())
    columns = ["token_id", "recording_id", "onset", "offset", "form", "lemma", "talker"]
    _write_table(folder / "tokens.tsv", found.frame[columns])
    forms = sorted(set(found.frame["form"]))
    near = [(forms[one], forms[other]) for one, other in sorted(neighbours(tuple(forms)))]
    _write_table(folder / "neighbours.tsv", pd.DataFrame(near, columns=["word", "other"]))
    return found


def report(arguments: argparse.Namespace) -> None:
    """The command `seesay abx`: write the files, and print the error rates for comparison."""
    given = (arguments.results, arguments.experiment, arguments.system, arguments.seed)
    found = export(*given, arguments.out, arguments.fold)
    scores = pairs(found, "any").groupby("task")
    several = len(folds.homes(arguments.results))
    whose = f" of fold {arguments.fold} of {several} (--fold)" if several > 1 else ""
    rates = "error rates by cells, in any context:"
    print(f"{arguments.out}: {len(found.frame)} tokens{whose}; {rates}")
    for task, part in scores:
        print(f"{task}\t{1.0 - part['score'].mean():.6f}\t{part['triplets'].sum()} triplets")


def _write_items(
    path: Path, frame: pd.DataFrame, category: str, place: tuple[str, str, str]
) -> None:
    lines = [HEADER]
    for row in frame[[*place, category, "before", "after", "talker"]].itertuples(index=False):
        file, onset, offset, *labels = row
        lines.append(
            " ".join([_field(file), f"{onset:.6f}", f"{offset:.6f}", *map(_field, labels)])
        )
    writing.write_text(path, "\n".join(lines) + "\n")


def _field(text: str) -> str:
    """A field between two spaces: escapes spaces and quotes as in addresses (%20)."""
    return re.sub(r'[\s"%]', lambda found: quote(found[0]), text)


def _write_table(path: Path, frame: pd.DataFrame) -> None:
    writing.write_text(path, frame.to_csv(sep="\t", index=False, lineterminator="\n"))
