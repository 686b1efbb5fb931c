#!/usr/bin/env bash
# editdistance 0.8.1: two symbols are the same if their hashes are, so -1 and -2 are one symbol.
#
# Guess before it was run: symbols are compared with ==, so [-1] and [-2] are 1 apart, as in
# Levenshtein 0.27.5, which takes lists of integers too.
# Seen: [-1] and [-2] are 0 apart, since both hash to -2 in CPython. Codes of phones or clusters that
# mark silence with -1 and noise with -2 lose their difference. All other pairs of whole numbers from
# -50 to 50 are 1 apart. Fails when -1 and -2 differ.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet editdistance==0.8.1 Levenshtein==0.27.5
cd "$folder"
venv/bin/python - <<'PYTHON'
import editdistance
import Levenshtein

seen = editdistance.eval([-1], [-2])
phones = editdistance.eval([7, -1, 4, 9], [7, -2, 4, 9])
print("-1 and -2:", seen, "- within four phones:", phones)
assert seen == 0 and phones == 0
numbers = range(-50, 51)
same = {(a, b) for a in numbers for b in numbers if a < b and editdistance.eval([a], [b]) == 0}
print("pairs of other numbers at distance 0:", same - {(-2, -1)})
assert same == {(-2, -1)}
assert Levenshtein.distance([7, -1, 4, 9], [7, -2, 4, 9]) == 1
PYTHON
