"""Festival as a program: two diphone voices and an HMM voice, all American.

Debian's packages are festival, festvox-kallpc16k, festvox-kdlpc16k and festvox-us-slt-hts. A
talker's sentences are one script in Scheme, because starting takes as long as many sentences. Word
times are the ends of the segments that the sound was made of.
"""

import subprocess
import tempfile
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from seesay.audio.engines import Casting, Times
from seesay.audio.engines.sounds import part, plain, sounding
from seesay.settings.facts import Engine
from seesay.shared.errors import InputError
from seesay.shared.randomness import generator

ABOUT = Engine(
    "Festival",
    terms="like X11's; voices of the University of Edinburgh and Carnegie Mellon University",
    link="https://www.cstr.ed.ac.uk/projects/festival/",
)

# By sex: the voice, its own mean pitch in Hz, and its standard deviation.
DIPHONE = {"M": (("kal_diphone", 105.0, 14.0), ("ked_diphone", 105.0, 14.0))}
HTS = "cmu_us_slt_arctic_hts"
PITCHES, STRETCHES, SEMITONES, WARPS = (0.85, 1.25), (0.85, 1.2), (-3.0, 3.0), (0.50, 0.58)
BATCH = 400  # sentences whose sounds are on disk at once
# Of each token of an utterance: its first word's begin, its last sound's end, its phonemes. A
# possessive 's is a word that has no sound of its own: the word before it has it.
TELL = """\
(define (phonemes word)
  (mapcar (lambda (syllable)
    (mapcar (lambda (segment) (format t " %s" (item.name segment)))
      (item.daughters syllable)))
    (item.daughters (item.relation word 'SylStructure))))
(define (ending words)
  (if words
    (let ((own (item.feat (car words) 'word_end)) (others (ending (cdr words))))
      (if (> own others) own others))
    0))
(define (tell_token token)
  (let ((words (item.daughters token)))
    (if words
      (begin
        (format t "token %f %f" (item.feat (car words) 'word_start)
          (ending words))
        (mapcar phonemes words)
        (format t "\\n"))
      (format t "token 0 0\\n"))))
(define (say text file)
  (let ((utterance (utt.synth (eval (list 'Utterance 'Text text)))))
    (utt.save.wave utterance file 'riff)
    (format t "sentence\\n")
    (mapcar (lambda (item) (if (not (item.parent item)) (tell_token item)))
      (utt.relation.items utterance 'Token))))
"""


class Speaker:
    """One voice, set up by Scheme, in its own process."""

    def __init__(self, setup: str, pause: float, sample_rate: int) -> None:
        self.setup, self.pause, self.sample_rate = setup, pause, sample_rate
        self.phonemes: dict[str, str] = {}

    def speak(self, script: list[list[str]]) -> Iterator[tuple[np.ndarray, Times]]:
        """See `seesay.audio.engines.Speaker`."""
        for start in range(0, len(script), BATCH):
            with tempfile.TemporaryDirectory() as folder:
                yield from self._batch(script[start : start + BATCH], Path(folder))

    def transcribe(self, word: str) -> str:
        """The word's phonemes in ARPAbet, as last said."""
        return self.phonemes.get(word, "")

    def _batch(self, script: list[list[str]], folder: Path) -> Iterator[tuple[np.ndarray, Times]]:
        given = [
            [(index, plain(word)) for index, word in enumerate(words) if plain(word)]
            for words in script
        ]
        said = "".join(
            f'(say "{" ".join(word for _, word in words)}" "{folder}/{number}.wav")\n'
            for number, words in enumerate(given)
            if words
        )
        file = folder / "script.scm"
        file.write_text(f"{TELL}{self.setup}{said}")
        told = iter(self._run(file))
        for number, words in enumerate(given):
            if not words:
                yield np.empty(0, np.int16), []
                continue
            with wave.open(str(folder / f"{number}.wav")) as heard:  # 16 bits a sample
                samples = np.frombuffer(heard.readframes(heard.getnframes()), "<i2")
                rate = heard.getframerate()
            times = []
            for (index, _), (start, end, phonemes) in zip(words, next(told), strict=False):
                onset, offset = round(start * rate), min(round(end * rate), len(samples))
                if offset > onset:
                    times.append((index, onset, offset))
                    self.phonemes[script[number][index]] = phonemes
            samples, times = part(samples, times, self.pause, rate)
            yield samples, sounding(samples, times, rate)

    def _run(self, file: Path) -> list[list[tuple[float, float, str]]]:
        """The tokens of each sentence: begin and end in s, and phonemes."""
        try:
            done = subprocess.run(
                ["festival", "-b", str(file)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        except FileNotFoundError:
            raise InputError("there is no program festival; Debian's package festival") from None
        sentences: list[list[tuple[float, float, str]]] = []
        for line in done.stdout.splitlines():
            kind, *values = line.split()
            if kind == "sentence":
                sentences.append([])
            elif kind == "token":
                phonemes = " ".join(values[2:])
                sentences[-1].append((float(values[0]), float(values[1]), phonemes))
        if done.returncode or len(sentences) < file.read_text().count("\n(say "):
            lines = (done.stderr + done.stdout).strip().splitlines()
            cause = next((line for line in lines if "ERROR" in line), (lines or ["no message"])[-1])
            raise InputError(f"festival ended with status {done.returncode}: {cause}")
        return sentences


def build(casting: Casting) -> Speaker:
    """See `seesay.audio.engines`."""
    random = generator("synthesis", "voice", casting.seed, casting.talker)
    stretch = random.uniform(*STRETCHES)
    voices = DIPHONE.get(casting.sex, ())
    if voices:
        name, pitch, spread = voices[casting.place % len(voices)]
        factor = random.uniform(*PITCHES)
        setup = (
            f"(voice_{name})\n(Parameter.set 'Duration_Stretch {stretch:.4f})\n"
            f"(set! int_lr_params '((target_f0_mean {pitch * factor:.2f}) (target_f0_std"
            f" {spread * factor:.2f}) (model_f0_mean 170) (model_f0_std 34)))\n"
        )
    else:
        tone, warp = random.uniform(*SEMITONES), random.uniform(*WARPS)
        setup = (
            f"(voice_{HTS})\n(set! hts_engine_params (append hts_engine_params (list"
            f' (list "-r" {1 / stretch:.4f}) (list "-fm" {tone:.4f}) (list "-a" {warp:.4f}))))\n'
        )
    return Speaker(setup, casting.word_gap / 100, 16_000 if voices else 32_000)
