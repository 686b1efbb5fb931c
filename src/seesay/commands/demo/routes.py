"""What the server answers to each address: the page's own files, and searches by number."""

import io
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from seesay.commands.demo import trimming, uploads
from seesay.commands.demo.answers import QUALITY, SIDE, Answers
from seesay.commands.demo.replies import Reply, refused, told
from seesay.shared.errors import InputError

SPLITS = {"all": None, "train": "train", "validation": "validation", "test": "test"}
WAITING = 4  # searches that may wait for the one that runs


@dataclass(eq=False)
class Routes:
    """The addresses of one model's page; `files` maps an address to its kind and content.

    Numbers alone name pictures and words, so that no address leads to another file.
    """

    answers: Answers
    files: Mapping[str, tuple[str, bytes]]
    one: threading.Lock = field(default_factory=threading.Lock)
    few: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(1 + WAITING))

    def __post_init__(self) -> None:
        self.picture = lru_cache(maxsize=256)(self._picture)
        self.sound = lru_cache(maxsize=256)(self.answers.sound)

    def warm(self) -> None:
        """Search once, so that the first word need not wait for libraries to load."""
        rate = 16_000
        times = np.arange(rate) / rate
        tone = 0.1 * np.sin(2 * np.pi * 440 * times) * (abs(times - 0.5) < 0.2)
        file = io.BytesIO()
        soundfile.write(file, tone, rate, format="WAV")
        self._say(file.getvalue(), trim=True, split=None)

    def get(self, path: str) -> Reply:
        """The reply to GET: a file of the page, a picture or a word's sound by its number."""
        if path in self.files:
            return Reply(200, *self.files[path])
        kind, _, name = path.removeprefix("/").partition("/")
        pictures, tokens = len(self.answers.pictures), len(self.answers.token)
        if kind == "picture" and (number := number_of(name, pictures)) is not None:
            return self._tried(lambda: Reply(200, "image/jpeg", self.picture(number)), 404)
        if kind == "sound" and (number := number_of(name, tokens)) is not None:
            return self._tried(lambda: Reply(200, "audio/wav", self.sound(number)), 404)
        return refused(404, "there is nothing at this address")

    def post(self, path: str, query: Mapping[str, str], content: bytes) -> Reply:
        """The reply to POST: what a word or a picture finds."""
        split = query.get("split", "all")
        if split not in SPLITS:
            return refused(400, "split: give all, train, validation or test")
        kind, _, name = path.removeprefix("/").partition("/")
        wanted = self._search(kind, name, query, SPLITS[split], content)
        if wanted is None:
            return refused(404, "there is nothing at this address")
        if not self.few.acquire(blocking=False):
            return refused(503, "other searches are running; try again")
        try:
            with self.one:
                return self._tried(lambda: self._timed(wanted), 422)
        finally:
            self.few.release()

    def _search(
        self, kind: str, name: str, query: Mapping[str, str], split: str | None, content: bytes
    ) -> Callable[[], dict[str, Any]] | None:
        answers = self.answers
        if kind == "say" and not name:
            return lambda: self._say(content, query.get("trim") == "1", split)
        if kind == "look" and not name:
            return lambda: self._look(content)
        if kind == "say" and (row := number_of(name, len(answers.token))) is not None:
            return lambda: answers.say_token(row, split)
        if kind == "look" and (number := number_of(name, len(answers.pictures))) is not None:
            return lambda: answers.look_picture(number)
        return None

    def _say(self, content: bytes, trim: bool, split: str | None) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            path = uploads.recording(content, Path(folder))
            return self.answers.say(path, trimming.word(path) if trim else None, split)

    def _look(self, content: bytes) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            return self.answers.look(uploads.picture(content, Path(folder)))

    def _picture(self, number: int) -> bytes:
        """A picture of the run as a JPEG of at most `SIDE` px, drawn anew from its pixels."""
        shown = self.answers.picture(number)
        shown.thumbnail((SIDE, SIDE))
        file = io.BytesIO()
        shown.save(file, "JPEG", quality=QUALITY)
        return file.getvalue()

    @staticmethod
    def _timed(search: Callable[[], dict[str, Any]]) -> Reply:
        start = time.perf_counter()
        found = search()
        return told({**found, "took": time.perf_counter() - start})

    @staticmethod
    def _tried(made: Callable[[], Reply], status: int) -> Reply:
        """A reply, or the line that says why there is none; paths of this machine stay here."""
        try:
            return made()
        except InputError as error:
            return refused(status, unplaced(str(error)))
        except Exception:
            traceback.print_exc()
            return refused(500, "a fault of seesay; the terminal of seesay demo shows it")


def unplaced(line: str) -> str:
    """A line without the path before its first colon, if it begins with one.

    >>> unplaced("/home/me/a.jpg: no such file; replace it")
    'no such file; replace it'
    >>> unplaced("the picture: not readable")
    'the picture: not readable'
    """
    before, colon, rest = line.partition(": ")
    return rest if colon and "/" in before else line


def number_of(name: str, count: int) -> int | None:
    """A number below `count` in plain decimal digits, or None.

    >>> number_of("12", 20), number_of("20", 20), number_of("١", 20), number_of("../x", 20)
    (12, None, None, None)
    """
    plain = name.isascii() and name.isdecimal() and len(name) < 10
    return int(name) if plain and int(name) < count else None
