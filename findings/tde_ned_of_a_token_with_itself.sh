#!/usr/bin/env bash
# zerospeech-tde 2.0.3 (package tde): a token found twice is a pair with itself, and lowers NED.
#
# Guess before it was run: fragments that overlap are no pair, for NED as for the gold pairs of
# grouping, so that finding a token again 1 ms later changes no score.
# Seen: NED takes the two as one more pair of distance 0. The class {cat, dog} has NED 1; with each
# listed again 1 ms later 0.67, with each listed six times 0.55. A class of one token twice has NED 0
# and, as grouping knows no gold pair of it, a grouping precision of 0. An exact duplicate is dropped
# from the fragments, and still makes its pair in NED. Fails when overlapping pairs are left out.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet zerospeech-tde==2.0.3 pandas==3.1.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import contextlib
import io
from pathlib import Path

from tde.measures.grouping import Grouping
from tde.measures.ned import Ned
from tde.readers.disc_reader import Disc
from tde.readers.gold_reader import Gold

Path("phones").write_text(
    "".join(f"talk {n / 10:.1f} {(n + 1) / 10:.1f} {phone}\n" for n, phone in enumerate("katdog"))
)
Path("words").write_text("talk 0.0 0.3 cat\ntalk 0.3 0.6 dog\n")


def scores(fragments):
    listed = "".join(f"talk {onset:.3f} {offset:.3f}\n" for onset, offset in fragments)
    Path("class").write_text(f"Class 1\n{listed}\n")
    with contextlib.redirect_stdout(io.StringIO()):
        found = Disc("class", Gold(wrd_path="words", phn_path="phones"))
        grouping, ned = Grouping(found, ".", 1), Ned(found, ".")
        grouping.compute_grouping()
        ned.compute_ned()
    return float(ned.ned), float(grouping.precision)


def again(times):
    return [(onset + n / 1000, onset + 0.3) for n in range(times) for onset in (0, 0.3)]


seen = {times: scores(again(times)) for times in (1, 2, 6)}
alone = {
    "cat, cat 1 ms later": scores([(0, 0.3), (0.001, 0.3)]),
    "cat, the same cat": scores([(0, 0.3), (0, 0.3)]),
}
print("cat and dog, by how often each is listed: NED, grouping precision", seen)
print(alone)
assert seen[1][0] == 1 and abs(seen[2][0] - 2 / 3) < 1e-9 and abs(seen[6][0] - 36 / 66) < 1e-9
assert set(alone.values()) == {(0.0, 0.0)}
PYTHON
