"""What a segmentation stands beside: as many boundaries at random places."""

import numpy as np
import pandas as pd

from seesay.scoring.segmentation.boundaries import MICRO
from seesay.shared.randomness import generator


def random_places(found: pd.DataFrame, seed: int, draw: int) -> pd.DataFrame:
    """Segments (recording_id, onset, offset, ...) with all inner edges at random times.

    Of each recording, the first onset and the last offset stay, and so does the order of edges: as
    many boundaries and segments as before, and a pause where one was, but anywhere. All places are
    equally likely.
    """
    rows = found.sort_values(["recording_id", "onset"])
    times = np.rint(rows[["onset", "offset"]].to_numpy(np.float64) * MICRO).astype(np.int64)
    for recording, places in rows.groupby("recording_id").indices.items():
        random = generator("segmentation", "random", seed, draw, recording)
        old, rank = np.unique(times[places], return_inverse=True)
        new = old.copy()
        room = old[-1] - old[0] - 1
        while len(old) > 2:
            inner = np.unique(random.integers(0, room, len(old) - 2))
            # Two at one time would leave a segment of no length.
            if len(inner) == len(old) - 2:
                new[1:-1] = old[0] + 1 + inner
                break
        times[places] = new[rank].reshape(-1, 2)
    return rows.assign(onset=times[:, 0] / MICRO, offset=times[:, 1] / MICRO)
