"""Kokoro-82M through ONNX Runtime: neural voices with the model's own word times.

Model and voices are the user's files (`synthesis.kokoro`): a model exported to ONNX with the inputs
tokens (1, n) int64, style (1, 256) float32 and speed (1) float32, and one file a voice of float32
(510, 1, 256), whose row n is the style for n phonemes. The model predicts how long each phoneme
lasts in units of 25 ms. These durations become a second output of the graph, so word times are
those of the sound.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from seesay.audio import espeak
from seesay.audio.engines import Casting, Times
from seesay.audio.engines.sounds import part, plain, sounding
from seesay.settings.facts import Engine
from seesay.shared.errors import InputError
from seesay.shared.randomness import generator
from seesay.shared.voices import kokoro_voices

ABOUT = Engine(
    "Kokoro-82M",
    terms="Apache License 2.0",
    link="https://huggingface.co/hexgrad/Kokoro-82M",
)

RATE, UNIT, STYLES = 24_000, 600, 256
SPEEDS = (0.85, 1.15)
# Samples by which the sound precedes its phonemes: 35 ms, against alignment in running speech.
AHEAD = 840
# Symbols that the network reads: 512 with the two at the ends.
LONGEST = 510
# Kokoro's vocabulary of phonemes; 0 stands at both ends.
SYMBOLS = {
    **{";": 1, ":": 2, ",": 3, ".": 4, "!": 5, "?": 6, " ": 16, "A": 24, "I": 25, "O": 31},
    **{"Q": 33, "T": 36, "W": 39, "Y": 41, "ᵊ": 42, "a": 43, "b": 44, "d": 46, "e": 47, "f": 48},
    **{"h": 50, "i": 51, "j": 52, "k": 53, "l": 54, "m": 55, "n": 56, "o": 57, "p": 58, "s": 61},
    **{"t": 62, "u": 63, "v": 64, "w": 65, "x": 66, "z": 68, "ɑ": 69, "ɒ": 71, "æ": 72},
    **{"ɔ": 76, "ð": 81, "ʤ": 82, "ə": 83, "ɛ": 86, "ɜ": 87, "ɡ": 92, "ɪ": 102, "ŋ": 112},
    **{"θ": 119, "ɹ": 123, "ɾ": 125, "ʃ": 131, "ʧ": 133, "ʊ": 135, "ʌ": 138, "ʒ": 147},
    **{"ˈ": 156, "ˌ": 157, "ː": 158, "ᵻ": 177},
}
# eSpeak NG's IPA to Kokoro's symbols, in this order; diphthongs and affricates are one symbol.
BOTH = (
    *(("eɪ", "A"), ("aɪ", "I"), ("aʊ", "W"), ("ɔɪ", "Y"), ("tʃ", "ʧ"), ("dʒ", "ʤ")),
    *(("ʲ", ""), ("ɫ", "l"), ("r", "ɹ"), ("g", "ɡ"), ("ʔ", "t"), ("ɐ", "ə"), ("ɬ", "l")),
    *(("ə\N{COMBINING VERTICAL LINE BELOW}l", "ᵊl"), ("əl", "ᵊl")),
    *(("l\N{COMBINING VERTICAL LINE BELOW}", "ᵊl"), ("n\N{COMBINING VERTICAL LINE BELOW}", "ᵊn")),
    *(("\N{COMBINING VERTICAL LINE BELOW}", ""), ("\N{COMBINING TILDE}", "")),
)
AMERICAN = (
    *(("oʊ", "O"), ("əʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɚ", "əɹ"), ("ɝ", "ɜɹ")),
    *(("ɪə", "iə"), ("ɒ", "ɔ"), ("ː", "")),
)
BRITISH = (("əʊ", "Q"), ("oʊ", "Q"), ("ɚ", "ə"), ("eə", "ɛː"), ("iə", "ɪə"), ("ɾ", "t"))


def phonemes(ipa: str, british: bool) -> str:
    """eSpeak NG's IPA in Kokoro's symbols; signs that Kokoro does not know are left out."""
    # Only eSpeak has an e outside diphthongs, and a stress within one.
    for old, new in (*BOTH, *(BRITISH if british else AMERICAN)):
        ipa = ipa.replace(old, new)
    return "".join(sign for sign in ipa if sign in SYMBOLS)


class Model:
    """The network, on one thread, so that sums have one order."""

    def __init__(self, path: Path) -> None:
        import onnx
        import onnxruntime

        model = onnx.load(path)
        made = {output: node for node in model.graph.node for output in node.output}
        durations = [
            node.output[0]
            for node in model.graph.node
            if node.op_type == "Clip" and made.get(node.input[0], node).op_type == "Round"
        ]
        if len(durations) != 1:
            raise ValueError(f"{len(durations)} places predict durations, and not one")
        model.graph.output.append(onnx.ValueInfoProto(name=durations[0]))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self.inputs = [each.name for each in self.session.get_inputs()]

    def speak(
        self, words: list[str], voice: np.ndarray, speed: float = 1.0
    ) -> tuple[np.ndarray, Times]:
        """Say words given in Kokoro's phonemes: float32 samples (24 kHz), and word times.

        `voice` is (510, 1, 256). Times are those of `word_times`; a word without phonemes has none.
        """
        symbols, spans = sentence(words)
        style = voice.reshape(-1, 1, STYLES)[min(len(symbols), len(voice) - 1)]
        given: list[Any] = [
            np.array([[0, *(SYMBOLS[sign] for sign in symbols), 0]], np.int64),
            style.astype(np.float32),
            np.array([speed], np.float32),
        ]
        sound, durations = self.session.run(None, dict(zip(self.inputs, given, strict=True)))[:2]
        return np.ravel(sound).astype(np.float32), word_times(np.ravel(durations), spans)


def sentence(words: list[str]) -> tuple[str, Times]:
    """The symbols of words, and (word's index, its first symbol, the one after its last).

    The blank before a word is part of it: where no pause is heard, the word's first sound is there.
    """
    symbols, spans = "", []
    for index, word in enumerate(words):
        if word:
            said = symbols + " " * bool(symbols) + word
            spans.append((index, len(symbols), len(said)))
            symbols = said
    return symbols + ".", spans


def word_times(durations: np.ndarray, spans: Times) -> Times:
    """(word's index, onset, offset) in samples, from its first symbol's begin to its last's end.

    `durations` (symbols + 2) are in units; the first and the last are those of the 0 at the ends.
    """
    # The symbol at place p is number p + 1: the 0 at the front comes before it.
    ends = np.maximum(np.cumsum(durations.astype(np.int64)) * UNIT - AHEAD, 0)
    return [(index, int(ends[first]), int(ends[stop])) for index, first, stop in spans]


def pieces(words: list[str]) -> list[list[str]]:
    """Words in phonemes, cut into as few sentences as the network can say.

    A word that is too long alone becomes "". Without a word that has phonemes there is no sentence.
    """
    words = [word if len(word) < LONGEST else "" for word in words]
    found: list[list[str]] = [[]] if any(words) else []
    for word in words if found else []:
        # The sentence, a blank, and the word.
        if word and len(sentence(found[-1])[0]) + 1 + len(word) > LONGEST and any(found[-1]):
            found.append([])
        found[-1].append(word)
    return found


class Speaker:
    """One voice of Kokoro, or a mixture of two of one accent."""

    def __init__(
        self, model: Path, style: np.ndarray, british: bool, speed: float, pause: float
    ) -> None:
        try:
            self.model = Model(model)
        except Exception as error:  # ONNX Runtime and onnx have many, of one line or more
            raise InputError(f"{model}: no model of Kokoro ({first_line(error)})") from None
        accent = "en-GB-x-rp" if british else "en-US"
        self.reader = espeak.Speaker(espeak.Voice(f"gmw/{accent}", 175, 50, 50), 0, 1)
        self.style, self.british, self.speed, self.pause = style, british, speed, pause
        self.sample_rate = RATE

    def speak(self, script: list[list[str]]) -> Iterator[tuple[np.ndarray, Times]]:
        """See `seesay.audio.engines.Speaker`."""
        for words in script:
            samples, times = np.empty(0, np.int16), []
            done = 0  # words
            for piece in pieces(self._read(words)):
                said, found = self._say(piece)
                moved = len(samples)
                times += [(done + index, moved + on, moved + off) for index, on, off in found]
                samples, done = np.concatenate([samples, said]), done + len(piece)
            samples, times = part(samples, times, self.pause, RATE)
            yield samples, sounding(samples, times, RATE)

    def transcribe(self, word: str) -> str:
        """The word's phonemes in Kokoro's symbols."""
        return phonemes(self.reader.transcribe(plain(word)), self.british)

    def _say(self, words: list[str]) -> tuple[np.ndarray, Times]:
        sound, times = self.model.speak(words, self.style, self.speed)
        samples = np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)
        times = [(index, on, min(off, len(samples))) for index, on, off in times]
        # Nothing is heard before the first word, whose sound may be even earlier.
        times[:1] = [(index, 0, off) for index, _, off in times[:1]]
        return samples, times

    def _read(self, words: list[str]) -> list[str]:
        """Phonemes a word, as in running speech where eSpeak NG keeps its words apart."""
        given = [plain(word) for word in words]
        said = [word for word in given if word]
        read = self.reader.transcribe(" ".join(said)).split()
        if len(read) != len(said):
            read = [self.reader.transcribe(word) for word in said]
        found = iter(read)
        return [phonemes(next(found), self.british) if word else "" for word in given]


def first_line(error: Exception) -> str:
    """An error's first line."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def build(casting: Casting) -> Speaker:
    """See `seesay.audio.engines`. Raises InputError for a file that is no voice."""
    random = generator("synthesis", "voice", casting.seed, casting.talker)
    speed = float(random.uniform(*SPEEDS))
    voices = [
        path
        for path in kokoro_voices(Path(casting.options["voices"]))
        if path.name[1] == casting.sex.lower()
    ]
    if not voices:
        raise InputError(f"{casting.options['voices']}: has no English voice of this sex")
    first = voices[casting.place % len(voices)]
    style = _style(first)
    if casting.place >= len(voices):
        others = [path for path in voices if path.name[0] == first.name[0]]
        other = others[int(random.integers(len(others)))]
        style = 0.5 * style + 0.5 * _style(other)
    british = first.name.startswith("b")
    model = Path(casting.options["model"])
    return Speaker(model, style, british, speed, casting.word_gap / 100)


def _style(path: Path) -> np.ndarray:
    values = np.fromfile(path, np.float32)
    if len(values) == 0 or len(values) % STYLES or not np.isfinite(values).all():
        raise InputError(f"{path}: no voice of Kokoro: expected rows of {STYLES} float32 numbers")
    return values.reshape(-1, 1, STYLES)
