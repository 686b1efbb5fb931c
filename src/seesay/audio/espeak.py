"""eSpeak NG through ctypes: samples and word times of running speech.

The library keeps state between calls, so each talker needs a fresh process.
"""

import ctypes
from ctypes import CFUNCTYPE, POINTER, Structure, Union, c_char, c_int, c_short, c_uint, c_void_p
from dataclasses import dataclass

import espeakng_loader
import numpy as np

from seesay.shared.errors import InputError

SYNCHRONOUS, UTF8, BY_CHARACTER = 2, 1, 1
RATE, PITCH, PITCH_RANGE, WORD_GAP = 1, 3, 4, 7
WORD_EVENT, END_EVENT = 1, 0
DONT_EXIT, IPA = 0x8000, 2


class _Id(Union):
    _fields_ = (("number", c_int), ("name", c_void_p), ("string", c_char * 8))


class _Event(Structure):
    _fields_ = (
        ("type", c_int),
        ("identifier", c_uint),
        ("text_position", c_int),
        ("length", c_int),
        ("audio_position", c_int),
        ("sample", c_int),
        ("user_data", c_void_p),
        ("id", _Id),
    )


_Callback = CFUNCTYPE(c_int, POINTER(c_short), c_int, POINTER(_Event))


@dataclass(frozen=True)
class Voice:
    """A talker's voice: an accent and a variant, words a minute, pitch and its range (0-99)."""

    name: str
    rate: int
    pitch: int
    pitch_range: int


class Speaker:
    """One voice in this process. Raises InputError if eSpeak NG does not know it."""

    def __init__(self, voice: Voice, word_gap: int, seed: int) -> None:
        try:
            self.library = ctypes.CDLL(espeakng_loader.get_library_path())
        except OSError as error:
            raise InputError(f"eSpeak NG cannot be loaded ({error}); see espeakng-loader") from None
        data = espeakng_loader.get_data_path().encode()
        self.sample_rate = int(self.library.espeak_Initialize(SYNCHRONOUS, 0, data, DONT_EXIT))
        if self.sample_rate <= 0:
            raise InputError(f"eSpeak NG did not start with its data at {data.decode()}")
        self.chunks: list[np.ndarray] = []
        self.events: list[tuple[int, int]] = []
        self.callback = _Callback(self._receive)
        self.library.espeak_SetSynthCallback(self.callback)
        if self.library.espeak_SetVoiceByName(voice.name.encode()) != 0:
            raise InputError(f"eSpeak NG has no voice {voice.name!r}")
        values = ((RATE, voice.rate), (PITCH, voice.pitch), (PITCH_RANGE, voice.pitch_range))
        for parameter, value in (*values, (WORD_GAP, word_gap)):
            self.library.espeak_SetParameter(parameter, value, 0)
        self.library.espeak_ng_SetRandSeed(ctypes.c_long(seed))

    def _receive(self, samples, count, events):  # type: ignore[no-untyped-def]
        if count > 0 and samples:
            self.chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        place = 0
        while events[place].type != END_EVENT:
            if events[place].type == WORD_EVENT:
                self.events.append((events[place].text_position - 1, events[place].sample))
            place += 1
        return 0

    def say(self, words: list[str]) -> tuple[np.ndarray, list[tuple[int, int, int]]]:
        """Say a sentence: int16 samples, and (word's index, onset, offset) in samples.

        eSpeak NG speaks some pairs of words as one and reports only the first: neither has its own
        times, and both are left out. A word ends where its energy does, before the pause after it.
        """
        text = " ".join(words).encode()
        self.chunks, self.events = [], []
        self.library.espeak_Synth(text, len(text) + 1, 0, BY_CHARACTER, 0, UTF8, None, None)
        samples = np.concatenate(self.chunks) if self.chunks else np.empty(0, np.int16)
        return samples, word_times(words, self.events, samples, self.sample_rate)

    def transcribe(self, word: str) -> str:
        """The word's phonemes in this voice's accent, in IPA."""
        text = ctypes.c_char_p(word.encode())
        self.library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        phonemes = self.library.espeak_TextToPhonemes(ctypes.byref(text), UTF8, IPA)
        return (phonemes or b"").decode().strip()


def word_times(
    words: list[str], events: list[tuple[int, int]], samples: np.ndarray, rate: int
) -> list[tuple[int, int, int]]:
    """(word's index, onset, offset) in samples, from events (text position, sample) in order."""
    starts, place = {}, 0
    for index, word in enumerate(words):
        starts[place] = index
        place += len(word) + 1
    heard = {starts[position] for position, _ in events if position in starts}
    ends = [sample for _, sample in events[1:]] + [len(samples)]
    found = []
    for (position, onset), end in zip(events, ends, strict=True):
        index = starts.get(position, -1)
        alone = index + 1 in heard or index + 1 == len(words)
        offset = trimmed(samples, onset, end, rate)
        if index >= 0 and alone and offset > onset:
            found.append((index, onset, offset))
    return found


def trimmed(samples: np.ndarray, onset: int, end: int, rate: int) -> int:
    """The end of a word: after its last 5 ms with at least 2 % of its loudest amplitude.

    A word without a sound ends at its onset.
    """
    step = rate // 200
    part = samples[onset:end].astype(np.float64)
    frames = len(part) // step
    energy = np.square(part[: frames * step]).reshape(frames, step).mean(axis=1)
    if not energy.any():
        return onset
    loud = np.flatnonzero(energy >= 4e-4 * energy.max())
    return onset + (int(loud[-1]) + 1) * step
