"""Decoding pictures as browsers show them: upright, opaque, 8-bit RGB."""

import base64
import io
import os
import socket
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from seesay.shared import pixels
from seesay.shared.errors import InputError
from seesay.shared.pixels import decode, orientation, upright
from seesay.vision.pictures import Opened, open_picture
from support.browser import opened

# Pillow warns of the damage that the tests do.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

WHITE = (255, 255, 255)
LETTERS = np.array([list("AB"), list("CD"), list("EF")])
# What a viewer sees of LETTERS, stored with each orientation: the EXIF standard's own table.
SEEN = {
    1: ["AB", "CD", "EF"],
    2: ["BA", "DC", "FE"],
    3: ["FE", "DC", "BA"],
    4: ["EF", "CD", "AB"],
    5: ["ACE", "BDF"],
    6: ["ECA", "FDB"],
    7: ["FDB", "ECA"],
    8: ["BDF", "ACE"],
}


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(
    width: int, depth: int, colour: int, row: bytes, clear: bytes = b"", palette: bytes = b""
) -> bytes:
    """A PNG of one row, written by hand: Pillow itself writes few of the kinds there are."""
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", width, 1, depth, colour, 0, 0, 0))]
    parts += [chunk(b"PLTE", palette)] if palette else []
    parts += [chunk(b"tRNS", clear)] if clear else []
    parts += [chunk(b"IDAT", zlib.compress(b"\0" + row)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
COLOURS = bytes([10, 20, 30, 40, 50, 60])
KINDS: dict[str, tuple[bytes, list[tuple[int, int, int]]]] = {
    "1-bit grey": (png(2, 1, GREY, b"\x40"), [(0, 0, 0), WHITE]),
    "1-bit grey, 0 clear": (png(2, 1, GREY, b"\x40", struct.pack(">H", 0)), [WHITE, WHITE]),
    "2-bit grey, 1 clear": (
        png(4, 2, GREY, b"\x1b", struct.pack(">H", 1)),
        [(0, 0, 0), WHITE, (170, 170, 170), WHITE],
    ),
    "4-bit grey, 3 clear": (
        png(2, 4, GREY, b"\x3c", struct.pack(">H", 3)),
        [WHITE, (204, 204, 204)],
    ),
    "8-bit grey, 3 clear": (png(2, 8, GREY, b"\x03M", struct.pack(">H", 3)), [WHITE, (77, 77, 77)]),
    "16-bit grey": (png(2, 16, GREY, b"\x12\x34\xab\xcd"), [(18, 18, 18), (171, 171, 171)]),
    "16-bit grey, one clear": (
        png(2, 16, GREY, b"\x12\x34\xab\xcd", b"\x12\x34"),
        [WHITE, (171, 171, 171)],
    ),
    "RGB": (png(2, 8, RGB, b"\1\2\3\4\5\6"), [(1, 2, 3), (4, 5, 6)]),
    "RGB, one clear": (
        png(2, 8, RGB, b"\1\2\3\4\5\6", struct.pack(">HHH", 1, 2, 3)),
        [WHITE, (4, 5, 6)],
    ),
    "16-bit RGB, one clear": (
        png(2, 16, RGB, bytes(range(1, 13)), bytes(range(1, 7))),
        [WHITE, (7, 9, 11)],
    ),
    "palette": (png(2, 8, PALETTE, b"\0\1", palette=COLOURS), [(10, 20, 30), (40, 50, 60)]),
    "palette with alpha": (
        png(2, 8, PALETTE, b"\0\1", b"\0\x80", COLOURS),
        [WHITE, (147, 152, 157)],
    ),
    "4-bit palette, 0 clear": (
        png(2, 4, PALETTE, b"\x01", b"\0", COLOURS),
        [WHITE, (40, 50, 60)],
    ),
    "grey with alpha": (png(2, 8, GREY_ALPHA, b"\x0a\0\x14\x80"), [WHITE, (137, 137, 137)]),
    "16-bit grey with alpha": (
        png(2, 16, GREY_ALPHA, b"\x10\0\0\0\x20\0\x80\0"),
        [WHITE, (143, 143, 143)],
    ),
    "RGB with alpha": (
        png(2, 8, RGB_ALPHA, b"\0\0\0\0\x20\0\xff\x80"),
        [WHITE, (143, 127, 255)],
    ),
    "16-bit RGB with alpha": (
        png(1, 16, RGB_ALPHA, b"\x20\0\0\0\xff\xff\x80\0"),
        [(143, 127, 255)],
    ),
}


def row_of(content: bytes) -> list[tuple[int, ...]]:
    picture = upright(content)
    assert isinstance(picture, Image.Image), picture
    assert picture.mode == "RGB"
    return [tuple(pixel) for pixel in np.asarray(picture)[0].tolist()]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_png_is_laid_on_white(kind: str):
    content, wanted = KINDS[kind]
    assert row_of(content) == wanted


def exif(value: int, order: str = "<", kind: int = 3, count: int = 1, *more: bytes) -> bytes:
    """An EXIF block of the orientation and further entries of 12 bytes."""
    head = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}L", 8)
    entry = struct.pack(f"{order}HHLHxx", 0x0112, kind, count, value)
    entries = struct.pack(f"{order}H", 1 + len(more)) + entry + b"".join(more)
    return b"Exif\0\0" + head + entries + bytes(4)


def stored(kind: str, block: bytes) -> bytes:
    """LETTERS as a picture of 2 x 3 px, a grey a letter, with an EXIF block."""
    levels = ((LETTERS.view(np.int32) - ord("A")) * 40).astype(np.uint8)
    file = io.BytesIO()
    options = {"quality": 100} if kind == "JPEG" else {"lossless": True} if kind == "WEBP" else {}
    # Blocks of 8 x 8 px, so that a JPEG keeps each letter's grey.
    Image.fromarray(levels.repeat(8, 0).repeat(8, 1)).convert("RGB").save(
        file, kind, exif=block, **options
    )
    return file.getvalue()


def letters(content: bytes) -> list[str]:
    picture = upright(content)
    assert isinstance(picture, Image.Image), picture
    levels = np.asarray(picture)[4::8, 4::8, 0]
    return ["".join(chr(ord("A") + round(level / 40)) for level in row) for row in levels.tolist()]


@pytest.mark.parametrize("value", SEEN)
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_all_eight_orientations(kind: str, order: str, value: int, tmp_path: Path):
    content = stored(kind, exif(value, order))
    assert letters(content) == SEEN[value]
    (tmp_path / "a").write_bytes(content)
    opened_as = open_picture(tmp_path / "a")
    assert isinstance(opened_as, Opened)
    assert (opened_as.width, opened_as.height) == decode(tmp_path / "a").size
    assert decode(tmp_path / "a").size == (8 * len(SEEN[value][0]), 8 * len(SEEN[value]))


# Other fields of the block: a type that does not fit, an offset beyond the end, a division by 0.
ODD = {
    "XResolution as text": struct.pack("<HHL4s", 0x011A, 2, 3, b"72\0\0"),
    "ResolutionUnit as text": struct.pack("<HHL4s", 0x0128, 2, 2, b"2\0\0\0"),
    "XResolution of nothing": struct.pack("<HHLL", 0x011A, 5, 0, 0),
    "YResolution beyond the end": struct.pack("<HHLL", 0x011B, 5, 1, 10**9),
    "a folder of tags beyond the end": struct.pack("<HHLL", 0x8769, 4, 1, 2**32 - 1),
    "a folder of tags in itself": struct.pack("<HHLL", 0x8769, 4, 1, 8),
    "an unknown type": struct.pack("<HHLL", 0x0131, 99, 2**31, 5),
    "bytes that are no text": struct.pack("<HHL4s", 0x010E, 2, 4, b"\xff\xfe\xfd\xfc"),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_no_other_field_of_the_exif_costs_the_picture(kind: str, name: str):
    assert letters(stored(kind, exif(6, "<", 3, 1, ODD[name]))) == SEEN[6]


@pytest.mark.parametrize(
    "block",
    [
        exif(6, kind=4),
        exif(6, kind=1),
        exif(6, count=2),
        exif(0),
        exif(9),
        exif(6)[:-6],
        exif(6)[:14],
        b"Exif\0\0",
        b"",
        b"nothing of the kind",
    ],
)
def test_an_orientation_that_is_none_turns_nothing(block: bytes):
    assert orientation(block) == 1
    if block.startswith(b"Exif\0\0"):
        assert letters(stored("JPEG", block)) == SEEN[1]


@given(st.binary(max_size=60), st.sampled_from([b"", b"II*\0", b"MM\0*"]))
def test_any_bytes_have_an_orientation(block: bytes, head: bytes):
    assert 1 <= orientation(b"Exif\0\0" + head + block) <= 8


def test_pictures_without_transparency_keep_their_pixels(tmp_path: Path):
    noise = np.random.default_rng(1).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    for name in ("a.png", "a.jpg", "a.bmp", "a.tif"):
        Image.fromarray(noise).save(tmp_path / name)
        with Image.open(tmp_path / name) as plain:
            np.testing.assert_array_equal(np.asarray(decode(tmp_path / name)), np.asarray(plain))
    for mode in ("L", "CMYK", "1"):
        name = tmp_path / ("x.png" if mode == "1" else "x.jpg")
        Image.fromarray(noise).convert(mode).save(name)
        with Image.open(name) as plain:
            wanted = np.asarray(plain.convert("RGB"))
        np.testing.assert_array_equal(np.asarray(decode(name)), wanted)


def test_of_an_animation_the_first_frame_is_seen(tmp_path: Path):
    red, blue = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    for name in ("a.gif", "a.png", "a.webp"):
        lossless = {"lossless": True} if name == "a.webp" else {}
        red.save(tmp_path / name, save_all=True, append_images=[blue], **lossless)
        assert decode(tmp_path / name).getpixel((4, 4)) == (255, 0, 0)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_is_a_picture_or_a_reason(data: st.DataObject):
    kind = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"]))
    content = bytearray(stored(kind, exif(6)))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    found = upright(bytes(content[: data.draw(st.integers(0, len(content)))]))
    assert isinstance(found, Image.Image) or (found and "\n" not in found)


def test_only_regular_files_are_opened(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "socket.jpg"))
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "endless.jpg").symlink_to("/dev/zero")
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere")
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(pixels.LARGEST + 1)  # of holes: it takes no room
    for name, reason in {
        "pipe": "neither a file nor a folder",
        "socket": "neither a file nor a folder",
        "folder": "a folder",
        "endless": "neither a file nor a folder",
        "gone": "no such file",
        "huge": "more than a gigabyte",
    }.items():
        found = open_picture(tmp_path / f"{name}.jpg")
        assert isinstance(found, str)
        assert reason in found
        with pytest.raises(InputError, match=rf"{name}\.jpg: {reason}"):
            decode(tmp_path / f"{name}.jpg")


