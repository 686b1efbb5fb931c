#!/usr/bin/env bash
# pyannote.metrics 4.2.0: a segmentation without any boundary has precision 1.
#
# Guess before it was run: the precision of nothing is NaN, or 0.
# Seen: one interval over three words has SegmentationPrecision 1.0 and SegmentationRecall 0.0, so
# their mean over recordings rewards a system that finds nothing; one boundary right and one wrong
# have 0.5 each. Boundaries at the outer ends are not counted. Fails when the value of nothing
# changes.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pyannote.metrics==4.2.0 pyannote.core==6.1.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
from pyannote.core import Annotation, Segment
from pyannote.metrics.segmentation import SegmentationPrecision, SegmentationRecall


def words(*edges):
    found = Annotation()
    for number, (onset, offset) in enumerate(zip(edges, edges[1:])):
        found[Segment(onset, offset)] = f"word {number}"
    return found


truth = words(0, 1, 2, 3)
given = {
    "all found": truth,
    "ends moved": words(0.05, 1, 2, 3.1),
    "one right, one wrong": words(0, 1, 2.5, 3),
    "no boundary": words(0, 3),
}
kinds = (SegmentationPrecision, SegmentationRecall)
seen = {name: [kind(tolerance=0.02)(truth, found) for kind in kinds] for name, found in given.items()}
print(seen)
assert seen["all found"] == seen["ends moved"] == [1.0, 1.0]
assert seen["one right, one wrong"] == [0.5, 0.5]
assert seen["no boundary"] == [1.0, 0.0]
PYTHON
