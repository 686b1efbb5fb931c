#!/usr/bin/env bash
# soundfile 0.14.0 (libsndfile inside the wheel): an mp3 read in blocks is not the mp3 read at once.
#
# Guess before it was run: the blocks joined equal one read to the bit, as for wav and flac.
# Seen: joined blocks have as many samples as one read, and samples behind the end of the first block
# differ: the library seeks before every block, and an mp3 decoder that was sought has lost the frames
# before it. Fails when blocks and one read agree, or when wav does not.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet soundfile==0.14.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import numpy as np
import soundfile

time = np.arange(60 * 16000) / 16000
tone = (0.4 * np.sin(2 * np.pi * (200 + 20 * time) * time)).astype(np.float32)
apart = {}
for name, form in (("tone.wav", {}), ("tone.mp3", {"format": "MP3"})):
    soundfile.write(name, tone, 16000, **form)
    whole, _ = soundfile.read(name, dtype="float32")
    blocks = list(soundfile.blocks(name, blocksize=262144, dtype="float32"))
    joined = np.concatenate(blocks)
    assert len(joined) == len(whole)
    where = np.flatnonzero(joined != whole)
    apart[name] = where
    print(name, "samples that differ:", len(where), "first:", where[:1], "greatest difference:",
          float(np.abs(joined - whole).max()))
assert len(apart["tone.wav"]) == 0
assert len(apart["tone.mp3"]) > 0, "mp3 blocks are exact now"
assert apart["tone.mp3"][0] >= 262144
PYTHON
