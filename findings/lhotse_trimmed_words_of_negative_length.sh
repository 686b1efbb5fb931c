#!/usr/bin/env bash
# lhotse 1.33.0: the words of a trimmed supervision have negative durations, unless its cut is at 0.
#
# Guess before it was run: trimmed_supervisions cuts the word alignments where it cuts the supervision,
# so the words of one that lies wholly inside its cut stay as they are.
# Seen: a supervision's times count from the start of the cut, those of its words from the start of
# the recording, and both are trimmed by the cut's duration. With words at 4-5 s and 5-6 s, the cut
# 3-7 s keeps its supervision whole, and gives the words durations of 0 and -1 s; the cut 4.5-7.5 s
# gives -1 and -2 s. No warning; the times of the untrimmed supervisions are right.
# Fails when no duration is negative. (Its import needs urllib3, which it does not install.)
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet lhotse==1.33.0 urllib3==2.8.0 soundfile==0.13.1 numpy==2.4.6
cd "$folder"
venv/bin/python - 2>&1 <<'PYTHON'
import numpy as np
import soundfile
from lhotse import Recording, SupervisionSegment
from lhotse.supervision import AlignmentItem

soundfile.write("talk.wav", np.zeros(160000), 16000)
cut = Recording.from_file("talk.wav").to_cut()
words = [AlignmentItem("one", 4, 1), AlignmentItem("two", 5, 1)]
cut.supervisions = [
    SupervisionSegment("s", "talk", start=4, duration=2, alignment={"word": words})
]


def lengths(supervisions):
    (supervision,) = supervisions
    return supervision.duration, [item.duration for item in supervision.alignment["word"]]


seen = {}
for offset, duration in ((0, 10), (3, 4), (4.5, 3)):
    part = cut.truncate(offset=offset, duration=duration)
    assert lengths(part.supervisions) == (2, [1, 1])
    seen[offset] = lengths(part.trimmed_supervisions)
print("start of the cut: duration of the trimmed supervision, and of its words", seen)
assert seen == {0: (2, [1, 1]), 3: (2, [0, -1]), 4.5: (1.5, [-1, -2])}
PYTHON
