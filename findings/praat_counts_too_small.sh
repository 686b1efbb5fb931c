#!/usr/bin/env bash
# praat-parselmouth 0.4.7 (Praat itself): a TextGrid that counts fewer intervals than it has.
#
# Guess before it was run: Praat refuses it, for the next token is not the next tier's class.
# Seen: with one tier it opens, and the intervals behind the count are gone without a word. Fails when
# it is refused or all are read.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet praat-parselmouth==0.4.7 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
from pathlib import Path

import parselmouth
from parselmouth.praat import call

Path("a.TextGrid").write_text('''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 3
tiers? <exists>
size = 1
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 3
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 1
            text = "one"
        intervals [2]:
            xmin = 1
            xmax = 2
            text = "two"
        intervals [3]:
            xmin = 2
            xmax = 3
            text = "three"
''')
grid = parselmouth.read("a.TextGrid")
count = call(grid, "Get number of intervals", 1)
labels = [call(grid, "Get label of interval", 1, n + 1) for n in range(count)]
print("labels:", labels, "end of the tier:", call(grid, "Get end time of interval", 1, count))
assert labels == ["one", "two"]
PYTHON
