"""Sounds and pictures that a page sends, bounded before anything decodes them.

They may be anything: a header may promise hours, channels or pixels without end.
"""

import io
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image

from seesay.shared.errors import InputError, cause
from seesay.shared.sound import check, heard
from seesay.shared.sound.opening import Floats, opened

MEGABYTE = 1 << 20
MOST_BYTES = 16 * MEGABYTE
MOST_SECONDS = 10
MOST_CHANNELS = 8
RATES = (4_000, 384_000)  # Hz
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 20_000  # px
# The first ones are those that Pillow tries first. EPS would run another program.
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF")
BLOCK = 1 << 14  # samples decoded at once


def recording(content: bytes, folder: Path) -> Path:
    """A sound file as a WAV of its mono samples in `folder`, which search reads as the file.

    Channels are averaged and samples are float32 at the file's own rate, as all audio is read.
    Raises InputError, without a path, for a file that is no audio, is too long for a word, or has
    an impossible rate or number of channels.
    """
    given, path = folder / "given", folder / "word.wav"
    given.write_bytes(content)
    try:
        mono, rate = _mono(given)
    except InputError as error:
        raise InputError(f"the recording: {cause(error, given)}") from error
    finally:
        given.unlink()
    soundfile.write(path, mono, rate, format="WAV", subtype="FLOAT")
    return path


def _mono(path: Path) -> tuple[Floats, int]:
    """The mean of all channels (n,), and the rate in Hz."""
    with opened(path) as sound:
        rate, channels = sound.file.samplerate, sound.file.channels
        low, high = RATES
        if not low <= rate <= high:
            raise InputError(f"{rate:,} Hz; give {low:,} to {high:,}")
        if channels > MOST_CHANNELS:
            raise InputError(f"{channels} channels; give at most {MOST_CHANNELS}")
        parts, count = [], 0
        for block in sound.blocks(BLOCK):
            count += len(block)
            if count > MOST_SECONDS * rate:
                raise InputError(f"longer than {MOST_SECONDS} s; cut out one word")
            parts.append(heard(block, -1))
            check(path, parts[-1])
    if not count:
        raise InputError("there is no sound in it")
    return np.concatenate(parts), rate


def picture(content: bytes, folder: Path) -> Path:
    """A picture file in `folder`, which search can read.

    Raises InputError, without a path, for a file that is no picture of a common format, or that
    declares too many pixels; nothing is decoded.
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as found:
            width, height = found.size
    except Image.DecompressionBombError as error:
        raise InputError("the picture: too many pixels; scale it down") from error
    except Exception as error:  # Pillow raises almost anything for damaged files
        kinds = ", ".join(FORMATS)
        raise InputError(f"the picture: not a readable file of {kinds}") from error
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise InputError(
            f"the picture: {width:,} x {height:,} pixels; scale it down to at most"
            f" {MOST_PIXELS // 10**6} million, {LONGEST_SIDE:,} a side"
        )
    path = folder / "picture"
    path.write_bytes(content)
    return path
