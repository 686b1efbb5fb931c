"""Vectors compared by their cosines."""

import numpy as np
from numpy.typing import NDArray


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """The rows (n, d) scaled to length 1, in double precision; rows of zeros stay zero."""
    exact = vectors.astype(np.float64)
    length = np.linalg.norm(exact, axis=1, keepdims=True)
    scaled: NDArray[np.float64] = exact / np.where(length == 0, 1.0, length)
    return scaled
