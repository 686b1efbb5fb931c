"""Features of several networks in one vector."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def side_by_side(features: Sequence[Floats]) -> Floats:
    """Features (n, width) of each network as one array (n, sum of the widths), float32.

    Each network's row is divided by the root of its mean square, so that no network outweighs
    another; a row of zeros stays.
    """
    return np.concatenate([_scaled(values) for values in features], axis=1)


def _scaled(values: Floats) -> Floats:
    sizes = np.sqrt(np.mean(np.square(values, dtype=np.float64), axis=1, keepdims=True))
    return (values / np.where(sizes > 0, sizes, 1)).astype(np.float32)
