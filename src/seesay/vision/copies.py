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


def across(signatures: dict[str, bytes], *folds: dict[str, str]) -> pd.DataFrame:
    """The rows of COPIES of pictures by id; an empty signature matches nothing.

    `folds` are the splits of each fold, by id. The pictures of a row are in two splits of a fold;
    the row names those of the first such fold. Pictures are compared BLOCK by BLOCK, so memory
    grows with their number and not with its square.
    """
    names = np.array(sorted(name for name, own in signatures.items() if own), dtype=object)
    kinds, number = np.unique(
        np.array([[splits[name] for name in names] for splits in folds], dtype=str),
        return_inverse=True,
    )
    whole = np.array([np.frombuffer(signatures[name], np.uint8) for name in names])
    found = [np.empty((0, 3), np.int32)]
    for start in range(0, len(names), BLOCK):
        for after in range(start, len(names), BLOCK):
            some, others = whole[start : start + BLOCK], whole[after : after + BLOCK]
            differ = apart(*(np.unpackbits(rows[:, :LOW], axis=1) for rows in (some, others)))
            one, other = np.nonzero(differ <= LIKE[0])
            kept = (number[:, one + start] != number[:, other + after]).any(axis=0)
            kept &= one + start < other + after
            one, other = one[kept], other[kept]
            blocks = np.bitwise_count(some[one, LOW:] ^ others[other, LOW:]).sum(axis=1)
            one, other = one[blocks <= LIKE[1]], other[blocks <= LIKE[1]]
            row = [one + start, other + after, differ[one, other]]
            found.append(np.stack(row, axis=1).astype(np.int32))
    pairs = np.concatenate(found)
    one, other, bits = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].T
    fold = (number[:, one] != number[:, other]).argmax(axis=0)
    split = (kinds[number[fold, place]].astype(object) for place in (one, other))
    columns = (names[one], names[other], *split, bits)
    return pd.DataFrame(dict(zip(COPIES.schema.names, columns, strict=True)))


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
