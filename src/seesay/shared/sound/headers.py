"""How much sound an audio file promises, and how much it holds.

libsndfile silently reads what is left of a truncated file. The sizes in the headers reveal the
loss: RIFF (WAV), RF64, AIFF, AU, CAF, Wave64 and NIST SPHERE give the bytes of sound that follow;
the last page of Ogg is marked. FLAC's frames reveal it when decoded, and `seesay.shared.sound.mpeg`
knows MPEG.
"""

import re
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

W64 = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"
W64_DATA = b"data\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"
NIST = re.compile(rb"^(channel_count|sample_count|sample_n_bytes) -i (\d+)", re.MULTILINE)
# Upper halves of sizes left by writers to a pipe, which cannot go back: SoX (AIFF, WAV), and those
# that write the greatest number.
OPEN_ENDED = (0x7F00, 0x7FFF, 0x8000, 0xFFFF)
LONGEST = 1 << 62  # bytes; a larger size is no size

# An Ogg page's mark, version, flags, position, stream, page number, checksum, segments.
PAGE = struct.Struct("<4sBBqIIIB")
FIRST, LAST = 2, 4  # flags of a stream's first and last page
CUT = "is cut off: the mark of its end is missing"  # one of the faults
REFLECTED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
ONES = 0xFFFFFFFF


def stored(path: Path) -> tuple[int, int] | None:
    """The bytes of sound that a file's header promises, and those that the file holds.

    None if the header does not say: in other formats, or from streaming writers.
    """
    end = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(1024)
        found = _sound(file, head)
    if found is None:
        return None
    promised, start = found
    return promised, max(0, end - start)


def _sound(file: BinaryIO, head: bytes) -> tuple[int, int] | None:
    """How many bytes of sound a header promises, and where they begin."""
    kind, form = head[:4], head[8:12]
    if kind in (b"RIFF", b"RIFX") and form == b"WAVE":
        order = "<" if kind == b"RIFF" else ">"
        return _short(_chunk(file, 12, b"data", f"{order}4sI"))
    if kind == b"RF64":
        sizes, whole = _chunk(file, 12, b"ds64", "<4sI"), _chunk(file, 12, b"data", "<4sI")
        if sizes is None or whole is None:
            return None
        file.seek(sizes[1] + 8)
        return _long((int.from_bytes(file.read(8), "little"), whole[1]))
    if kind == b"FORM" and form in (b"AIFF", b"AIFC"):
        found = _short(_chunk(file, 12, b"SSND", ">4sI"))
        return found and (found[0] - 8, found[1] + 8)  # an offset and a block size go before
    if kind in (b".snd", b"dns.") and len(head) >= 12:
        start, size = struct.unpack(">4xII" if kind == b".snd" else "<4xII", head[:12])
        return _short((size, start))
    if kind == b"caff":
        return _long(_chunk(file, 8, b"data", ">4sQ"))
    if head[:16] == W64:
        found = _chunk(file, 40, W64_DATA, "<16sQ", align=8, own=24)
        return _long(found)
    if head[:7] == b"NIST_1A" and head[8:16].strip().isdigit():
        facts = {name: int(value) for name, value in NIST.findall(head)}
        size = facts.get(b"sample_n_bytes", 0) * facts.get(b"channel_count", 1)
        promised = size * facts.get(b"sample_count", 0)
        return (promised, int(head[8:16])) if promised and b"embedded" not in head else None
    return None


def _chunk(
    file: BinaryIO, start: int, wanted: bytes, layout: str, align: int = 2, own: int = 0
) -> tuple[int, int] | None:
    """A chunk's size and where its content begins; its head takes `own` bytes of the size."""
    head = struct.Struct(layout)
    while True:
        file.seek(start)
        read = file.read(head.size)
        if len(read) < head.size:
            return None
        name, size = head.unpack(read)
        if name == wanted:
            return size - own, start + head.size
        size -= own
        if size < 0 or size > LONGEST:
            return None
        # Only CAF does not pad its chunks.
        start += head.size + (size if layout == ">4sQ" else -(-size // align) * align)


def _short(found: tuple[int, int] | None) -> tuple[int, int] | None:
    """A 32-bit size; None if it means unknown."""
    return None if found is None or not found[0] or found[0] >> 16 in OPEN_ENDED else found


def _long(found: tuple[int, int] | None) -> tuple[int, int] | None:
    """A 64-bit size; None if it means unknown."""
    return found if found is not None and 0 < found[0] < LONGEST else None


def ogg_fault(path: Path) -> str:
    """Why the pages of an Ogg file are not one complete stream; "" if they are."""
    begun: set[int] = set()
    ended: set[int] = set()
    numbers: dict[int, int] = {}
    with path.open("rb") as file:
        place = 0
        while head := file.read(PAGE.size):
            if not head.startswith(b"OggS"):
                if begun and begun == ended:
                    break  # anything after the end, such as a tag
                return f"is broken at byte {place:,}"
            if len(head) < PAGE.size:
                return CUT
            _, _, flags, _, stream, number, checksum, segments = PAGE.unpack(head)
            sizes = file.read(segments)
            page = head + sizes + file.read(sum(sizes))
            if len(page) < PAGE.size + segments + sum(sizes):
                return CUT
            if flags & FIRST and ended:
                return "holds several streams one after another"
            if checksum != _checksum(page) or number != numbers.get(stream, number):
                return f"is damaged at byte {place:,}"
            place += len(page)
            numbers[stream] = number + 1
            begun |= {stream} if flags & FIRST else set()
            ended |= {stream} if flags & LAST else set()
    return "" if begun and begun <= ended else CUT


def _checksum(page: bytes) -> int:
    """A page's checksum: zlib's, but with reversed bits and no inversion."""
    reflected = (page[:22] + bytes(4) + page[26:]).translate(REFLECTED)
    return int(f"{zlib.crc32(reflected, ONES) ^ ONES:032b}"[::-1], 2)
