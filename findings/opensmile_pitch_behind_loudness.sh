#!/usr/bin/env bash
# opensmile 2.6.0: in a row of the GeMAPS sets the pitch is of some 20 ms later than the loudness, and
# than the row says.
#
# Guess before it was run: the start and end of a row (low-level descriptors, one every 10 ms) are those
# of the sound that it was computed from, so a value belongs to the row's centre, within 5 ms.
# Seen: the rows of GeMAPSv01b and eGeMAPSv02 are called 20 ms long, which holds for loudness. Pitch is
# taken from 60 ms that begin where the row does: on a glide it is that of 24 ms behind the row's centre,
# so the first voiced rows lie before the voice begins. A vowel of 80 ms cut out by its rows has a third
# of its pitch from what follows. ComParE_2016 calls its rows 60 ms long, and pitch is right within 5 ms.
# Fails when the sets agree.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet opensmile==2.6.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import numpy as np
import opensmile
from opensmile import FeatureLevel, FeatureSet

RATE = 16000
time = np.arange(4 * RATE) / RATE


def harmonics(hertz):
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    return 0.1 * sum(np.sin(k * phase) / k for k in range(1, 8))


def rows(kind, sound):
    """Values, and the start and centre of each row in seconds."""
    values = opensmile.Smile(kind, FeatureLevel.LowLevelDescriptors).process_signal(sound.astype(np.float32), RATE)
    start, end = (values.index.get_level_values(name).total_seconds().to_numpy() for name in ("start", "end"))
    return values, start, (start + end) / 2


def pitch(kind, values):
    if kind is FeatureSet.ComParE_2016:
        return values["F0final_sma"].to_numpy()
    semitones = values["F0semitoneFrom27.5Hz_sma3nz"].to_numpy()
    return np.where(semitones > 0, 27.5 * 2 ** (semitones / 12), 0)


def behind(kind):
    """How much later than its row's centre a pitch is, in ms: the glide rises by 60 Hz a second."""
    values, _, centre = rows(kind, harmonics(120 + 60 * time))
    hertz = pitch(kind, values)
    use = (centre > 0.5) & (centre < 3) & (hertz > 0)
    return float(np.median((hertz[use] - 120) / 60 - centre[use]) * 1000)


seen = {kind.name: behind(kind) for kind in (FeatureSet.GeMAPSv01b, FeatureSet.eGeMAPSv02, FeatureSet.ComParE_2016)}
print("pitch is later than the row's centre by ms:", {name: round(value, 1) for name, value in seen.items()})

bump = harmonics(np.full(len(time), 200.0)) * np.exp(-(((time - 2) / 0.2) ** 2))
values, _, centre = rows(FeatureSet.eGeMAPSv02, bump)
loud = values["Loudness_sma3"].to_numpy()
loudest = float(np.sum(centre * loud**4) / np.sum(loud**4))
print(f"a sound that is loudest at 2 s: rows say {loudest:.3f} s")

voice = np.where((time > 1) & (time < 2), harmonics(np.full(len(time), 200.0)), 0)
values, start, _ = rows(FeatureSet.eGeMAPSv02, voice + 1e-4 * np.random.default_rng(0).normal(size=len(time)))
first = float(start[np.flatnonzero(pitch(FeatureSet.eGeMAPSv02, values))[0]])
print(f"a voice that begins at 1 s: first voiced row at {first:.2f} to {first + 0.02:.2f} s")
assert all(15 < seen[name] < 30 for name in ("GeMAPSv01b", "eGeMAPSv02"))
assert abs(seen["ComParE_2016"]) < 7 and abs(loudest - 2) < 0.007
assert first + 0.02 <= 1
PYTHON