PAGE = """<script>async function seen(uri) {
  const image = new Image(); image.src = uri; await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
  const context = canvas.getContext('2d');
  context.fillStyle = 'white'; context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0);
  const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
  return [canvas.width, canvas.height, Array.from(data)];
}</script>"""


@pytest.mark.browser
def test_chromium_shows_the_same_pixels(tmp_path: Path):
    pictures = {kind: ("png", content) for kind, (content, _) in KINDS.items()}
    for value in range(10):
        pictures[f"JPEG {value}"] = ("jpeg", stored("JPEG", exif(value)))
        pictures[f"PNG {value}"] = ("png", stored("PNG", exif(value, ">")))
    for name, entry in ODD.items():
        pictures[name] = ("jpeg", stored("JPEG", exif(6, "<", 3, 1, entry)))
    for number, block in enumerate([exif(6, kind=4), exif(6, count=2), exif(6)[:-6]]):
        pictures[f"odd {number}"] = ("jpeg", stored("JPEG", block))
    (tmp_path / "page.html").write_text(PAGE)
    with opened(tmp_path / "page.html") as shown:
        for name, (kind, content) in pictures.items():
            uri = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
            width, height, levels = shown.page.evaluate("seen", uri)
            wanted = np.array(levels, np.uint8).reshape(height, width, 4)[:, :, :3]
            ours = upright(content)
            assert isinstance(ours, Image.Image)
            assert np.asarray(ours).shape == wanted.shape, name
            apart = np.abs(np.asarray(ours).astype(int) - wanted.astype(int)).max()
            assert apart <= 1, name  # of rounding


@pytest.mark.parametrize("kind", [np.int32, np.float32])
def test_levels_of_32_bits_are_refused_and_never_black(tmp_path: Path, kind: type):
    """Their white may be 1, 255 or anything else."""
    Image.fromarray(np.ones((4, 4), kind)).save(tmp_path / "a.tif")
    with pytest.raises(InputError, match="levels of 32 bits, whose white is not known"):
        decode(tmp_path / "a.tif")
