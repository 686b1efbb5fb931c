"""One synthetic talker: a voice, and the recordings of its sentences.

Synthesisers keep state between calls, so every talker speaks in its own process: this module run as
a program reads one talker's script as JSON from standard input and answers in JSON.
"""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from seesay.audio.engines import Casting, build
from seesay.shared import lifeline
from seesay.shared.errors import InputError
from seesay.shared.randomness import generator

REFUSED = 74  # exit status if the system refuses a file: EX_IOERR of sysexits.h


def record(
    talker: str,
    script: list[list[str]],
    folder: Path,
    word_gap: int,
    pause: float,
    minutes: float,
    seed: int,
    options: dict[str, Any] | None = None,
    names: list[str] | None = None,
) -> tuple[list[tuple[str, float, float, str]], dict[str, str], list[str]]:
    """Say all sentences of `script` into `folder`/TALKER_01.wav, TALKER_02.wav, ...

    Returns (filename, onset, offset, word), times in s from the file's start, for every word with
    its own times; the transcription of every word type; and the words without times, one a token.
    The files are 16-bit mono at the engine's own rate, about `minutes` minutes long; at least
    `pause` seconds of silence separate two sentences. With `names`, a file name for each sentence,
    every sentence has a file of its own. `options` are those of the engine.
    """
    random = generator("synthesis", "pauses", seed, talker)
    speaker = build(Casting(talker, word_gap, seed, options or {}))
    rows = []
    untimed: list[str] = []
    parts: list[np.ndarray] = []
    length, number = 0, 1
    for place, (words, (samples, times)) in enumerate(
        zip(script, speaker.speak(script), strict=True)
    ):
        rate = speaker.sample_rate
        timed = {index for index, _, _ in times}
        untimed += [word for index, word in enumerate(words) if index not in timed]
        name = names[place] if names else f"{talker}_{number:02}.wav"
        for index, onset, offset in times:
            begin, end = (length + onset) / rate, (length + offset) / rate
            rows.append((name, round(begin, 4), round(end, 4), words[index]))
        parts += [samples, np.zeros(round((pause + 0.3 * random.random()) * rate), np.int16)]
        length += len(parts[-2]) + len(parts[-1])
        if names or length > minutes * 60 * rate or place == len(script) - 1:
            _write(folder / name, np.concatenate(parts), rate)
            parts, length, number = [], 0, number + 1
    types = sorted({word for words in script for word in words})
    return rows, {word: speaker.transcribe(word) for word in types}, untimed


def _write(path: Path, samples: np.ndarray, rate: int) -> None:
    # Encoded in memory: libsndfile does not say why it cannot write.
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV", subtype="PCM_16")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.getvalue())
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def main() -> None:
    """Record the talker described on standard input, for as long as the parent waits."""
    lifeline.end_with(os.getppid())
    part: dict[str, Any] = json.load(sys.stdin)
    try:
        json.dump(record(**part | {"folder": Path(part["folder"])}), sys.stdout)
    except InputError as error:
        sys.exit(str(error))
    except OSError as error:
        # The parent raises it again: it is not the talker's fault.
        print(json.dumps([error.errno, error.strerror, error.filename]), file=sys.stderr)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
