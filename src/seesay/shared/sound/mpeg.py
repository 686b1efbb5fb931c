"""Counts the frames of an MPEG audio file (mp3, mp2, mp1) without decoding them.

libsndfile takes a file's length from its Xing, Info or VBRI header; without one it guesses from the
bit rate of the first frame, and may read a third of a file with a variable rate as though it were
all. The frames give the true length, and whether they are as many as the header says. Without a
header they go to libsndfile through a pipe.
"""

import mmap
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# kbit/s by the index in a frame's header; the first is the free format, which is not used.
RATES_1 = {
    1: (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
RATES_2 = {
    1: (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    3: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
MONO = 3
LONGEST_FRAME = 1152  # samples
BYTES = 1 << 16  # bytes written to a pipe at once
TAIL = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"3DI")  # tags that may follow the last frame

Data = bytes | mmap.mmap


@dataclass(frozen=True)
class Mpeg:
    """The frames of a file.

    Attributes:
        rate: In Hz.
        start: The first byte of its frames.
        end: The byte after its last complete frame.
        samples: Samples of all frames, without the header's frame.
        promised: Samples of the frames promised by the header; None without one.
        trimmed: Samples at the start and end that are no sound, by the header.
        fault: Why the frames cannot be used as they are; "" if they can.
    """

    rate: int
    start: int
    end: int
    samples: int
    promised: int | None
    trimmed: int
    fault: str

    @property
    def problem(self) -> str:
        """Why the sound is not what the file promises; "" if it is.

        One frame more than promised is no fault: some encoders do not count the last.
        """
        if self.promised is None:
            return self.fault
        held, said = ((n - self.trimmed) / self.rate for n in (self.samples, self.promised))
        if held < said:
            return f"ends at {max(held, 0):.3f} s, but its header says {said:.3f} s"
        if self.samples - self.promised > LONGEST_FRAME:
            return f"goes on to {held:.3f} s, but its header says {said:.3f} s"
        return ""


@dataclass(frozen=True)
class _Kind:
    """The kind of frames in one file: version, layer and rate in Hz."""

    version: int
    layer: int
    rate: int

    @property
    def samples(self) -> int:
        """Samples of a frame."""
        return {1: 384, 2: 1152, 3: 1152 if self.version == 3 else 576}[self.layer]

    def size(self, bits: int, padded: int) -> int:
        """The bytes of a frame of `bits` kbit/s."""
        if self.layer == 1:
            return (12000 * bits // self.rate + padded) * 4
        return self.samples // 8 * 1000 * bits // self.rate + padded

    def sizes(self) -> dict[int, int]:
        """The size of a frame by the second and third byte of its header."""
        rates = (RATES_1 if self.version == 3 else RATES_2)[self.layer]
        place = SAMPLE_RATES[self.version].index(self.rate)
        found = {}
        for index, bits in enumerate(rates):
            for rest in range(8) if bits else ():  # no checksum, padded, private
                second = 0xE0 | self.version << 3 | 4 - self.layer << 1 | rest & 1
                third = index << 4 | place << 2 | rest >> 1
                found[second << 8 | third] = self.size(bits, rest >> 2)
        return found


def walk(path: Path) -> Mpeg | None:
    """The frames of a file; None if it does not begin with one (or is empty)."""
    with path.open("rb") as file:
        head = file.read(3)
        if head != b"ID3" and not (len(head) == 3 and head[0] == 0xFF and head[1] >= 0xE0):
            return None
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _walk(data)


def _walk(data: Data) -> Mpeg | None:
    start = _after_tags(data, 0)
    kind = _kind(data, start)
    while kind is None or not _follows(data, start, kind):
        start = data.find(b"\xff", start + 1)
        if start < 0:
            return None
        kind = _kind(data, start)
    sizes, place, count, fault = kind.sizes(), start, 0, ""
    end, last = len(data), len(data) - 4
    while place <= last:
        size = sizes.get(data[place + 1] << 8 | data[place + 2]) if data[place] == 0xFF else None
        if size is None:
            place = after = _after_tags(data, place)
            if data[place : place + 11].startswith(TAIL):
                break
            while after >= 0 and not (_kind(data, after) == kind and _follows(data, after, kind)):
                after = data.find(b"\xff", after + 1)
            if after < 0:
                break
            if after > place:
                fault = f"is broken at {count * kind.samples / kind.rate:.3f} s"
            place = after
        elif place + size > end:
            fault = f"is cut off in its last frame, at {count * kind.samples / kind.rate:.3f} s"
            break
        else:
            place, count = place + size, count + 1
    if not fault and last < place < end and data[place] == 0xFF:
        fault = f"is cut off at {count * kind.samples / kind.rate:.3f} s"
    promised, trimmed, own = _header(data, start, kind)
    total = None if promised is None else promised * kind.samples
    samples = (count - own) * kind.samples
    return Mpeg(kind.rate, start, place, samples, total, trimmed, fault)


def _after_tags(data: Data, place: int) -> int:
    """Where the ID3v2 tags that begin at a place end."""
    while data[place : place + 3] == b"ID3" and len(data) >= place + 10:
        size = 0
        for byte in data[place + 6 : place + 10]:
            size = size << 7 | byte & 0x7F
        place += 10 + size + (10 if data[place + 5] & 0x10 else 0)
    return place


def _kind(data: Data, place: int) -> _Kind | None:
    """The kind of the frame at a place; None without a frame header there."""
    head = data[place : place + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return None
    version, layer, rate = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3), head[2] >> 2 & 3
    if version == 1 or layer == 4 or rate == 3 or head[2] >> 4 in (0, 15):
        return None
    return _Kind(version, layer, SAMPLE_RATES[version][rate])


def _follows(data: Data, place: int, kind: _Kind) -> bool:
    """Whether another frame of the kind, a tag or the end follows the frame at a place."""
    after = place + kind.sizes()[data[place + 1] << 8 | data[place + 2]]
    if after >= len(data):
        return after == len(data)
    return data[after : after + 11].startswith(TAIL) or _kind(data, after) == kind


def _header(data: Data, start: int, kind: _Kind) -> tuple[int | None, int, bool]:
    """The frames and trimmed samples given by the first frame, and whether it is a header."""
    if kind.layer != 3:
        return None, 0, False
    mono = data[start + 3] >> 6 == MONO
    side = (17 if mono else 32) if kind.version == 3 else (9 if mono else 17)
    xing = data[start + 4 + side : start + 4 + side + 144]
    if xing[:4] in (b"Xing", b"Info"):
        frames = int.from_bytes(xing[8:12], "big") if xing[7] & 1 else 0
        place = 8 + sum(n for bit, n in enumerate((4, 4, 100, 4)) if xing[7] >> bit & 1)
        cuts = int.from_bytes(xing[place + 21 : place + 24], "big") if any(xing[place:][:4]) else 0
        return frames or None, (cuts >> 12) + (cuts & 0xFFF), True
    if data[start + 36 : start + 40] == b"VBRI":
        return int.from_bytes(data[start + 50 : start + 54], "big") or None, 0, True
    return None, 0, False


@contextmanager
def piped(path: Path, mpeg: Mpeg) -> Iterator[int]:
    """A pipe, by its descriptor, through which the frames of a file come.

    For a pipe libsndfile guesses no length, and reads what comes.
    """
    out, into = os.pipe()

    def pour() -> None:
        # Commands let this signal end them; here it becomes an OSError: the reader has enough.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})
        try:
            with open(into, "wb") as sink, path.open("rb") as source:
                source.seek(mpeg.start)
                for place in range(mpeg.start, mpeg.end, BYTES):
                    sink.write(source.read(min(BYTES, mpeg.end - place)))
        except OSError:
            pass  # the reader has stopped, or the file is gone and the reader will miss its end

    with open(out, "rb", buffering=0) as reader:
        threading.Thread(target=pour, daemon=True).start()
        yield reader.fileno()
