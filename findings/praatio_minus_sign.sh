#!/usr/bin/env bash
# praatio 6.2.2: the minus sign of an interval's time is dropped in the long format alone.
#
# Guess before it was run: -0.2 is -0.2 in both of Praat's text formats, or an error in both.
# Seen: the long format gives 0.2, the short format -0.2. Fails when they agree.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet praatio==6.2.2
cd "$folder"
venv/bin/python - <<'PYTHON'
from pathlib import Path

from praatio import textgrid

Path("long.TextGrid").write_text('''File type = "ooTextFile"
Object class = "TextGrid"

xmin = -0.2 
xmax = 1 
tiers? <exists> 
size = 1 
item []: 
    item [1]:
        class = "IntervalTier" 
        name = "words" 
        xmin = -0.2 
        xmax = 1 
        intervals: size = 2 
        intervals [1]:
            xmin = -0.2 
            xmax = 0.5 
            text = "one" 
        intervals [2]:
            xmin = 0.5 
            xmax = 1 
            text = "two" 
''')
Path("short.TextGrid").write_text('''File type = "ooTextFile"
Object class = "TextGrid"

-0.2
1
<exists>
1
"IntervalTier"
"words"
-0.2
1
2
-0.2
0.5
"one"
0.5
1
"two"
''')
starts = {}
for name in ("long", "short"):
    grid = textgrid.openTextgrid(f"{name}.TextGrid", includeEmptyIntervals=False)
    starts[name] = grid.getTier("words").entries[0].start
print("start of the first interval:", starts)
assert starts == {"long": 0.2, "short": -0.2}
PYTHON
