#!/usr/bin/env bash
# kaldiio gives segments that cannot be cut out as empty or shortened sound, and says nothing.
# kaldiio 2.18.1. A recording of one second with a Kaldi `segments` file: an ordinary segment, one
# that ends a second late, one that begins after the end, one to -1, one that ends before it begins.
#
# Guess before it was run: as Kaldi's own extract-segments, which warns and skips a segment that
# ends more than half a second late or is empty, so the caller never sees it; -1 is the end.
# Seen: every segment comes. The late one is shortened to what is there, those that begin after the
# end or end before they begin are arrays of no samples, all without a warning. -1 is the end.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
"env/bin/pip" install --quiet kaldiio==2.18.1 numpy==2.4.6 soundfile==0.14.0
cat > read.py <<'PY'
import contextlib
import io
import warnings
from importlib.metadata import version

import kaldiio
import numpy as np
import soundfile

RATE = 16000
SEGMENTS = {
    "ordinary": (0.25, 0.5, 4000),
    "late": (0.75, 2.0, 4000),
    "outside": (1.5, 1.75, 0),
    "whole": (0.25, -1, 12000),
    "backwards": (0.5, 0.25, 0),
}
soundfile.write("a.wav", np.arange(RATE, dtype=np.int16), RATE)
open("wav.scp", "w").write("a a.wav\n")
lines = (f"{name} a {start} {end}\n" for name, (start, end, _) in SEGMENTS.items())
open("segments", "w").write("".join(lines))
said = io.StringIO()
with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stderr(said):
    warnings.simplefilter("always")
    with kaldiio.ReadHelper("scp:wav.scp", segments="segments") as reader:
        found = {name: len(samples) for name, (_, samples) in reader}
quiet = not said.getvalue() and not [w for w in warned if "segment" in str(w.message).lower()]
print(f"kaldiio {version('kaldiio')}: samples {found}; said nothing: {quiet}")
assert found == {name: count for name, (_, _, count) in SEGMENTS.items()}
assert quiet
PY
env/bin/python read.py
