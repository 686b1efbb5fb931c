"""Features as the tables have them: rounded."""

import numpy as np

from seesay.shared import tables
from seesay.shared.columns import FEATURE_BITS

# The largest relative change of a feature that is stored.
CHANGE = 2.0**-FEATURE_BITS


def stored(values):
    """float32 features as a table has them."""
    return tables.rounded(np.ascontiguousarray(values, dtype=np.float32), FEATURE_BITS)
