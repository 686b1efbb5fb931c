#!/usr/bin/env bash
# pympi-ling 1.71: shift_annotations moves a boundary that two ELAN annotations share twice.
#
# Guess before it was run: every annotation moves by the time that is asked for; what a left shift
# takes beyond 0 is cut off, so a word at 100 to 200 ms shifted by -150 ends at 50.
# Seen: where two words share a time slot, as ELAN writes them in a tier with a time subdivision,
# a shift by 50 ms makes (100, 200), (200, 300) into (150, 300), (300, 350): the boundary moves by
# 100. The word that is cut keeps its old end: (0, 200), and so overlaps the next, (50, 150).
# Fails when both words move by 50, or the cut one ends at 50.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pympi-ling==1.71
cd "$folder"
venv/bin/python - <<'PYTHON'
from pathlib import Path

from pympi.Elan import Eaf


def words(eaf):
    return eaf.get_annotation_data_for_tier("words")


made = Eaf()
made.add_tier("words")
made.add_annotation("words", 100, 200, "one")
made.add_annotation("words", 200, 300, "two")
made.to_file("own.eaf")
slots = {name: time for name, time in made.timeslots.items()}
end, begin = [name for name, time in sorted(slots.items()) if time == 200]
text = Path("own.eaf").read_text()
shared = text.replace(f'TIME_SLOT_REF1="{begin}"', f'TIME_SLOT_REF1="{end}"')
assert shared != text
Path("shared.eaf").write_text(shared)

own, both, cut = Eaf("own.eaf"), Eaf("shared.eaf"), Eaf("own.eaf")
assert words(own) == words(both) == [(100, 200, "one"), (200, 300, "two")]
own.shift_annotations(50)
both.shift_annotations(50)
cut.shift_annotations(-150)
print("own times, by 50:", words(own))
print("shared times, by 50:", words(both))
print("own times, by -150:", words(cut))
assert words(own) == [(150, 250, "one"), (250, 350, "two")]
assert words(both) == [(150, 300, "one"), (300, 350, "two")]
assert words(cut) == [(0, 200, "one"), (50, 150, "two")]
PYTHON
