#!/usr/bin/env bash
# pympi-ling 1.71: words whose boundary has no time of its own are missing from the TextGrid.
#
# Guess before it was run: ELAN's tiers with a time subdivision hold boundaries without a time, which
# lie between their neighbours, so to_textgrid puts them there, or raises an error.
# Seen: of the words one, two and three in 100-200-300-400 ms with no time at 200, the TextGrid holds
# "three" alone, as if nothing were said before it. No warning; get_annotation_data_for_tier gives None
# for the time at 200. Fails when all three words are there, or an error is raised.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pympi-ling==1.71
cd "$folder"
venv/bin/python - <<'PYTHON'
import xml.etree.ElementTree as ET

from pympi.Elan import Eaf


def intervals(name):
    """The words of the TextGrid that is made from an ELAN file."""
    grid = Eaf(name).to_textgrid()
    return [
        (round(begin, 3), round(end, 3), word)
        for tier in grid.get_tiers()
        if tier.name == "words"
        for begin, end, word in tier.get_intervals()
    ]


made = Eaf()
made.add_linguistic_type("subdivided", constraints="Time_Subdivision")
made.add_tier("words")
for begin, word in ((100, "one"), (200, "two"), (300, "three")):
    made.add_annotation("words", begin, begin + 100, word)
made.to_file("timed.eaf")

tree = ET.parse("timed.eaf")
slots = [slot for slot in tree.iter("TIME_SLOT") if slot.get("TIME_VALUE") == "200"]
for slot in slots:
    del slot.attrib["TIME_VALUE"]
for annotation in tree.iter("ALIGNABLE_ANNOTATION"):  # both words at the one slot, as ELAN has it
    for end in ("TIME_SLOT_REF1", "TIME_SLOT_REF2"):
        if annotation.get(end) in {slot.get("TIME_SLOT_ID") for slot in slots}:
            annotation.set(end, slots[0].get("TIME_SLOT_ID"))
tree.write("untimed.eaf")

read = Eaf("untimed.eaf").get_annotation_data_for_tier("words")
print("read:", read)
print("TextGrid with all times:", intervals("timed.eaf"))
print("TextGrid without the time at 200 ms:", intervals("untimed.eaf"))
assert sorted(read, key=str) == [(100, None, "one"), (300, 400, "three"), (None, 300, "two")]
assert intervals("timed.eaf") == [(0.1, 0.2, "one"), (0.2, 0.3, "two"), (0.3, 0.4, "three")]
assert intervals("untimed.eaf") == [(0.3, 0.4, "three")]
PYTHON
