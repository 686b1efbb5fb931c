#!/usr/bin/env bash
# panphon 0.22.2: the letter g of the keyboard is no segment, and is left out without a word.
#
# Guess before it was run: g (U+0067) is read as the IPA's ɡ (U+0261), as most dictionaries write it,
# or raises an error.
# Seen: ipa_segs leaves it out, so "gæ" is one segment and "ɡæ" two, and the feature edit distance of
# "gæp" to "æp" is 0. Fails when g counts as a segment.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet panphon==0.22.2 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
from panphon import FeatureTable
from panphon.distance import Distance

table, distance = FeatureTable(), Distance()
seen = {word: table.ipa_segs(word) for word in ("g\u00e6p", "\u0261\u00e6p")}
gaps = {word: distance.feature_edit_distance(word, "\u00e6p") for word in seen}
print(seen, gaps)
assert seen == {"g\u00e6p": ["\u00e6", "p"], "\u0261\u00e6p": ["\u0261", "\u00e6", "p"]}
assert gaps["g\u00e6p"] == 0 < gaps["\u0261\u00e6p"]
PYTHON
