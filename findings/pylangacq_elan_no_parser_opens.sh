#!/usr/bin/env bash
# pylangacq 0.23.0: the ELAN file of a CHAT file with times is no XML, and of an utterance with two time
# marks the second is lost.
#
# Guess before it was run: to_elan writes files that ELAN and pympi open, with the times as time slots;
# an utterance that is marked twice, as CHAT allows, lasts from its first mark to the last.
# Seen: the time marks stay in the text with the control character (21) around them that CHAT has, which
# XML forbids: Python's parser and pympi 1.71 refuse the file, and without time marks they open it. The
# utterance "look here . 5.0-5.6 s and there . 5.6-6.0 s" lasts 5.0 to 5.6 s in utterances(), and in the
# TextGrid with the words of both. An utterance without a mark is left out of the TextGrid.
# Fails when the file with times opens, or the utterance ends at 6 s.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pylangacq==0.23.0 pympi-ling==1.71 tgt==1.5 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import xml.etree.ElementTree as ET
from pathlib import Path

import pylangacq
import tgt
from pympi.Elan import Eaf

HEAD = (
    "@UTF8\n@Begin\n@Languages:\teng\n@Participants:\tCHI Child, MOT Mother\n"
    "@ID:\teng|talk|CHI|2;00.00|||||Child|||\n@ID:\teng|talk|MOT||||||Mother|||\n@Media:\ttalk, audio\n"
)
SAID = (
    "*MOT:\tlook at that . \x150_2000\x15\n*MOT:\tyes .\n"
    "*CHI:\tlook here . \x155000_5600\x15 and there . \x155600_6000\x15\n@End\n"
)


def opened(name):
    """What pympi reads of an ELAN file, and Python's parser; None where it is refused."""
    found = []
    for read in (lambda: len(Eaf(name).get_annotation_data_for_tier("MOT")), lambda: ET.parse(name).getroot().tag):
        try:
            found.append(read())
        except Exception as error:  # pympi raises nothing narrower
            print(f"{name}: {error}")
            found.append(None)
    return found


def chat(said):
    Path("talk.cha").write_text(HEAD + said)
    return pylangacq.read_chat("talk.cha")


timed = chat(SAID)
Path("timed.eaf").write_text(timed.to_elan_strs()[0])
untimed = chat("*MOT:\tlook at that .\n*MOT:\tyes .\n@End\n")
Path("untimed.eaf").write_text(untimed.to_elan_strs()[0])
Path("talk.TextGrid").write_text(timed.to_textgrid_strs()[0])
marks = [utterance.time_marks for utterance in timed.utterances()]
grid = {
    tier.name: [(interval.start_time, interval.end_time, interval.text) for interval in tier]
    for tier in tgt.read_textgrid("talk.TextGrid").tiers
}
print("opened with times:", opened("timed.eaf"), "without:", opened("untimed.eaf"))
print("time marks:", marks)
print("TextGrid:", grid)
assert opened("timed.eaf") == [None, None]
assert opened("untimed.eaf") == [2, "ANNOTATION_DOCUMENT"]
assert marks == [(0, 2000), None, (5000, 5600)]
((begin, end, words),) = grid["CHI"]
assert (begin, end) == (5, 5.6) and words.split() == "look here . and there .".split()
assert len(grid["MOT"]) == 1
PYTHON
