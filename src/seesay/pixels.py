"""Decoding pictures: every stage sees the same pixels in the same frame."""

import struct
from pathlib import Path

from PIL import Image, ImageOps

from seesay.errors import InputError

# What Pillow raises for files that are damaged or no pictures.
UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    Image.DecompressionBombError,
)


def decode(path: Path) -> Image.Image:
    """A picture as 8-bit RGB, turned upright as its EXIF orientation says.

    Raises InputError when the file is missing, is no picture, or ends early.
    """
    try:
        with Image.open(path) as picture:
            return ImageOps.exif_transpose(picture).convert("RGB")
    except UNREADABLE as error:
        cause = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise InputError(
            f"{path}: not a picture that can be decoded ({cause}); replace the file or remove it"
        ) from error
