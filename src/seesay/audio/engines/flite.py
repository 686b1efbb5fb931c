"""flite through ctypes: three unit-selection voices and a diphone voice, American or Scottish.

Debian's package is flite. It omits kal, which is kal16 at 8 kHz, and awb_time, which only tells the
time. Word times are the ends of the segments that the sound was made of.
"""

import ctypes
from collections.abc import Iterator
from ctypes import POINTER, Structure, c_char_p, c_float, c_int, c_short, c_void_p
from typing import Any

import numpy as np

from seesay.audio.engines import Casting, Times
from seesay.audio.engines.sounds import part, plain, sounding
from seesay.settings.facts import Engine
from seesay.shared.errors import InputError
from seesay.shared.randomness import generator

ABOUT = Engine(
    "flite",
    terms="like BSD's; voices of Carnegie Mellon University",
    link="http://cmuflite.org",
)

# By sex: the voice and its own mean pitch, in Hz.
VOICES = {"F": (("slt", 170.0),), "M": (("rms", 95.0), ("awb", 125.0), ("kal16", 105.0))}
PITCHES, STRETCHES = (0.85, 1.2), (0.85, 1.2)
FIRST = b"R:SylStructure.daughter1.daughter1.R:Segment.p.end"
LAST = b"R:SylStructure.daughtern.daughtern.R:Segment.end"


class _Wave(Structure):
    _fields_ = (
        ("type", c_char_p),
        ("sample_rate", c_int),
        ("num_samples", c_int),
        ("num_channels", c_int),
        ("samples", POINTER(c_short)),
    )


class _Voice(Structure):
    # The first fields of cst_voice.
    _fields_ = (("name", c_char_p), ("features", c_void_p))


# Functions of libflite: types of the result and the arguments.
FUNCTIONS: dict[str, tuple[Any, ...]] = {
    "flite_synth_text": (c_void_p, c_char_p, c_void_p),
    "delete_utterance": (None, c_void_p),
    "utt_wave": (POINTER(_Wave), c_void_p),
    "utt_relation": (c_void_p, c_void_p, c_char_p),
    "relation_head": (c_void_p, c_void_p),
    "item_next": (c_void_p, c_void_p),
    "item_daughter": (c_void_p, c_void_p),
    "item_last_daughter": (c_void_p, c_void_p),
    "item_as": (c_void_p, c_void_p, c_char_p),
    "item_feat_string": (c_char_p, c_void_p, c_char_p),
    "ffeature_float": (c_float, c_void_p, c_char_p),
    "feat_set_float": (None, c_void_p, c_char_p, c_float),
}


class Speaker:
    """One voice in this process."""

    def __init__(self, name: str, pitch: float, stretch: float, pause: float) -> None:
        try:
            self.library = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
            voices = ctypes.CDLL(f"libflite_cmu_us_{name}.so.1")
        except OSError as error:
            raise InputError(f"flite cannot be loaded ({error}); Debian's package flite") from None
        for function, (result, *arguments) in FUNCTIONS.items():
            called = getattr(self.library, function)
            called.restype, called.argtypes = result, arguments
        self.library.flite_init()
        register = getattr(voices, f"register_cmu_us_{name}")
        register.restype, register.argtypes = POINTER(_Voice), [c_char_p]
        self.voice = register(None)
        features = self.voice.contents.features
        self.library.feat_set_float(features, b"int_f0_target_mean", pitch)
        self.library.feat_set_float(features, b"duration_stretch", stretch)
        self.pause, self.sample_rate = pause, 16_000
        self.phonemes: dict[str, str] = {}

    def speak(self, script: list[list[str]]) -> Iterator[tuple[np.ndarray, Times]]:
        """See `seesay.audio.engines.Speaker`."""
        for words in script:
            samples, times = part(*self._say(words), self.pause, self.sample_rate)
            yield samples, sounding(samples, times, self.sample_rate)

    def transcribe(self, word: str) -> str:
        """The word's phonemes in ARPAbet, as last said."""
        return self.phonemes.get(word, "")

    def _say(self, words: list[str]) -> tuple[np.ndarray, Times]:
        given = [(index, plain(word)) for index, word in enumerate(words)]
        given = [(index, word) for index, word in given if word]
        text = " ".join(word for _, word in given).encode()
        utterance = self.library.flite_synth_text(text, self.voice)
        if not utterance:
            raise InputError(f"flite says nothing for {text.decode()!r}")
        wave = self.library.utt_wave(utterance).contents
        self.sample_rate = wave.sample_rate
        samples = np.ctypeslib.as_array(wave.samples, (wave.num_samples,)).copy()
        times = []
        token = self.library.relation_head(self.library.utt_relation(utterance, b"Token"))
        for index, _ in given:
            first = self.library.item_daughter(token) if token else None
            if first:
                last = self.library.item_last_daughter(token)
                ends = (self._seconds(first, FIRST), self._seconds(last, LAST))
                onset, offset = (round(end * self.sample_rate) for end in ends)
                times.append((index, onset, min(offset, len(samples))))
                self.phonemes[words[index]] = self._phonemes(first, last)
            token = self.library.item_next(token) if token else None
        self.library.delete_utterance(utterance)
        return samples, [time for time in times if time[2] > time[1]]

    def _seconds(self, item: int, feature: bytes) -> float:
        return float(self.library.ffeature_float(item, feature))

    def _phonemes(self, first: int, last: int) -> str:
        """The segments of the words from `first` to `last`, items of the relation Token."""
        found = []
        word: int | None = first
        while word:
            syllable = self.library.item_daughter(self.library.item_as(word, b"SylStructure"))
            while syllable:
                segment = self.library.item_daughter(syllable)
                while segment:
                    found.append(self.library.item_feat_string(segment, b"name").decode())
                    segment = self.library.item_next(segment)
                syllable = self.library.item_next(syllable)
            word = self.library.item_next(word) if word != last else None
        return " ".join(found)


def build(casting: Casting) -> Speaker:
    """See `seesay.audio.engines`."""
    random = generator("synthesis", "voice", casting.seed, casting.talker)
    voices = VOICES[casting.sex]
    name, pitch = voices[casting.place % len(voices)]
    return Speaker(
        name,
        pitch * float(random.uniform(*PITCHES)),
        float(random.uniform(*STRETCHES)),
        casting.word_gap / 100,
    )
