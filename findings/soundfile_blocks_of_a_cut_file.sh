#!/usr/bin/env bash
# soundfile 0.14.0: blocks() of an mp3 that was cut off gives as many samples as its header promises.
#
# Guess before it was run: the last block is short, as one read of the same file is.
# Seen: 160,000 samples where one read gives 76,079. What the file does not hold is left in the block
# as it was, shown here by a buffer filled with 7 that is given as `out`. Fails when no 7 is left.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet soundfile==0.14.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
from pathlib import Path

import numpy as np
import soundfile

time = np.arange(10 * 16000) / 16000
soundfile.write("tone.mp3", 0.4 * np.sin(2 * np.pi * 300 * time), 16000, format="MP3")
data = Path("tone.mp3").read_bytes()
Path("cut.mp3").write_bytes(data[: len(data) // 2])
whole, _ = soundfile.read("cut.mp3", dtype="float32")
promised = soundfile.info("cut.mp3").frames
buffer = np.full(promised, 7, dtype=np.float32)
given = left = 0
for block in soundfile.blocks("cut.mp3", dtype="float32", out=buffer):
    given += len(block)
    left += int((block == 7).sum())
print("promised", promised, "one read", len(whole), "blocks", given, "samples left at 7:", left)
assert len(whole) < promised
assert given == promised
assert left > 0, "blocks() is short now, as a read is"
PYTHON
