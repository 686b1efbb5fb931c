#!/usr/bin/env bash
# zerospeech-tde 2.0.3 (package tde): grouping takes tokens of different recordings for one if they
# begin and end at the same times.
#
# Guess before it was run: "cat" said once at the start of each of ten recordings is ten tokens. A
# class of two of them, and each other alone, has recall 2 / 10, wherever in the recording the word is.
# Seen: recall is 1.0 where all ten begin at 0 s, and 0.2 where each begins a millisecond later than
# the one before. A token is known by its phones and their times, without its recording. Recordings
# cut at the onset of speech, spoken by a synthesiser or aligned in frames of 10 ms share such times.
# Fails when the two are scored alike.
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
from tde.readers.disc_reader import Disc
from tde.readers.gold_reader import Gold


def scores(starts, classes):
    """Grouping precision and recall of "cat", said once in each recording, from these times on."""
    times = [[start + n / 10 for n in range(4)] for start in starts]
    Path("phones").write_text(
        "".join(
            f"talk{talk} {own[n]:.3f} {own[n + 1]:.3f} {phone}\n"
            for talk, own in enumerate(times)
            for n, phone in enumerate("kat")
        )
    )
    spans = [f"talk{talk} {own[0]:.3f} {own[-1]:.3f}" for talk, own in enumerate(times)]
    Path("words").write_text("".join(f"{span} cat\n" for span in spans))
    listed = ""
    for number, members in enumerate(classes):
        listed += f"Class {number}\n" + "".join(f"{spans[talk]}\n" for talk in members) + "\n"
    Path("classes").write_text(listed)
    with contextlib.redirect_stdout(io.StringIO()):
        grouping = Grouping(Disc("classes", Gold(wrd_path="words", phn_path="phones")), ".", 1)
        grouping.compute_grouping()
    return float(grouping.precision), float(grouping.recall)


two_of_ten = [[0, 1], *([talk] for talk in range(2, 10))]
seen = {
    "at the same time": scores([0.0] * 10, two_of_ten),
    "a millisecond apart": scores([talk / 1000 for talk in range(10)], two_of_ten),
    "all together": scores([talk / 1000 for talk in range(10)], [list(range(10))]),
}
print("grouping precision and recall", seen)
assert seen["at the same time"] == (1, 1) == seen["all together"]
assert seen["a millisecond apart"] == (1, 0.2)
PYTHON
