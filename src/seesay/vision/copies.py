"""Pictures that look like one of another split: copies that were scaled or encoded anew.

Two hashes of OpenCV tell: that of the lowest frequencies (pHash, 64 bits) and that of the means of
blocks (968 bits). On 4,000 photographs of Flickr8k none of 8 million pairs is as alike as `LIKE`
asks, and of 300 photographs at half, a third or a quarter of their size, at twice it, in grey, of
another aspect or saved as JPEG of quality 30, 98 % and more of each kind are. Cut or mirrored ones
are not found.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from seesay.schemas.vision import COPIES

LIKE = (10, 60)  # bits of each hash that may differ, at most
LEAST = 2.0  # standard deviation of the grey levels; flatter pictures are all alike
LOW = 8  # bytes of the first hash
BLOCK = 1000  # pictures compared at a time


def signature(picture: Image.Image) -> bytes:
    """Both hashes of an RGB picture, one after the other; nothing of one without a structure."""
    import cv2  # everyone who takes a table of pictures would import it

    pixels = np.ascontiguousarray(np.asarray(picture)[..., ::-1])
    if cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY).std() < LEAST:
        return b""
    low, blocks = cv2.img_hash.pHash(pixels), cv2.img_hash.blockMeanHash(pixels, mode=1)
    return low.tobytes() + blocks.tobytes()


def across(signatures: dict[str, bytes], splits: dict[str, str]) -> pd.DataFrame:
    """The rows of COPIES of pictures by id; those with an empty signature are like none."""
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
    """How many bits differ between rows (n, bits) and rows (m, bits) of zeros and ones: (n, m)."""
    one, other = (rows.astype(np.float32) * 2 - 1 for rows in (some, others))
    return (some.shape[1] - one @ other.T) / 2


def told(copies: pd.DataFrame) -> str:
    """The pairs in one line, the first three by name."""
    pairs = [
        f"{row.image_id} ({row.split}) and {row.other} ({row.other_split})"
        for row in copies.head(3).itertuples()
    ]
    return "; ".join(pairs) + "; ..." * (len(copies) > len(pairs))
