#!/usr/bin/env bash
# soundfile 0.14.0 (libsndfile inside the wheel): a VBR mp3 without a header has its length guessed
# from its first frame, and is read no further; the same bytes through a pipe are read to their end.
#
# Guess before it was run: a file is read to its end, however long its header says it is, and a pipe
# gives no more than the file.
# Seen: of 10 s that begin with noise the file gives 1.5 s, the pipe all. Fails when the two agree.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet soundfile==0.14.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import os
import threading
from pathlib import Path

import numpy as np
import soundfile

rate, seconds = 16000, 10
rng = np.random.default_rng(1)
sound = 0.3 * np.sin(2 * np.pi * 300 * np.arange(seconds * rate) / rate)
sound[: rate // 2] = 0.5 * rng.uniform(-1, 1, rate // 2)  # large frames come first
soundfile.write("headed.mp3", sound, rate, format="MP3", bitrate_mode="VARIABLE",
                compression_level=0.5)
data = Path("headed.mp3").read_bytes()
# The encoder's header is the first frame: what is left begins at the sync bits of the next.
place = data.index(b"Xing")
while not (data[place] == 0xFF and data[place + 1] & 0xE0 == 0xE0):
    place += 1
bare = data[place:]
Path("bare.mp3").write_bytes(bare)
file = soundfile.read("bare.mp3")[0]

out, into = os.pipe()


def pour() -> None:
    with open(into, "wb") as sink:
        sink.write(bare)


threading.Thread(target=pour, daemon=True).start()
with open(out, "rb", buffering=0) as pipe:
    stream = soundfile.SoundFile(pipe.fileno(), closefd=False)
    stream.seekable = lambda: False
    total, block = 0, np.empty((4096, 1), np.float32)
    while read := len(stream.read(4096, out=block)):
        total += read
print(f"seconds: with its header {soundfile.info('headed.mp3').duration:.2f},"
      f" the file {len(file) / rate:.2f}, the pipe {total / rate:.2f}")
assert total / rate > 9.8
assert len(file) / rate < 0.9 * total / rate
PYTHON
