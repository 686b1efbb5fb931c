"""Pictures that look like one of another split: scaled or re-encoded copies.

Two hashes of OpenCV decide: that of the lowest frequencies (pHash, 64 bits) and that of block means
(968 bits). Of 8 million pairs of 4,000 Flickr8k photographs, none is as alike as `LIKE` requires.
Of 300 photographs at half, a third or a quarter of their size, at twice it, in grey, of another
aspect or saved as JPEG of quality 30, at least 98 % of each kind are. Cropped or mirrored copies
are not found.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from seesay.schemas.vision import COPIES

LIKE = (10, 60)  # most bits of each hash that may differ
LEAST = 2.0  # least standard deviation of the grey levels; flatter pictures all look alike
LOW = 8  # bytes of the first hash
BLOCK = 1000  # pictures compared at a time


def signature(picture: Image.Image) -> bytes:
    """Both hashes of an RGB picture, one after the other; empty for a picture without structure."""
    import cv2  # at the top, every reader of the pictures' tables would import it

    pixels = np.ascontiguousarray(np.asarray(picture)[..., ::-1])
    if cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY).std() < LEAST:
        return b""
    low, blocks = cv2.img_hash.pHash(pixels), cv2.img_hash.blockMeanHash(pixels, mode=1)
    return low.tobytes() + blocks.tobytes()


def across(signatures: dict[str, bytes], splits: dict[str, str]) -> pd.DataFrame:
    """The rows of COPIES of pictures by id; an empty signature matches nothing."""
    names = np.array(sorted(name for name, own in signatures.items() if own), dtype=object)
    split = np.array([splits[name] for name in names], dtype=object)
    whole = [np.frombuffer(signatures[name], np.uint8) for name in names]
    rows = []
    if len(names):
        bits = np.unpackbits(np.stack(whole), axis=1)
        low, blocks = bits[:, : LOW * 8], bits[:, LOW * 8 :]
        for start in range(0, len(names), BLOCK):
            differ = apart(low[start : start + BLOCK], low[start:])
            for one, other in np.argwhere(differ <= LIKE[0]) + start:
                if other <= one or split[one] == split[other]:
                    continue
                if (blocks[one] != blocks[other]).sum() <= LIKE[1]:
                    found = differ[one - start, other - start]
                    rows.append((names[one], names[other], split[one], split[other], found))
    frame = pd.DataFrame(rows, columns=COPIES.schema.names)
    return frame.astype({"bits": np.int32})


def apart(some: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Numbers of differing bits between rows (n, bits) and (m, bits) of zeros and ones: (n, m)."""
    one, other = (rows.astype(np.float32) * 2 - 1 for rows in (some, others))
    return (some.shape[1] - one @ other.T) / 2


def told(copies: pd.DataFrame) -> str:
    """The pairs in one line, the first three by name."""
    pairs = [
        f"{row.image_id} ({row.split}) and {row.other} ({row.other_split})"
        for row in copies.head(3).itertuples()
    ]
    return "; ".join(pairs) + "; ..." * (len(copies) > len(pairs))
