"""Sounds, log-Mel drawings and small pictures as data URIs, within a budget."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from PIL import Image

from seesay.shared import data_uris
from seesay.shared.pixels import decode

Floats = NDArray[np.float32]

QUALITY = 70  # quality of the JPEG pictures
# LAME's variable rate, near its smallest. The next smaller one loses the tag with the start of the
# sound, and adds 0.1 s of silence.
COMPRESSION = 0.9
LEVELS = 16  # grey levels of a log-Mel drawing
DEPTH = 10.0  # nats drawn below a token's loudest value; the rest is white


@dataclass
class Budget:
    """Room for media, in bytes of their data URIs."""

    left: int
    used: int = 0
    refused: int = 0

    def take(self, uri: str) -> str:
        """The URI if it has room, or ""; after the first without room, always ""."""
        if self.refused or len(uri) > self.left:
            self.refused += 1
            return ""
        self.left -= len(uri)
        self.used += len(uri)
        return uri


def mp3(samples: Floats, rate: int, wanted: int) -> str:
    """Mono samples at `rate` Hz as an MP3 of `wanted` Hz in a data URI."""
    if rate != wanted:
        samples = soxr.resample(samples, rate, wanted)
    file = io.BytesIO()
    soundfile.write(
        file,
        np.clip(samples, -1, 1),
        wanted,
        format="MP3",
        subtype="MPEG_LAYER_III",
        bitrate_mode="VARIABLE",
        compression_level=COMPRESSION,
    )
    return data_uris.uri("audio/mpeg", file.getvalue())


def drawing(feature: Floats, frames: int) -> str:
    """A token's log-Mel vector, (frames x filters,), as a small PNG; low filters at the bottom."""
    values = feature.reshape(frames, -1).T[::-1]
    top = float(values.max())
    share = np.clip((values - top) / DEPTH + 1, 0, 1)
    grey = np.round((1 - share) * (LEVELS - 1)).astype(np.uint8)
    picture = Image.fromarray(grey).convert("P")
    picture.putpalette([c for n in range(LEVELS) for c in [n * 255 // (LEVELS - 1)] * 3])
    file = io.BytesIO()
    picture.save(file, "PNG", bits=4, optimize=True)
    return data_uris.uri("image/png", file.getvalue())


def small(path: Path, size: int) -> str:
    """A picture as a JPEG of at most `size` px on its longer side.

    Raises InputError if it cannot be decoded.
    """
    return data_uris.jpeg(decode(path), size, QUALITY)
