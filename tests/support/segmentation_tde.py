"""What the kit of the Zero Resource Challenges says of segments that are made here.

The kit (zerospeech-tde 2.0.3, package tde) is no dependency of this project, so its numbers are
stored, in segmentation_tde.json. They were made, and are made again, in a virtual environment by

    pip install zerospeech-tde==2.0.3 pandas==3.1.1 numpy==2.4.6
    python tests/support/segmentation_tde.py > tests/support/segmentation_tde.json

This file needs numpy alone until `theirs` is called. NaN is stored as null. F-scores are left out:
the kit divides 0 by 0 where nothing is right.
"""

import contextlib
import io
import json
import math
import sys
import tempfile
from pathlib import Path

import numpy as np

LEXICON = ("k ae t", "d ao g", "ae", "t ae k", "k ae", "b er d z", "f ih sh", "s", "sh iy p")


def speech(rng, grid, talks=3):
    """Phones and words, rows (recording, onset, offset, label), of some recordings.

    With `grid`, times are whole hundredths of a second; else they are any. Some words have two
    pronunciations, and some pronunciations two spellings.
    """
    phones, words = [], []
    for talk in range(talks):
        start = round(0.07 * talk + 0.01, 2) if grid else rng.uniform(0, 0.2)
        one, other = talk_of(f"talk{talk}", start, rng, grid)
        phones += one
        words += other
    return phones, words


def talk_of(name, time, rng, grid):
    """The phones and words of one recording, from `time` on."""
    phones, words = [], []

    def add(label, least, most):
        nonlocal time
        length = rng.integers(least, most) / 100 if grid else rng.uniform(least, most) / 100
        begin, time = time, float(round(time + length, 2 if grid else 5))
        phones.append((name, begin, time, label))

    for _ in range(30):
        if rng.random() < 0.2:
            add("SIL" if rng.random() < 0.8 else "SPN", 2, 30)
        form = LEXICON[rng.integers(len(LEXICON))]
        begin = len(phones)
        for phone in form.split():
            add(phone, 1, 14)
        word = {"t ae k": "tack", "k ae": "tack"}.get(form, form.replace(" ", ""))
        word += "two" if rng.random() < 0.2 else ""
        words.append((name, phones[begin][1], phones[-1][2], word))
    add("SIL", 5, 30)
    return phones, words


def cut(rng, phones, words, grid, blur):
    """Segments, rows (recording, onset, offset, cluster): words moved by `blur` s, and others."""
    found = []
    for name in sorted({row[0] for row in phones}):
        end = max(row[2] for row in phones if row[0] == name)
        own = [row[1:3] for row in words if row[0] == name]
        for begin, stop in own:
            if rng.random() < 0.7:
                found.append((name, begin + rng.normal(0, blur), stop + rng.normal(0, blur)))
        for _ in range(12):
            begin = rng.uniform(0, end)
            found.append((name, begin, begin + rng.uniform(0.005, 0.6)))
    digits = 2 if grid else 4
    found = [
        (name, float(round(max(a, 0), digits)), float(round(b, digits))) for name, a, b in found
    ]
    found = [row for row in found if row[1] < row[2]]
    found += [found[place] for place in rng.integers(0, len(found), 3)]
    return [(*row, int(rng.integers(0, 12))) for row in found]


