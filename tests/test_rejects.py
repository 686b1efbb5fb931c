"""What was refused, by reason: one reason is one row, whatever file, word or number is in it."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from seesay.commands.check_corpora import _rejects
from seesay.corpora import Reject
from seesay.shared import tables
from seesay.shared.errors import InputError, cause
from seesay.shared.rejects import by_reason, kind_of, lines, write_rejects
from support import ROOT
from support.pictures import jpeg, text

# Reasons as stages give them, two of each kind.
KINDS = [
    ("a caption for no picture: 'x/a.jpg'; add it", "a caption for no picture: 'b.jpg'; add it"),
    ("holds 12.5 s of 40.0 s; fetch it again", "holds 3 s of 4 s; fetch it again"),
    ("'cat' goes from 1.0 to 0.5 s; correct it", "\"don't\" goes from 2.0 to 0.5 s; correct it"),
    ("not said; 'ann' is nearest, but lacks: x", "not said; 'bob' is nearest, but lacks: y, z"),
    ("no offset in seconds: a.wav x y cat", "no offset in seconds: b/c.wav 1 dog"),
    ("no talker: a b.wav; correct the row", "no talker: c.wav; correct the row"),
    ("U+0007 cannot be shown: 'a' by 'b'; fix it", "U+001B cannot be shown: 'c' by 'd'; fix it"),
    ("seen 3 times, fewer than words.min_count: 4", "seen 2 times, fewer than words.min_count: 4"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), KINDS)
def test_reasons_of_a_kind_are_one(first: str, second: str):
    assert kind_of(first) == kind_of(second)
    assert len({kind_of(kind) for kind, _ in KINDS}) == len(KINDS)


def refused(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return tables.rejects(rows)


def test_lines_count_by_stage_and_reason_and_give_an_example():
    rows = [("pictures", f"p{n}", f"a caption for no picture: '{n}.jpg'; add it") for n in range(3)]
    rows += [("pictures", "q", "truncated; fetch it again"), ("logmel", "t@1", "silent: a\x1b[2J")]
    assert lines(refused(*rows)) == [
        "logmel: 1 left out: silent: a\\x1b[2J (t@1)",
        "pictures: 3 left out: a caption for no picture; add it (p0, ...)",
        "pictures: 1 left out: truncated; fetch it again (q)",
    ]
    assert lines(refused(*rows), most=1)[1:] == [
        "pictures: 3 left out: a caption for no picture; add it (p0, ...)",
        "pictures: 1 left out for 1 more reasons",
    ]
    assert lines(refused()) == []
    assert [row["examples"] for row in by_reason(refused(*rows[:3]), 2)] == [
        [(f"p{n}", f"a caption for no picture: '{n}.jpg'; add it") for n in range(2)]
    ]


def test_a_table_is_written_and_told(tmp_path: Path, capsys: pytest.CaptureFixture):
    half = [("words", "x\ud83d", "odd: \ud83d"), ("words", "y", "odd: z")]
    write_rejects(tmp_path / "a.parquet", half)
    assert capsys.readouterr().out == "words: 2 left out: odd (x\\ud83d, ...)\n"


def test_the_path_is_no_part_of_a_reason():
    assert cause(InputError("/x/a.wav: silent; fix it"), Path("/x/a.wav")) == "silent; fix it"
    assert cause(InputError("other"), Path("/x/a.wav")) == "other"


def test_many_damaged_pictures_are_one_line_of_the_stage(tmp_path: Path):
    root = tmp_path / "corpus"
    for number in range(12):
        jpeg(root / f"p{number}.jpg")
        text(root / f"p{number}.txt", "One.\n")
        if number < 7:
            text(root / f"p{number}.jpg", "no picture")
    names = ("images", "captions", "rejects", "copies", "manifests")
    outputs = {name: tmp_path / name for name in names}
    settings = f'{{"corpora": [{{"reader": "pascal1k", "path": "{root}"}}], "split": {{"method":'
    settings += ' "exact", "train": 3, "validation": 1, "test": 1}, "on_bad_input": "reject"}'
    done = subprocess.run(
        [
            *(sys.executable, ROOT / "workflow" / "scripts" / "pictures.py"),
            *(f"--{name}={path}" for name, path in outputs.items()),
            *("--settings", settings),
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "pictures: 7 left out: not a readable picture; replace or remove it (p0, ...)"
    ]


def test_check_tells_the_reasons_one_by_one():
    bad = [Reject(f"t:{n}", f"a caption for no picture: '{n}'; add it") for n in range(2)]
    bad.append(Reject("q", "an empty caption"))
    found = [str(one) for one in _rejects("pictures", "data", bad, strict=False)]
    assert found == [
        "note  pictures: data: 3 of its parts cannot be used; they will be left out",
        "note  pictures: 2 left out: a caption for no picture; add it (t:0, ...)",
        "note  pictures: 1 left out: an empty caption (q)",
    ]
    assert str(next(_rejects("pictures", "data", bad, strict=True))).startswith("fail")
