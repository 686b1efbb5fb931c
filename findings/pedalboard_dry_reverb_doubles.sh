#!/usr/bin/env bash
# pedalboard 0.9.26: a reverb of dry level 1 and wet level 0 doubles the sound.
#
# Guess before it was run: levels are gains from 0 to 1, so that all dry and nothing wet leaves the
# sound as it is, and two words augmented with other rooms keep their level.
# Seen: each sample is doubled, beyond full scale where the peak was above a half; dry level 0.5 leaves
# the sound as it is. The default of 0.4 lowers it by 2 dB. Fails when dry level 1 changes nothing.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pedalboard==0.9.26 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import numpy as np
from pedalboard import Reverb

sound = np.random.default_rng(0).uniform(-0.9, 0.9, 16000).astype(np.float32)


def gain(level):
    out = Reverb(dry_level=level, wet_level=0)(sound, 16000)
    # The level glides for some ms at the start.
    ratio = out[4000:] / sound[4000:]
    assert np.ptp(ratio) < 0.01
    return round(float(np.median(ratio)), 3), round(float(np.abs(out).max()), 2)


seen = {level: gain(level) for level in (1.0, 0.5, 0.4)}
print("dry level: gain and peak", seen)
assert [seen[level][0] for level in (1.0, 0.5, 0.4)] == [2, 1, 0.8]
assert seen[1.0][1] > 1.7
PYTHON
