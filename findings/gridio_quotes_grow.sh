#!/usr/bin/env bash
# gridio 1.0.5: a quote in a TextGrid's label doubles, its second line is lost, and Praat refuses what
# is written back.
#
# Guess before it was run: Praat writes a quote in a label as two, so that "say ""hi""" is read as
# say "hi"; a label may have two lines; and a TextGrid that is read and written is the same one.
# Seen: the label has both quotes of each pair, and of two lines the first alone. Written back, each
# quote has a backslash before it, which Praat (praat-parselmouth 0.4.7) refuses with the whole
# file, and gridio itself reads as part of the label, which each round makes longer. Labels without
# quotes and line ends stay as they are. Fails when quotes are read singly or Praat reads the file.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet gridio==1.0.5 praat-parselmouth==0.4.7 numpy==2.4.6 pandas==3.1.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import gridio
import parselmouth
from parselmouth.praat import call


def made(*labels):
    """A TextGrid as Praat itself writes it."""
    grid = call("Create TextGrid", 0, len(labels), "words", "")
    for place, label in enumerate(labels, 1):
        if place < len(labels):
            call(grid, "Insert boundary", 1, place)
        call(grid, "Set interval text", 1, place, label)
    call(grid, "Save as text file", "made.TextGrid")
    return grid


def praat(name):
    try:
        grid = parselmouth.read(name)
        return [call(grid, "Get label of interval", 1, n + 1) for n in range(call(grid, "Get number of intervals", 1))]
    except parselmouth.PraatError as error:
        return str(error).splitlines()[0]


def rounds(*labels):
    """The labels in gridio, those after one and two rounds, and those that Praat reads after one."""
    made(*labels)
    assert praat("made.TextGrid") == list(labels)
    name, found = "made.TextGrid", []
    for turn in range(3):
        data = gridio.textgrid_to_data(name)
        found.append([label for *_, label in data[2][0][2]])
        name = f"round{turn}.TextGrid"
        gridio.data_to_textgrid(data, name, file_type="long")
    return found, praat("round0.TextGrid")


plain, quoted, lines = rounds("one", "two"), rounds('say "hi" now', "two"), rounds("one\nmore", "two")
for found, read in (plain, quoted, lines):
    print("gridio:", found, "Praat after a round:", read)
assert plain == ([["one", "two"]] * 3, ["one", "two"])
assert quoted[0][0] == ['say ""hi"" now', "two"]
assert len(quoted[0][0][0]) < len(quoted[0][1][0]) < len(quoted[0][2][0])
assert quoted[1] != ['say "hi" now', "two"]
assert lines[0][0] == ["one", "two"]
PYTHON
