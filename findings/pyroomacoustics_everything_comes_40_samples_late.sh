#!/usr/bin/env bash
# pyroomacoustics 0.10.1: a room's response has 40 samples before the sound can have come.
#
# Guess before it was run: at 16 kHz the direct sound of a source 3.43 m away is at sample 160 of the
# impulse response, 10 ms by the speed of sound of 343 m/s that the package takes.
# Seen: it is at sample 200, and so for every distance: the response is moved by half the length (81)
# of the filter that makes parts of a sample. A recording that is convolved with it has all its words
# 2.5 ms later than their times say, at 8 kHz 5 ms. Fails when it is at 160.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pyroomacoustics==0.10.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import numpy as np
import pyroomacoustics

assert pyroomacoustics.constants.get("c") == 343


def late(metres, rate):
    room = pyroomacoustics.AnechoicRoom(3, fs=rate)
    room.add_source([0, 0, 0])
    room.add_microphone([metres, 0, 0])
    room.compute_rir()
    return int(np.argmax(np.abs(room.rir[0][0]))) - round(metres / 343 * rate)


seen = {(metres, rate): late(metres, rate) for metres in (0.343, 3.43, 34.3) for rate in (8000, 16000)}
print("samples later than by distance, by metres and Hz:", seen)
assert set(seen.values()) == {40}
PYTHON
