#!/usr/bin/env bash
# eSpeak NG 1.52 (through espeakng-loader 0.2.4): the phoneme events of some consonants come when the
# consonant is over.
#
# Guess before it was run: a phoneme event tells where its phoneme begins in the audio, as a word event
# does for its word, so each phoneme of "a small ball" has a length of 30 ms or more.
# Seen: in "a small ball and a tall dog near a doll go down" the four l have a length of 0, since their
# events come where the next word begins, and the vowels before them are as long as both. 6 of the 12
# words begin 12 to 49 ms before the event of their first phoneme; most of these are plosives, whose
# closure is not counted. Word events are right, so word times and phone times of one sentence disagree.
# Fails when each l has a length and words begin with their first phonemes.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet espeakng-loader==0.2.4
cd "$folder"
venv/bin/python - <<'PYTHON'
import ctypes
from ctypes import CFUNCTYPE, POINTER, Structure, Union, c_char, c_int, c_short, c_uint, c_void_p

import espeakng_loader


class Id(Union):
    _fields_ = (("number", c_int), ("name", c_void_p), ("string", c_char * 8))


class Event(Structure):
    _fields_ = (
        *(("type", c_int), ("identifier", c_uint), ("position", c_int), ("length", c_int)),
        *(("ms", c_int), ("sample", c_int), ("data", c_void_p), ("id", Id)),
    )


CALLBACK = CFUNCTYPE(c_int, POINTER(c_short), c_int, POINTER(Event))
events, size = [], 0


@CALLBACK
def receive(samples, count, told):
    global size
    size += count if samples else 0
    place = 0
    while told[place].type:
        if told[place].type in (1, 7):
            name = told[place].id.string.decode() if told[place].type == 7 else None
            events.append((told[place].sample, name))
        place += 1
    return 0


library = ctypes.CDLL(espeakng_loader.get_library_path())
library.espeak_Info.restype = ctypes.c_char_p
# Synchronous; phoneme events (1), in IPA (2), and no exit (0x8000).
rate = library.espeak_Initialize(2, 0, espeakng_loader.get_data_path().encode(), 0x8003)
library.espeak_SetSynthCallback(receive)
library.espeak_SetVoiceByName(b"en")
text = b"a small ball and a tall dog near a doll go down"
library.espeak_Synth(text, len(text) + 1, 0, 1, 0, 1, None, None)
words = []
for (sample, name), following in zip(events, [sample for sample, _ in events[1:]] + [size]):
    if name is None:
        words.append((sample, []))
    elif name:
        words[-1][1].append((name, sample, following - sample))
print("eSpeak NG", library.espeak_Info(None).decode(), rate, "Hz")
for begin, phonemes in words:
    late = 1000 * (phonemes[0][1] - begin) / rate
    print(f"word at {begin / rate:.3f} s, its first phoneme {late:.0f} ms later:",
          *(f"{name} {1000 * length / rate:.0f} ms" for name, _, length in phonemes))
lengths = [length for _, phonemes in words for name, _, length in phonemes if name == "l"]
late = max(phonemes[0][1] - begin for begin, phonemes in words)
assert min(lengths) < 0.005 * rate
assert late > 0.025 * rate
PYTHON
