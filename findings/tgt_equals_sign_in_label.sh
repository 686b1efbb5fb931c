#!/usr/bin/env bash
# tgt 1.5: a label with an equals sign is cut or lost when a long TextGrid is read.
#
# Guess before it was run: every reader gives the label back as it stands between its quotes.
# Seen: praatio 6.2.2 and TextGrid 1.6.1 do; tgt reads "text = x" as "tex", "xmin = 5" as "xmi", and
# the interval "a = b" is not there at all. Fails when tgt reads one of them whole.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tgt==1.5 praatio==6.2.2 TextGrid==1.6.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
from pathlib import Path

import textgrid
import tgt
from praatio import textgrid as praatio

FILE = '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2
tiers? <exists>
size = 1
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 2
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 1
            text = "LABEL"
        intervals [2]:
            xmin = 1
            xmax = 2
            text = "two"
'''
seen = {}
for label in ("text = x", "xmin = 5", "a = b"):
    Path("a.TextGrid").write_text(FILE.replace("LABEL", label))
    found = tgt.io.read_textgrid("a.TextGrid").get_tier_by_name("words").intervals
    seen[label] = [interval.text for interval in found]
    entries = praatio.openTextgrid("a.TextGrid", includeEmptyIntervals=False).getTier("words").entries
    assert [entry.label for entry in entries] == [label, "two"]
    marks = [interval.mark for interval in textgrid.TextGrid.fromFile("a.TextGrid").getFirst("words")]
    assert marks == [label, "two"]
print("tgt:", seen)
assert seen == {"text = x": ["tex", "two"], "xmin = 5": ["xmi", "two"], "a = b": ["two"]}
PYTHON
