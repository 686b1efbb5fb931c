"""Decodes pictures: every stage sees the same upright pixels, as browsers show them."""

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from seesay.shared.errors import InputError

LARGEST = 2**30  # most bytes of a picture's file
# Turns that make a stored picture upright, by EXIF orientation; 1 is upright.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ORIENTATION, SHORT = 0x0112, 3  # an EXIF tag and the type that it must have
# Pillow multiplies grey levels of fewer than 8 bits by this, by raw mode.
GREYS = {"1": 255, "L;2": 85, "L;4": 17}


def decode(path: Path) -> Image.Image:
    """A picture as 8-bit RGB, upright by its EXIF orientation, on white.

    Raises InputError if the file is missing, is no picture, or ends early.
    """
    content, fault = read(path)
    picture = fault or upright(content)
    if isinstance(picture, str):
        raise InputError(f"{path}: {picture}")
    return picture


def read(path: Path) -> tuple[bytes, str]:
    """A file's bytes, and why they cannot be a picture, in one line, or "".

    Opens only regular files: a pipe or a device may never end.
    """
    try:
        if not path.is_file():
            found = "neither a file nor a folder" if path.exists() else "no such file"
            return b"", "a folder; replace it" if path.is_dir() else f"{found}; replace it"
        size = path.stat().st_size
        if size > LARGEST:
            return b"", "more than a gigabyte, which no photograph is; scale it down"
        return (path.read_bytes(), "") if size else (b"", "an empty file; replace it")
    except OSError as error:
        return b"", f"cannot be opened ({error.strerror}); correct or remove it"


def upright(content: bytes) -> Image.Image | str:
    """A picture file as 8-bit RGB, upright and on white; or the reason in one line."""
    try:
        with Image.open(BytesIO(content)) as picture:
            # Read before loading, which forgets the packing of the levels.
            packing = str(picture.tile[0].args) if picture.tile else ""
            if picture.mode in ("I", "F"):
                return "levels of 32 bits, whose white is not known; save it with 8 or 16"
            picture.load()
            shown = on_white(picture, packing)
            turn = TURNS.get(orientation(picture.info.get("exif", b"")))
            return shown if turn is None else shown.transpose(turn)
    except Image.DecompressionBombError:
        return "too many pixels to be a photograph; scale it down"
    except MemoryError:
        raise
    except Exception as error:  # Pillow's decoders raise almost anything for damaged files
        if "truncated" in str(error):
            return "truncated: the file ends before the picture does; fetch it again"
        return "not a readable picture; replace or remove it"


def orientation(exif: bytes) -> int:
    """The orientation, 1 to 8, of an EXIF block; 1 if it cannot be read.

    Reads only this field, as browsers do, so no other field can fail.
    """
    block = exif
    while block.startswith(b"Exif\0\0"):
        block = block[6:]
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}L", block, 4)
        (entries,) = struct.unpack_from(f"{order}H", block, start)
        for place in range(start + 2, start + 2 + 12 * entries, 12):
            tag, kind, count, value = struct.unpack_from(f"{order}HHLHxx", block, place)
            if tag == ORIENTATION:
                return value if (kind, count) == (SHORT, 1) and value in TURNS else 1
    except struct.error:  # the block is cut off
        pass
    return 1


def on_white(picture: Image.Image, packing: str = "") -> Image.Image:
    """A loaded picture of any mode as 8-bit RGB, with white behind transparent pixels.

    16-bit levels keep their upper byte. `packing` is the raw mode that the picture was unpacked
    from, in whose units a PNG gives its transparent colour.
    """
    key = picture.info.get("transparency")
    if picture.mode.startswith("I"):
        levels = np.asarray(picture).astype(np.int64)
        grey = Image.fromarray(np.clip(levels >> 8, 0, 255).astype(np.uint8))
        if isinstance(key, int):
            grey.paste(255, mask=Image.fromarray(levels == key))
        return grey.convert("RGB")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    if picture.mode in ("1", "L") and isinstance(key, int):
        picture.info["transparency"] = key * GREYS.get(packing, 1)
    elif picture.mode == "RGB" and isinstance(key, tuple) and ";16" in packing:
        picture.info["transparency"] = tuple(level >> 8 for level in key)
    seen = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