def hand():
    """Cases at the edges of the definitions, by name."""
    katdog = [("a", n / 10, (n + 1) / 10, phone) for n, phone in enumerate("katdog")]
    two = [("a", 0.0, 0.3, "cat"), ("a", 0.3, 0.6, "dog")]
    truth = [("a", 0.0, 0.3, 0), ("a", 0.3, 0.6, 1)]
    short = [("a", 0.0, 0.05, "p"), ("a", 0.05, 0.11, "q"), ("a", 0.11, 0.17, "r")]
    same = [(talk, *row[1:]) for talk in "ab" for row in katdog]
    said = [("a", "t ah"), ("a", "t uw"), ("b", "t ah")]
    ways, spelt = [], []
    for place, (name, form) in enumerate(said):
        for nth, phone in enumerate(form.split()):
            begin = round(place * 0.4 + nth * 0.2 + 0.01 * (name == "b"), 2)
            ways.append((name, begin, round(begin + 0.2, 2), phone))
        spelt.append((name, ways[-2][1], ways[-1][2], "to"))
    return {
        "truth": (katdog, two, truth),
        "one segment of all": (katdog, two, [("a", 0.0, 0.6, 0)]),
        "each phone": (katdog, two, [("a", n / 10, (n + 1) / 10, n % 2) for n in range(6)]),
        "nothing right": (katdog, two, [("a", 0.1, 0.5, 0), ("a", 0.2, 0.4, 0)]),
        "exactly 30 ms and half": (
            short,
            [("a", 0.0, 0.05, "p"), ("a", 0.05, 0.17, "qr")],
            [
                *(("a", 0.0, 0.025, 0), ("a", 0.0, 0.02, 0), ("a", 0.02, 0.14, 1)),
                *(("a", 0.025, 0.139, 1), ("a", 0.08, 0.2, 2), ("a", 0.081, 0.2, 2)),
            ],
        ),
        "beside the speech": (katdog, two, [*truth, ("a", 0.59, 0.9, 2), ("a", 0.7, 0.9, 2)]),
        "words off the phones": (
            katdog,
            [("a", 0.01, 0.31, "cat"), ("a", 0.31, 0.6, "dog")],
            truth,
        ),
        "found twice": (katdog, two, [*truth, ("a", 0.0, 0.3, 1), ("a", 0.001, 0.3, 0)]),
        "silences": (
            [*katdog[:3], ("a", 0.3, 0.5, "SIL"), ("a", 0.5, 0.6, "SPN")],
            two[:1],
            [("a", 0.0, 0.5, 0), ("a", 0.31, 0.5, 0), ("a", 0.32, 0.5, 0), ("a", 0.3, 0.6, 0)],
        ),
        "one word said in two ways": (ways, spelt, [(*row[:3], 0) for row in spelt]),
        "two recordings at the same times": (
            same,
            [(talk, *row[1:]) for talk in "ab" for row in two],
            [("a", 0.0, 0.3, 0), ("b", 0.0, 0.3, 0), ("a", 0.3, 0.6, 1), ("b", 0.3, 0.6, 2)],
        ),
    }


def cases():
    """All cases, by name: phones, words and segments."""
    found = hand()
    for seed in range(12):
        rng = np.random.default_rng(seed)
        grid, blur = bool(seed % 2), (0.0, 0.01, 0.03)[seed % 3]
        phones, words = speech(rng, grid)
        found[f"random {seed}"] = (phones, words, cut(rng, phones, words, grid, blur))
    return found


def theirs(phones, words, segments, folder):
    """The kit's numbers, through its files."""
    from tde.measures.boundary import Boundary
    from tde.measures.coverage import Coverage
    from tde.measures.grouping import Grouping
    from tde.measures.ned import Ned
    from tde.measures.token_type import TokenType
    from tde.readers.disc_reader import Disc
    from tde.readers.gold_reader import Gold

    for name, rows in (("phones", phones), ("words", words)):
        lines = (f"{talk} {on!r} {off!r} {label}\n" for talk, on, off, label in rows)
        (folder / name).write_text("".join(lines))
    text = ""
    for cluster in sorted({row[3] for row in segments}):
        members = [row for row in segments if row[3] == cluster]
        text += f"Class {cluster}\n"
        text += "".join(f"{talk} {on!r} {off!r}\n" for talk, on, off, _ in members) + "\n"
    (folder / "classes").write_text(text)
    with contextlib.redirect_stdout(io.StringIO()):
        gold = Gold(wrd_path=str(folder / "words"), phn_path=str(folder / "phones"))
        found = Disc(str(folder / "classes"), gold)
    boundary, tokens, ned = Boundary(gold, found), TokenType(gold, found), Ned(found)
    grouping, coverage = Grouping(found), Coverage(gold, found)
    boundary.compute_boundary()
    tokens.compute_token_type()
    ned.compute_ned()
    grouping.compute_grouping()
    coverage.compute_coverage()
    values = {
        "boundary_precision": boundary.precision,
        "boundary_recall": boundary.recall,
        "token_precision": tokens.precision[0],
        "type_precision": tokens.precision[1],
        "token_recall": tokens.recall[0],
        "type_recall_kit": tokens.recall[1],
        "coverage": coverage.coverage,
        "ned": ned.ned,
        "grouping_precision": grouping.precision,
        "grouping_recall": grouping.recall,
    }
    return {name: None if math.isnan(value) else float(value) for name, value in values.items()}


def main():
    from importlib.metadata import version

    scores = {}
    for name, case in cases().items():
        with tempfile.TemporaryDirectory() as folder:
            scores[name] = theirs(*case, Path(folder))
    found = {"zerospeech-tde": version("zerospeech-tde"), "numpy": np.__version__}
    print(json.dumps(found | {"python": sys.version.split()[0], "scores": scores}, indent=1))


if __name__ == "__main__":
    main()
